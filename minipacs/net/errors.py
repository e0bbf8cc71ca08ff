"""What can go wrong with a peer. Each error carries its data and says what to do; none names a patient."""

from __future__ import annotations


class NetError(Exception):
    """Base of all errors of the network room."""


class BadAddress(NetError):
    """A text that should name a peer does not.

    Args:
        text: what was given.
        why: what is wrong with it, as the end of a sentence.
    """

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text!r} is not a peer: {why}; write AETITLE@HOST:PORT")
        self.text = text
        self.why = why


class BadPeerFile(NetError):
    """The file of peers cannot be understood; the last good content stays in force."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"the peer file {path} cannot be read: {why}; mend it or remove the entry")
        self.path = path
        self.why = why


class UnknownPeer(NetError):
    """No peer of that AE title is in the peer book."""

    def __init__(self, ae_title: str) -> None:
        super().__init__(f"no peer {ae_title!r} is known; add it with `minipacs peers add`")
        self.ae_title = ae_title


class PeerUnreachable(NetError):
    """No connection, no answer in time, or the connection broke: worth another try later.

    Args:
        peer: the peer, shown as AETITLE@HOST:PORT.
        why: what happened, as the end of a sentence.
    """

    def __init__(self, peer: object, why: str) -> None:
        super().__init__(f"{peer} cannot be reached: {why}")
        self.peer = peer
        self.why = why


class PeerRejected(NetError):
    """The peer answered but would not associate, or accepted nothing that was needed.

    Args:
        peer: the peer, shown as AETITLE@HOST:PORT.
        why: the peer's reason in words, as the end of a sentence.
        transient: the peer said that a later try may work.
    """

    def __init__(self, peer: object, why: str, *, transient: bool = False) -> None:
        super().__init__(f"{peer} rejected the association: {why}")
        self.peer = peer
        self.why = why
        self.transient = transient


class PeerRefused(NetError):
    """The peer answered a request with a failure status.

    Args:
        status: the DIMSE status, PS3.7 annex C.
        meaning: what that number means, from minipacs.net.status.
        comment: the peer's own Error Comment (0000,0902), if any.
    """

    def __init__(self, status: int, meaning: str, comment: str = "") -> None:
        said = f" ({comment})" if comment else ""
        super().__init__(f"refused with status 0x{status:04X}: {meaning}{said}")
        self.status = status
        self.meaning = meaning
        self.comment = comment
