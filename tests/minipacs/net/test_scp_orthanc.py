"""Orthanc as the client of all that it can ask of another node."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from minipacs.dicom import part10
from minipacs.dicom.uids import CountedUids
from minipacs.net.peers import Peer
from tests.minipacs.net.noderig import Rig, a_node, an_object, filled
from tests.peers import free_port, wait_until
from tests.servers import orthanc


class Rest:
    """Orthanc's REST interface."""

    def __init__(self, folder: Path) -> None:
        self._url = (
            f"http://127.0.0.1:{json.loads((folder / 'orthanc.json').read_text())['HttpPort']}"
        )

    def post(self, path: str, body: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask(urllib.request.Request(self._url + path, data))

    def get(self, path: str) -> Any:
        return self._ask(urllib.request.Request(self._url + path))

    @staticmethod
    def _ask(request: urllib.request.Request) -> Any:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


@contextmanager
def _both(tmp_path: Path) -> Iterator[tuple[Rig, Rest]]:
    port = free_port()
    me = Peer("MINIPACS", "127.0.0.1", port)
    folder = tmp_path / "orthanc"
    folder.mkdir()
    with orthanc(folder, modalities=[me]) as server:
        rest = Rest(folder)
        with a_node(tmp_path, peers=(server.peer,), port=port) as rig:
            yield rig, rest


@pytest.mark.slow
def test_orthanc_echoes_stores_queries_retrieves_and_asks_for_commitment(tmp_path: Path) -> None:
    with _both(tmp_path) as (rig, rest):
        rest.post("/modalities/minipacs/echo", {})

        ds = an_object(CountedUids(7000))
        kept = rest.post("/instances", part10.write(ds))
        rest.post("/modalities/minipacs/store", [kept["ID"]])
        assert rig.archive.instance(ds.SOPInstanceUID) is not None

        mine = filled(rig.archive, 2)
        query = rest.post(
            "/modalities/minipacs/query",
            {"Level": "Study", "Query": {"AccessionNumber": "A-1", "StudyInstanceUID": ""}},
        )
        assert rest.get(f"/queries/{query['ID']}/answers") == ["0"]
        rest.post(f"/queries/{query['ID']}/answers/0/retrieve", {"TargetAet": "ORTHANC"})
        wait_until(lambda: len(rest.get("/instances")) == 2)
        found = rest.post("/tools/lookup", str(mine[1].SOPInstanceUID).encode())
        assert [one["Type"] for one in found] == ["Instance"]

        asked = rest.post("/modalities/minipacs/storage-commitment", {"Resources": [kept["ID"]]})
        report = f"/storage-commitment/{asked['ID']}"
        wait_until(lambda: rest.get(report)["Status"] != "Pending", 20)
        said = rest.get(report)
        assert said["Status"] == "Success"
        assert said["Success"][0]["SOPInstanceUID"] == ds.SOPInstanceUID
