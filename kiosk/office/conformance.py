"""The DICOM Conformance Statement in the layout of PS3.2, as Markdown, from what is registered: it can't fall behind.

Whatever stands in a table here is asked from the registry that the program itself uses; only the words between are
written by hand.
"""

from __future__ import annotations

import dataclasses
import pkgutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID

import minipacs.net.scu
from kiosk.settings import Settings, defaults_as_sections
from minipacs.archive import Archive
from minipacs.clock import Clock
from minipacs.dicom import iods, pixels
from minipacs.dicom.iod import Iod
from minipacs.dicom.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from minipacs.dicom.uids import UidPolicy
from minipacs.media.profiles import profiles
from minipacs.net import commands, scp
from minipacs.net.limits import Limits
from minipacs.net.peers import PeerBook
from minipacs.net.reports import Reporter
from minipacs.net.scu.commitment import COMMITMENT
from minipacs.net.scu.echo import VERIFICATION
from minipacs.net.scu.mpps import PERFORMED_STEP, PERFORMED_STEP_RETRIEVE
from minipacs.net.scu.printing import COLOUR_PRINT, GREY_PRINT
from minipacs.net.scu.query import FIND_CLASSES
from minipacs.net.scu.retrieve import GET_CLASSES, MOVE_CLASSES
from minipacs.net.scu.worklist import WORKLIST_FIND
from minipacs.net.service import Node, Service
from minipacs.net.wire import Timeouts

_PLAIN = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")
_NOBODY = "STATEMENT"
_HELPERS = ("answers",)
"""Modules of minipacs.net.scu that are no service."""
_USES = {"M": "mandatory", "C": "conditional", "U": "optional"}


@dataclass(frozen=True)
class Spoken:
    """A service as SCU or SCP: its abstract and transfer syntaxes."""

    name: str
    role: str
    sop_classes: tuple[str, ...]
    syntaxes: tuple[str, ...]
    messages: tuple[str, ...] = ()


class UnknownService(Exception):
    """A service is registered that the statement would not tell of."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"the statement says nothing of {', '.join(names)}; add it to the table")
        self.names = tuple(names)


def statement(settings: Settings, version: str, clock: Clock) -> str:
    """The whole statement, Markdown, of this version with these settings."""
    lines: list[str] = []
    for part in (_overview, _networking, _media, _characters, _security, _contents):
        lines += part(settings, version, clock)
    return "\n".join(lines).rstrip() + "\n"


def requested() -> tuple[Spoken, ...]:
    """What we ask of others.

    Raises:
        UnknownService: a module of minipacs.net.scu is not in the table.
    """
    built = tuple(sorted({one.sop_class_uid for one in iods.iods().values()}))
    table = {
        "echo": ((VERIFICATION,), ("C-ECHO",)),
        "store": (built, ("C-STORE",)),
        "worklist": ((WORKLIST_FIND,), ("C-FIND",)),
        "mpps": ((PERFORMED_STEP, PERFORMED_STEP_RETRIEVE), ("N-CREATE", "N-SET", "N-GET")),
        "commitment": ((COMMITMENT,), ("N-ACTION", "N-EVENT-REPORT")),
        "query": (tuple(FIND_CLASSES.values()), ("C-FIND",)),
        "retrieve": ((*MOVE_CLASSES.values(), *GET_CLASSES.values()), ("C-MOVE", "C-GET")),
        "printing": (
            (GREY_PRINT, COLOUR_PRINT),
            ("N-CREATE", "N-SET", "N-GET", "N-ACTION", "N-DELETE"),
        ),
    }
    there = {info.name for info in pkgutil.iter_modules(minipacs.net.scu.__path__)}
    unknown = sorted(there.symmetric_difference({*table, *_HELPERS}))
    if unknown:
        raise UnknownService(unknown)
    store = tuple(sorted(pixels.writable()))
    return tuple(
        Spoken(name, "SCU", classes, store if name == "store" else _PLAIN, messages)
        for name, (classes, messages) in table.items()
    )


def offered(clock: Clock) -> tuple[Spoken, ...]:
    """What we do for others: asked from the services themselves, each with the transfer syntaxes that it chooses."""
    syntaxes = [uid for uid, entry in UID_dictionary.items() if entry[1] == "Transfer Syntax"]
    with (
        tempfile.TemporaryDirectory(prefix="chairside-") as folder,
        Archive.open(Path(folder), clock=clock) as archive,
    ):
        peers = PeerBook(None)
        reporter = Reporter(archive, peers, _NOBODY, clock)
        node = Node(_NOBODY, archive, peers, clock, UidPolicy(), reporter)
        services = zip(scp.names(), scp.build(node), strict=True)
        return tuple(_spoken(name, service, syntaxes) for name, service in services)


def _spoken(name: str, service: Service, syntaxes: Iterable[str]) -> Spoken:
    taken = tuple(sorted(uid for uid in syntaxes if service.choose([uid])))
    messages = tuple(commands.name_of(field) for field in sorted(service.rights))
    return Spoken(name, "SCP", tuple(sorted(service.sop_classes)), taken, messages)


# ---- the parts


def _overview(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    yield f"# DICOM Conformance Statement: Chairside {version}"
    yield ""
    yield "Layout: DICOM PS3.2. Written by `chairside conformance` from what this copy of the program has registered."
    yield ""
    yield "## 1 Conformance statement overview"
    yield ""
    yield (
        "Chairside acquires images at a dental or veterinary chair, keeps them in an archive of its own, and "
        "exchanges them over the network and on media."
    )
    yield ""
    yield from _table(
        ("Network service", "User of the service (SCU)", "Provider of the service (SCP)"),
        _roles(clock),
    )
    yield from _table(
        ("Media storage application profile", "File-set creator", "File-set updater", "Reader"),
        [(profile.name, "Yes", "Yes", "Yes") for profile in profiles().values()],
    )
    yield "## 2 Table of contents"
    yield ""
    for line in (
        "1 Overview", "2 Contents", "3 Introduction", "4 Networking", "5 Media interchange",
        "6 Support of character sets", "7 Security", "8 Annexes",
    ):  # fmt: skip
        yield f"- {line}"
    yield ""
    yield "## 3 Introduction"
    yield ""
    yield (
        "For the ones who connect Chairside with other systems. Terms are those of PS3.2 3. A statement of "
        "conformance alone does not prove that two systems work together; test before clinical use."
    )
    yield ""


def _roles(clock: Clock) -> list[tuple[str, str, str]]:
    asked = {uid for one in requested() for uid in one.sop_classes}
    given = {uid for one in offered(clock) for uid in one.sop_classes}
    shown = asked | {
        uid for one in offered(clock) if one.name != "storage" for uid in one.sop_classes
    }
    rows = [
        (_class(uid), "Yes" if uid in asked else "No", "Yes" if uid in given else "No")
        for uid in sorted(shown)
    ]
    others = f"{len(given - shown)} further storage SOP classes (4.2.3), and private ones"
    return [*rows, (others, "Yes, as stored", "Yes")]


def _networking(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    limits, timeouts = Limits(), Timeouts()
    yield "## 4 Networking"
    yield ""
    yield "### 4.1 Implementation model"
    yield ""
    yield (
        "One application entity is SCP and SCU. Images are stored by a direct call into the archive; worklist and "
        "performed steps always go over DICOM, by default to the same application entity. What can't be delivered "
        "waits in an outbox that survives power loss."
    )
    yield ""
    yield "### 4.2 AE specifications"
    yield ""
    yield "#### 4.2.1 Association policies"
    yield ""
    yield from _table(
        ("Parameter", "Value"),
        [
            ("Application context name", "1.2.840.10008.3.1.1.1"),
            ("Implementation class UID", IMPLEMENTATION_CLASS_UID),
            ("Implementation version name", IMPLEMENTATION_VERSION_NAME),
            ("Associations accepted at one time", str(limits.associations)),
            ("Associations accepted from one address", str(limits.associations_per_address)),
            ("Maximum PDU size received", f"{limits.max_pdu} bytes"),
            ("Time to the association request (ARTIM)", f"{limits.artim_s:g} s"),
            ("Idle time of an association", f"{limits.idle_s:g} s"),
            ("SCU: time for the connection", f"{timeouts.connect:g} s"),
            ("SCU: time for one answer", f"{timeouts.dimse:g} s"),
            ("Asynchronous operations", "not supported"),
        ],
    )
    yield (
        "Callers from this machine may use every service. Every other caller must stand in the list of peers "
        "(`minipacs peers`) with its AE title, its address and the services that it may use."
    )
    yield ""
    yield "#### 4.2.2 Presentation contexts proposed (SCU)"
    yield ""
    yield from _contexts(requested())
    yield (
        "`store` proposes what the archive holds, each object in its own transfer syntax and in the plain ones; a "
        "peer that takes only those gets the object decompressed, marked as lossy where it was."
    )
    yield ""
    yield "#### 4.2.3 Presentation contexts accepted (SCP)"
    yield ""
    yield from _contexts(offered(clock))
    yield (
        "Storage is of Level 2 (full, PS3.4 B.4.1): received bytes are kept unchanged. Success (0000H) is answered "
        "after file and database row are on the disk; A700H when there is no room; an object whose SOP Instance UID "
        "is taken by other bytes is kept beside it and raises an alert."
    )
    yield ""
    yield "### 4.3 Network interfaces"
    yield ""
    yield "TCP/IP, as the operating system has it."
    yield ""
    yield "### 4.4 Configuration"
    yield ""
    yield from _table(("Setting (chairside.toml)", "Default", "Now"), _settings_rows(settings))


def _contexts(services: Iterable[Spoken]) -> Iterator[str]:
    for one in services:
        yield f"**{one.name}** ({', '.join(one.messages)}; {one.role})"
        yield ""
        yield from _table(
            ("Abstract syntax", "UID"), [(UID(uid).name, uid) for uid in one.sop_classes]
        )
        yield from _table(
            ("Transfer syntax", "UID"), [(UID(uid).name, uid) for uid in one.syntaxes]
        )


def _settings_rows(settings: Settings) -> Iterator[tuple[str, str, str]]:
    now = dataclasses.asdict(settings)
    for section, values in defaults_as_sections().items():
        for key, default in values.items():
            yield f"{section}.{key}", _shown(default), _shown(now[section][key])
    for kind, device in settings.equipment.items():
        for key, value in dataclasses.asdict(device).items():
            yield f"equipment.{kind}.{key}", "", _shown(value)


def _media(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    yield "## 5 Media interchange"
    yield ""
    yield (
        "File-set creator, updater and reader. File names are of at most 8 characters A-Z, 0-9 and _; each file is "
        "read back and compared by hash before the medium is called done."
    )
    yield ""
    for profile in profiles().values():
        yield f"### {profile.name}: {profile.title} ({profile.clause})"
        yield ""
        classes = profile.sop_classes
        yield from _table(
            ("Transfer syntax", "UID"), [(UID(u).name, u) for u in profile.transfer_syntaxes]
        )
        if classes is None:
            yield "Every SOP class that has a directory record."
            yield ""
        else:
            yield from _table(("SOP class", "UID"), [(UID(u).name, u) for u in sorted(classes)])


def _characters(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    yield "## 6 Support of character sets"
    yield ""
    yield (
        "Objects and messages are written in ISO_IR 192 (UTF-8); messages to a peer in the character set that its "
        "entry in the list of peers names, where it can say every text. All character sets of PS3.3 C.12.1.1.2 are "
        "read. Names keep their ideographic and phonetic groups."
    )
    yield ""


def _security(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    yield "## 7 Security"
    yield ""
    yield (
        f"The node listens on {settings.node.host}, by default on this machine alone. Access is by AE title, address "
        "and service. Accesses are written to a hash-chained audit trail. Sizes, depths, times and numbers of "
        "connections are bounded."
    )
    yield ""


def _contents(settings: Settings, version: str, clock: Clock) -> Iterator[str]:
    yield "## 8 Annexes"
    yield ""
    yield "### 8.1 IOD contents: created SOP instances"
    yield ""
    yield f"UIDs are made as 2.25 followed by a UUID. Written: {_names(pixels.writable())}."
    yield ""
    yield f"Displayed: {_names(pixels.readable())}."
    yield ""
    for one in iods.iods().values():
        yield from _iod(one)
    yield "### 8.2 Data dictionary of private attributes"
    yield ""
    yield "None."


def _iod(one: Iod) -> Iterator[str]:
    yield f"#### {one.kind}: {one.title} ({one.clause})"
    yield ""
    yield f"SOP class {_class(one.sop_class_uid)}; Modality {one.modality}."
    yield ""
    yield from _table(
        ("Module", "Usage", "Attributes that can be given"),
        [
            (use.module.title, _USES[use.usage], ", ".join(sorted(use.module.attributes)))
            for use in one.uses
        ],
    )


# ---- words


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
    yield ""


def _class(uid: str) -> str:
    return f"{UID(uid).name} ({uid})"


def _names(uids: Iterable[str]) -> str:
    return ", ".join(_class(uid) for uid in sorted(uids))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value not in ("", None) else "empty"
