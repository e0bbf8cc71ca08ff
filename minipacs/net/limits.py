"""How much of anything a peer may use, and how long anything may take. Seconds and bytes."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of the listener. The defaults suit a practice; a test makes them small."""

    associations: int = 24
    """At the same time, in total."""
    associations_per_address: int = 20
    """From one address, so that one peer alone cannot shut out the others."""
    waiting: int = 32
    """Connections that have not associated yet, in total; beyond it the oldest of the greediest address is closed."""
    waiting_per_address: int = 16
    waiting_per_stranger: int = 2
    """From an address that no peer has."""
    handshake_s: float = 10.0
    """TLS handshake."""
    artim_s: float = 15.0
    """From the connection to the complete A-ASSOCIATE-RQ, PS3.8 9.1.5."""
    idle_s: float = 120.0
    """Between two PDUs of an association where nothing is under way."""
    pdu_s: float = 20.0
    """From the first byte of a PDU to its last, and between two PDUs of one message."""
    answer_s: float = 60.0
    """For a peer's answer to a request of ours."""
    send_s: float = 30.0
    """For the peer to take what we send."""
    message_bytes_per_s: int = 1024
    """A message that comes more slowly than this on average, after its first minute, is given up."""
    associate_bytes: int = 1 << 18
    max_pdu: int = 1 << 18
    """The largest P-DATA-TF that we announce and take."""
    command_bytes: int = 1 << 16
    identifier_bytes: int = 1 << 24
    """The data set of anything but a C-STORE."""
    object_bytes: int = 1 << 30
    """The data set of a C-STORE."""
    objects_in_memory_bytes: int = 2 << 30
    """All that is being received at one time."""
    stop_s: float = 6.0
    """For the associations to end when the node stops."""

    @property
    def slice_s(self) -> float:
        """How long a thread waits in the kernel before it looks at its deadlines."""
        return max(0.05, min(2.0, self.artim_s / 4, self.pdu_s / 4, self.idle_s / 4))


class Budget:
    """A number of bytes that all associations share."""

    def __init__(self, most: int) -> None:
        self._left = most
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Reserve bytes; False where there are not so many left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        """Return reserved bytes."""
        with self._lock:
            self._left += size
