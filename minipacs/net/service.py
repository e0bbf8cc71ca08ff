"""What a DIMSE service is to the listener: the SOP classes it takes, the right each request needs, and one method.

A service translates: request -> plain values -> archive -> status. It sees no socket and no PDU.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from minipacs.clock import Clock
from minipacs.dicom.uids import UidPolicy
from minipacs.net.access import Caller
from minipacs.net.commands import Command, name_of
from minipacs.net.peers import PeerBook

if TYPE_CHECKING:
    from minipacs.archive import Archive
    from minipacs.net.reports import Reporter

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
PLAIN_SYNTAXES = frozenset({EXPLICIT_LITTLE, IMPLICIT_LITTLE})


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context, with the roles that the peer was granted in it. PS3.7 D.3.3.4."""

    context_id: int
    abstract_syntax: str
    transfer_syntax: str
    peer_is_scu: bool = True
    peer_is_scp: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A DIMSE request as it came. `fragments` are valid only until the service's `handle` returns."""

    context: Context
    command: Command
    fragments: Sequence[memoryview] = ()
    size: int = 0
    """Bytes of the data set."""
    has_data: bool = False

    @property
    def field(self) -> int:
        """The Command Field (0000,0100)."""
        return int(self.command["CommandField"])

    @property
    def message_id(self) -> int:
        """The Message ID (0000,0110)."""
        return int(self.command.get("MessageID", 0))

    @property
    def sop_class(self) -> str:
        """The Affected or Requested SOP Class UID."""
        command = self.command
        return str(command.get("AffectedSOPClassUID") or command.get("RequestedSOPClassUID") or "")

    @property
    def sop_instance(self) -> str:
        """The Affected or Requested SOP Instance UID, as the peer wrote it: never a path."""
        command = self.command
        return str(
            command.get("AffectedSOPInstanceUID") or command.get("RequestedSOPInstanceUID") or ""
        )

    def data(self) -> bytes:
        """The encoded data set in one piece."""
        return b"".join(self.fragments)

    def __str__(self) -> str:
        return name_of(self.field)


class Link(Protocol):
    """What a service may do with the association that a request came by."""

    @property
    def caller(self) -> Caller:
        """Who asks."""

    @property
    def contexts(self) -> Mapping[int, Context]:
        """The accepted presentation contexts by ID."""

    def reply(
        self,
        request: Request,
        status: int,
        data: bytes | None = None,
        *,
        comment: str = "",
        more: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        """Answer a request.

        Args:
            request: what is answered.
            status: the DIMSE status.
            data: an encoded data set in the context's transfer syntax.
            comment: the Error Comment (0000,0902), without any patient's data.
            more: further answers follow at once, so this one may wait to be sent with them.
            fields: further elements of the command set.
        """

    def is_cancelled(self, request: Request) -> bool:
        """Whether the peer has sent a C-CANCEL-RQ for it; looks into the socket without waiting."""

    def ask(self, context: Context, command: Command, data: bytes | memoryview | None) -> Command:
        """Send a request of our own in the same association and wait for its answer.

        Raises:
            Gone: the association ended before the answer.
        """

    def is_quiet(self, seconds: float) -> bool:
        """Whether the peer stays connected and says nothing for so long."""

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do this when the association has ended, in its thread."""


class Service(Protocol):
    """One DIMSE service as SCP."""

    @property
    def sop_classes(self) -> frozenset[str]:
        """The abstract syntaxes it takes."""

    @property
    def rights(self) -> Mapping[int, str]:
        """Command field of each request it handles -> the service name in Peer.allow that it needs; "" needs none."""

    def takes(self, sop_class: str) -> bool:
        """Whether it also takes an abstract syntax that no service lists."""

    def choose(self, transfer_syntaxes: Sequence[str]) -> str | None:
        """The first of the peer's transfer syntaxes that will do."""

    def handle(self, request: Request, link: Link) -> None:
        """Answer one request, as often as it needs answers."""


@dataclass(frozen=True)
class Node:
    """What services are built from."""

    ae_title: str
    archive: Archive
    peers: PeerBook
    clock: Clock
    uids: UidPolicy
    reporter: Reporter


class PlainService(ABC):
    """The common part of a service whose data sets are small and plainly encoded."""

    sop_classes: frozenset[str] = frozenset()
    rights: Mapping[int, str] = MappingProxyType({})

    def __init__(self, node: Node) -> None:
        self.node = node

    def takes(self, sop_class: str) -> bool:
        """Nothing beyond the list."""
        return False

    def choose(self, transfer_syntaxes: Sequence[str]) -> str | None:
        """The first that is Explicit or Implicit VR Little Endian."""
        return next((one for one in transfer_syntaxes if one in PLAIN_SYNTAXES), None)

    @abstractmethod
    def handle(self, request: Request, link: Link) -> None:
        """Answer a request; each service has its own way."""


Build = Callable[[Node], Service]


class ServiceRegistry:
    """The services by name; each is added once."""

    def __init__(self) -> None:
        self._builders: dict[str, Build] = {}
        self._frozen = False

    def add(self, name: str) -> Callable[[Build], Build]:
        """Decorator: the class builds the service of that name out of a Node."""

        def remember(build: Build) -> Build:
            if self._frozen or name in self._builders:
                raise ValueError(f"service {name!r} is registered twice or too late")
            self._builders[name] = build
            return build

        return remember

    def freeze(self) -> None:
        """No more services from here on."""
        self._frozen = True

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._builders))

    def build(self, name: str, node: Node) -> Service:
        """The service of that name."""
        return self._builders[name](node)
