"""Which presentation contexts and roles are agreed; the peer's order of transfer syntaxes counts. PS3.8 7.1.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minipacs.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from minipacs.net import pdu
from minipacs.net.pdu import Answered, AssociateRequest, Proposed
from minipacs.net.service import Context, Service

_ACCEPTED, _NO_CLASS, _NO_SYNTAX = 0, 3, 4


@dataclass(frozen=True, slots=True)
class Agreed:
    """The outcome of a negotiation."""

    answers: tuple[Answered, ...]
    contexts: dict[int, Context]
    services: dict[int, Service]
    roles: dict[str, tuple[bool, bool]]


class Negotiator:
    """Matches what a peer proposes with what the services take.

    Args:
        services: the services of this node; no two list the same SOP class.
        max_pdu: the Maximum Length Received that we announce.
    """

    def __init__(self, services: Sequence[Service], max_pdu: int) -> None:
        self._services = tuple(services)
        self._max_pdu = max_pdu
        self._by_class: dict[str, Service] = {}
        for service in services:
            for uid in service.sop_classes:
                if uid in self._by_class:
                    raise ValueError(f"two services take SOP class {uid}")
                self._by_class[uid] = service

    def agree(self, request: AssociateRequest) -> Agreed:
        """Decide on each proposed context, and on the roles that were asked for."""
        answers: list[Answered] = []
        contexts: dict[int, Context] = {}
        services: dict[int, Service] = {}
        roles: dict[str, tuple[bool, bool]] = {}
        for proposed in request.contexts:
            service = self._service_of(proposed.abstract_syntax)
            syntax = service.choose(proposed.transfer_syntaxes) if service else None
            if service is None or syntax is None:
                why = _NO_CLASS if service is None else _NO_SYNTAX
                answers.append(Answered(proposed.context_id, why, proposed.transfer_syntaxes[0]))
                continue
            wish = request.roles.get(proposed.abstract_syntax)
            # Without a role item the requestor is SCU only, PS3.7 D.3.3.4; whatever it asks for it may be.
            scu, scp = wish if wish is not None else (True, False)
            if wish is not None:
                roles[proposed.abstract_syntax] = wish
            answers.append(Answered(proposed.context_id, _ACCEPTED, syntax))
            contexts[proposed.context_id] = _context(proposed, syntax, scu=scu, scp=scp)
            services[proposed.context_id] = service
        return Agreed(tuple(answers), contexts, services, roles)

    def accept(self, request: AssociateRequest, agreed: Agreed) -> bytes:
        """The A-ASSOCIATE-AC for that outcome."""
        return pdu.associate_accept(
            request,
            agreed.answers,
            max_pdu=self._max_pdu,
            roles=agreed.roles,
            implementation_uid=IMPLEMENTATION_CLASS_UID,
            implementation_version=IMPLEMENTATION_VERSION_NAME,
        )

    def _service_of(self, sop_class: str) -> Service | None:
        found = self._by_class.get(sop_class)
        if found is None:
            found = next((one for one in self._services if one.takes(sop_class)), None)
        return found


def _context(proposed: Proposed, syntax: str, *, scu: bool, scp: bool) -> Context:
    return Context(
        proposed.context_id, proposed.abstract_syntax, syntax, peer_is_scu=scu, peer_is_scp=scp
    )
