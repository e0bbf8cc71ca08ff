"""C-ECHO: are you there? PS3.4 annex A."""

from __future__ import annotations

from types import MappingProxyType

from minipacs.net.commands import C_ECHO_RQ
from minipacs.net.scp import provides
from minipacs.net.service import Link, PlainService, Request
from minipacs.net.status import SUCCESS


@provides.add("verification")
class VerificationService(PlainService):
    """Answers that we are here."""

    sop_classes = frozenset({"1.2.840.10008.1.1"})
    rights = MappingProxyType({C_ECHO_RQ: "echo"})

    def handle(self, request: Request, link: Link) -> None:
        """Success, since whoever may ask has reached us."""
        link.reply(request, SUCCESS)
