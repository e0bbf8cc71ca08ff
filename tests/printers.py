"""DCMTK's printer on a free loopback port."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from minipacs.net.peers import Peer
from tests.peers import free_port, need, port_answers, start, stop, wait_until

CONFIG = """[[GENERAL]]
[APPLICATION]
LogDirectory = {folder}
LogFile = general.log
LogLevel = INFO
[PRINT]
Directory = {folder}/spool
DetailedLog = false
BinaryLog = false
DeletePrintJobs = false
AlwaysDeleteTerminateJobs = true
[DATABASE]
Directory = {folder}/database
[NETWORK]
aetitle = DCMPSTATE
[[COMMUNICATION]]
[FILM]
Aetitle = FILM
Description = film printer
Hostname = localhost
Port = {port}
Type = LOCALPRINTER
DisplayFormat=1,1\\1,2\\2,2\\2,3
FilmDestination = MAGAZINE\\PROCESSOR
FilmSizeID = 8INX10IN\\14INX17IN
MagnificationType = REPLICATE\\NONE
MaxPDU = 32768
MediumType = PAPER\\BLUE FILM
ResolutionID = STANDARD
Supports12Bit = {deep}
SupportsPresentationLUT = false
"""


@contextlib.contextmanager
def dcmprscp(folder: Path, *, deep: bool = True) -> Iterator[tuple[Peer, Path]]:
    """DCMTK's printer; what it printed lies in the folder as Stored Print and Hardcopy objects."""
    need("dcmprscp")
    port = free_port()
    for name in ("database", "spool"):
        (folder / name).mkdir(parents=True)
    config = folder / "printer.cfg"
    config.write_text(CONFIG.format(folder=folder, port=port, deep=str(deep).lower()))
    process = start(["dcmprscp", "-c", config, "-p", "FILM"], folder / "printer.log")
    try:
        wait_until(lambda: port_answers(port) or process.poll() is not None, 20, "dcmprscp")
        assert process.poll() is None, (folder / "printer.log").read_text()
        yield Peer("FILM", "127.0.0.1", port), folder / "database"
    finally:
        stop(process)
