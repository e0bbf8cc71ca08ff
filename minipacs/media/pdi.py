"""The pages of IHE Portable Data for Imaging beside a file-set: README.TXT, INDEX.HTM and JPEG previews.

They need no program on the reader's computer. They are no part of the file-set: the DICOMDIR does not name them.
"""

from __future__ import annotations

import datetime as dt
import html
import io
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset

from minipacs.dicom import part10, pixels
from minipacs.media import durable
from minipacs.media.names import FileId
from minipacs.media.report import FileSetContent, StudyEntry
from minipacs.media.session import Session

log = logging.getLogger(__name__)

README, INDEX, FOLDER = "README.TXT", "INDEX.HTM", "IHE_PDI"
PREVIEW_SIDE = 1024
_QUALITY = 85

_README = """\
This medium holds medical images in DICOM format.\r
\r
Written: {written}\r
Label:   {label}\r
Content: {patients} patient(s), {studies} study(s), {instances} object(s)\r
\r
DICOMDIR   the directory of the images, for DICOM programs\r
INDEX.HTM  an overview with previews, for any web browser\r
SHA256     hash of each image, to check the medium with: sha256sum -c SHA256\r
\r
The previews are reduced pictures and not for diagnosis.\r
Made with Chairside. The images are confidential: keep the medium safe.\r
"""

_PAGE = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
<title>{title}</title>
<style type="text/css">
body {{ font-family: sans-serif; background: #111; color: #eee; margin: 2em; }}
img {{ max-width: 240px; max-height: 240px; margin: 4px; background: #000; }}
h2 {{ border-top: 1px solid #555; padding-top: 1em; }}
a {{ color: #9cf; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>The previews are reduced pictures and not for diagnosis. The images themselves are in DICOM format.
See <a href="README.TXT">README.TXT</a>.</p>
{body}
</body>
</html>
"""


def has_pages(root: Path) -> bool:
    """Whether a medium has our pages."""
    return (root / FOLDER).is_dir() and (root / INDEX).is_file()


def write_preview(session: Session, file_id: FileId, data: bytes) -> None:
    """A small JPEG of an instance; none where it has no picture that can be shown."""
    try:
        picture = preview(part10.read(data))
    except (part10.Unreadable, pixels.CannotDisplay) as why:
        log.info("no preview of %s: %s", "/".join(file_id), type(why).__name__)
        return
    if picture:
        session.put_beside(_preview_path(session.root, file_id), picture)


def preview(ds: Dataset, side: int = PREVIEW_SIDE) -> bytes:
    """A JPEG of the first frame, at most `side` pixels wide and high; empty for an object without pixels.

    Raises:
        CannotDisplay: its transfer syntax cannot be decoded here.
    """
    if "PixelData" not in ds:
        return b""
    array = np.asarray(pixels.decode(ds))
    if int(ds.get("NumberOfFrames") or 1) > 1:
        array = array[0]
    if array.ndim == 2:
        array = _to_eight_bits(array, ds)
    picture = Image.fromarray(np.ascontiguousarray(array.astype(np.uint8)))
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _to_eight_bits(array: NDArray[Any], ds: Dataset) -> NDArray[Any]:
    values = array.astype(np.float32)
    centre, width = _first_number(ds, "WindowCenter"), _first_number(ds, "WindowWidth")
    if centre is not None and width is not None and width > 1:
        slope = _first_number(ds, "RescaleSlope") or 1.0
        values = values * slope + (_first_number(ds, "RescaleIntercept") or 0.0)
        low, high = centre - width / 2, centre + width / 2
    else:
        low, high = float(values.min()), float(values.max())
    scaled = np.clip((values - low) / max(high - low, 1e-6), 0, 1)
    if ds.get("PhotometricInterpretation") == "MONOCHROME1":
        scaled = 1 - scaled
    eight_bits: NDArray[Any] = (scaled * 255).astype(np.uint8)
    return eight_bits


def _first_number(ds: Dataset, keyword: str) -> float | None:
    text = part10.text_of(ds, keyword).split("\\")[0]
    try:
        return float(text)
    except ValueError:
        return None


def write_pages(session: Session, content: FileSetContent, written: dt.datetime) -> None:
    """README.TXT and INDEX.HTM for what the DICOMDIR lists."""
    counts = {
        "patients": len(content.patients),
        "studies": sum(len(patient.studies) for patient in content.patients),
        "instances": len(content.instances),
    }
    text = _README.format(
        written=written.strftime("%Y-%m-%d %H:%M"), label=content.file_set_id or "-", **counts
    )
    session.put_beside(session.root / README, text.encode("ascii", "replace"))
    page = index_page(content, session.root)
    session.put_beside(session.root / INDEX, page.encode("utf-8"))


def index_page(content: FileSetContent, root: Path) -> str:
    """The overview in XHTML; every text from an object is escaped."""
    parts: list[str] = []
    for patient in content.patients:
        parts.append(f"<h2>{_escaped(patient.name)} ({_escaped(patient.identifier)})</h2>")
        for study in patient.studies:
            parts += _study_part(study, root)
    title = f"DICOM images {content.file_set_id}".strip()
    return _PAGE.format(title=_escaped(title), body="\n".join(parts))


def _study_part(study: StudyEntry, root: Path) -> list[str]:
    parts = [f"<h3>{_escaped(study.date)} {_escaped(study.description)}</h3>"]
    for series in study.series:
        parts.append(f"<p>{_escaped(series.modality)} {_escaped(series.number)}</p><div>")
        for instance in series.instances:
            path = _preview_path(root, instance.file_id)
            label = _escaped(f"{instance.kind} {instance.number}")
            if path.is_file():
                link = "/".join(path.relative_to(root).parts)
                parts.append(
                    f'<a href="{_escaped(link)}"><img src="{_escaped(link)}" alt="{label}" /></a>'
                )
            else:
                parts.append(f"<span>{label}</span>")
        parts.append("</div>")
    return parts


def remove_previews(root: Path, file_ids: Iterable[FileId]) -> None:
    """Take away the previews of instances that were removed."""
    for file_id in file_ids:
        path = _preview_path(root, file_id)
        durable.remove_quietly(path)
        durable.remove_empty_folders(path.parent, root)


def _preview_path(root: Path, file_id: FileId) -> Path:
    # The same 8.3 names as the images, so that no two can meet.
    return root.joinpath(FOLDER, *file_id[:-1], f"{file_id[-1]}.JPG")


def _escaped(text: str) -> str:
    # XML allows no control characters, not even escaped.
    plain = "".join(char if char.isprintable() else " " for char in text)
    return html.escape(plain, quote=True)
