"""A small PDF writer: pages with lossless pictures, lines and words. ISO 32000-1; nothing is embedded but pictures.

Words in Latin letters are Helvetica in WinAnsiEncoding, so that they can be searched and copied. Others are drawn by
Pillow and placed as a picture, with the words beside it (ActualText) for readers that look for them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kiosk.imaging import helvetica
from kiosk.imaging.lettering import text_ascent, text_image, text_width

POINTS_PER_MM = 72 / 25.4
PAPER: dict[str, tuple[float, float]] = {"A4": (595.28, 841.89), "LETTER": (612.0, 792.0)}
"""(width, height) in points, upright."""
_FIRST_CODE = 32
_RASTER_SCALE = 5
"""Pixels for each point of letters that are drawn: 360 dpi."""


@dataclass(frozen=True)
class ImageRef:
    """A picture that is in the file once, for any number of places."""

    name: str
    width: int
    height: int


def is_latin(text: str) -> bool:
    """Whether the reader's own Helvetica has all its letters."""
    try:
        return all(byte >= _FIRST_CODE for byte in text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Points that a line takes."""
    if not is_latin(text):
        return text_width(text, size * _RASTER_SCALE) / _RASTER_SCALE
    widths = helvetica.BOLD if bold else helvetica.REGULAR
    return sum(widths[byte - _FIRST_CODE] for byte in text.encode("cp1252")) * size / 1000


class Page:
    """One page; (0, 0) is its top left corner and everything is in points."""

    def __init__(self, document: Document, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self.images: dict[str, None] = {}
        self._document = document
        self._parts: list[str] = []

    def image(self, ref: ImageRef, x: float, y: float, width: float, height: float) -> None:
        """Place a picture in a box."""
        self.images[ref.name] = None
        matrix = f"{_n(width)} 0 0 {_n(height)} {_n(x)} {_n(self.height - y - height)} cm"
        self._parts.append(f"q {matrix} /{ref.name} Do Q")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        bold: bool = False,
        grey: float = 0.0,
        on_picture: bool = False,
    ) -> None:
        """A line whose baseline begins at (x, y).

        Args:
            grey: 0 black to 1 white.
            on_picture: white with a dark edge, to be seen on any picture.
        """
        words = " ".join(words.split())
        if not words:
            return
        if not is_latin(words):
            self._drawn_text(x, y, words, size)
            return
        escaped = words.encode("cp1252").replace(b"\\", rb"\\")
        escaped = escaped.replace(b"(", rb"\(").replace(b")", rb"\)")
        ink = f"{_n(grey)} g"
        if on_picture:
            ink = f"0 G {_n(size / 4)} w 1 j"
        place = f"1 0 0 1 {_n(x)} {_n(self.height - y)} Tm ({escaped.decode('latin-1')}) Tj"
        font = f"/{'F2' if bold else 'F1'} {_n(size)} Tf"
        if on_picture:
            # The edge first, then the letter over it.
            self._parts.append(f"q {ink} BT {font} 1 Tr {place} ET 1 g BT {font} 0 Tr {place} ET Q")
        else:
            self._parts.append(f"q {ink} BT {font} {place} ET Q")

    def line(self, x0: float, y0: float, x1: float, y1: float, *, grey: float = 0.7) -> None:
        """A thin line."""
        ends = f"{_n(x0)} {_n(self.height - y0)} m {_n(x1)} {_n(self.height - y1)} l S"
        self._parts.append(f"q {_n(grey)} G 0.6 w {ends} Q")

    def box(self, x: float, y: float, width: float, height: float, *, grey: float = 0.8) -> None:
        """The outline of a rectangle."""
        place = f"{_n(x)} {_n(self.height - y - height)} {_n(width)} {_n(height)} re S"
        self._parts.append(f"q {_n(grey)} G 0.5 w {place} Q")

    def content(self) -> bytes:
        """The content stream."""
        return "\n".join(self._parts).encode("latin-1")

    def _drawn_text(self, x: float, y: float, words: str, size: float) -> None:
        """Letters that Helvetica has not, as a picture."""
        letters = text_image(words, size * _RASTER_SCALE)
        ref = self._document.image(255 - letters)
        above = text_ascent(words, size * _RASTER_SCALE) / _RASTER_SCALE
        width, height = ref.width / _RASTER_SCALE, ref.height / _RASTER_SCALE
        actual = words.encode("utf-16-be").hex().upper()
        self._parts.append(f"/Span <</ActualText <FEFF{actual}>>> BDC")
        self.image(ref, x, y - above, width, height)
        self._parts.append("EMC")


@dataclass
class Document:
    """A PDF in the making. Give it pictures and pages, then take `to_bytes`.

    Args:
        title: shown by readers in the window's title; no patient's name, since lists of files show it.
        made_at: when, with its zone.
    """

    title: str
    made_at: dt.datetime
    producer: str = "Chairside"
    _pages: list[Page] = field(default_factory=list)
    _images: dict[str, tuple[ImageRef, bytes]] = field(default_factory=dict)

    def page(self, width: float, height: float) -> Page:
        """A new page at the end."""
        page = Page(self, width, height)
        self._pages.append(page)
        return page

    def image(self, pixels: NDArray[Any]) -> ImageRef:
        """A picture, (h, w) or (h, w, 3) uint8, lossless. The same pixels are stored once."""
        colour = pixels.ndim == 3
        rows, columns = pixels.shape[:2]
        raw = np.ascontiguousarray(pixels, dtype=np.uint8)
        digest = hashlib.sha256(repr(raw.shape).encode() + raw.tobytes()).hexdigest()
        if digest not in self._images:
            ref = ImageRef(f"I{len(self._images) + 1}", columns, rows)
            samples = 3 if colour else 1
            parms = f"/Predictor 15 /Colors {samples} /BitsPerComponent 8 /Columns {columns}"
            head = (
                f"/Type /XObject /Subtype /Image /Width {columns} /Height {rows} /BitsPerComponent 8 "
                f"/ColorSpace {'/DeviceRGB' if colour else '/DeviceGray'} /Filter /FlateDecode "
                f"/DecodeParms << {parms} >>"
            )
            self._images[digest] = ref, _stream(head, _packed(_predicted(raw)))
        return self._images[digest][0]

    def to_bytes(self) -> bytes:
        """The file.

        Raises:
            ValueError: it has no page.
        """
        if not self._pages:
            raise ValueError("a document without pages")
        names = {ref.name: 6 + place for place, (ref, _) in enumerate(self._images.values())}
        first_page = 6 + len(names)
        kids = " ".join(f"{first_page + 2 * n} 0 R" for n in range(len(self._pages)))
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>".encode(),
            _font("Helvetica"),
            _font("Helvetica-Bold"),
            self._info(),
            *(data for _, data in self._images.values()),
        ]
        for number, page in enumerate(self._pages):
            used = " ".join(f"/{name} {names[name]} 0 R" for name in page.images)
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_n(page.width)} {_n(page.height)}] "
                f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << {used} >> >> "
                f"/Contents {first_page + 2 * number + 1} 0 R >>".encode()
            )
            objects.append(_stream("/Filter /FlateDecode", _packed(page.content())))
        return _assembled(objects)

    def _info(self) -> bytes:
        zone = self.made_at.strftime("%z") or "+0000"
        made = f"D:{self.made_at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"
        parts = (f"/Title {_text_string(self.title)}", f"/Producer {_text_string(self.producer)}")
        return f"<< {' '.join(parts)} /CreationDate ({made}) >>".encode()


def _predicted(raw: NDArray[np.uint8]) -> bytes:
    """Each row as its difference to the row above (PNG filter 2), which Flate packs better."""
    flat = raw.reshape(raw.shape[0], -1)
    out = np.empty((flat.shape[0], flat.shape[1] + 1), dtype=np.uint8)
    out[:, 0] = 2
    out[0, 1:] = flat[0]
    np.subtract(flat[1:], flat[:-1], out=out[1:, 1:])
    return out.tobytes()


def _packed(data: bytes) -> bytes:
    # For radiographs smaller than the default and several times faster than level 6.
    packer = zlib.compressobj(4, strategy=zlib.Z_FILTERED)
    return packer.compress(data) + packer.flush()


def _assembled(objects: list[bytes]) -> bytes:
    """Objects 1 to n with their table, object 1 being the catalog and 5 the information. ISO 32000-1 7.5."""
    # Four bytes above 127 tell programs that move files that this one is binary.
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    identity = hashlib.sha256(out).hexdigest()[:32].upper()
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R /ID [<{identity}> <{identity}>]"
    out += f"trailer\n<< {trailer} >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def _stream(head: str, data: bytes) -> bytes:
    return f"<< {head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
    ).encode()


def _text_string(text: str) -> str:
    """A text of the document's information. ISO 32000-1 7.9.2.2."""
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _n(number: float) -> str:
    """A number as PDF writes it: never with an exponent."""
    return f"{number:.3f}".rstrip("0").rstrip(".") or "0"
