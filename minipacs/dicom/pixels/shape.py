"""The shape that an image claims to have, judged before any memory is given to it.

A few bytes may claim 65535 x 65535 x 10,000 frames (CVE-2024-47796, CVE-2026-5442 and their kin). So: absolute caps,
then the claim against the bytes that are there, then against the head of the code stream itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame, parse_fragments

from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.reading import text_of

MAX_PIXELS = 100_000_000
"""Of one frame."""
MAX_FRAMES = 20_000
MAX_FRAME_BYTES = 512 * 1024 * 1024
FREE_BYTES = 64 * 1024 * 1024
"""A decoded frame up to this size needs no justification."""
MAX_RATIO = 1000
"""Beyond that a frame may be this many times larger than its code."""

PHOTOMETRICS = frozenset(
    {
        "MONOCHROME1",
        "MONOCHROME2",
        "PALETTE COLOR",
        "RGB",
        "YBR_FULL",
        "YBR_FULL_422",
        "YBR_ICT",
        "YBR_RCT",
    }
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the Image Pixel Module claims (PS3.3 C.7.6.3), checked against itself."""

    rows: int
    columns: int
    samples: int
    frames: int
    allocated: int
    stored: int
    high_bit: int
    signed: bool
    photometric: str

    @property
    def frame_bytes(self) -> int:
        """Bytes of one decoded frame."""
        return self.rows * self.columns * self.samples * max(1, self.allocated // 8)


def _whole(ds: Dataset, keyword: str, syntax: str, default: int | None = None) -> int:
    text = text_of(ds, keyword)
    if not text and default is not None:
        return default
    try:
        return int(text)
    except ValueError:
        raise CannotDisplay(syntax, f"{keyword} is missing or no single number") from None


def shape_of(ds: Dataset, syntax: str) -> Shape:
    """The claimed shape of `ds`.

    Raises:
        CannotDisplay: no pixel data, values out of range or against each other, or beyond the absolute caps.
    """
    if "PixelData" not in ds:
        raise CannotDisplay(syntax, "it has no integer pixel data")
    allocated = _whole(ds, "BitsAllocated", syntax)
    stored = _whole(ds, "BitsStored", syntax, allocated)
    shape = Shape(
        rows=_whole(ds, "Rows", syntax),
        columns=_whole(ds, "Columns", syntax),
        samples=_whole(ds, "SamplesPerPixel", syntax, 1),
        frames=_whole(ds, "NumberOfFrames", syntax, 1) or 1,
        allocated=allocated,
        stored=stored,
        high_bit=_whole(ds, "HighBit", syntax, stored - 1),
        signed=_whole(ds, "PixelRepresentation", syntax, 0) == 1,
        photometric=text_of(ds, "PhotometricInterpretation"),
    )
    if why := _contradiction(shape):
        raise CannotDisplay(syntax, why)
    return shape


def _contradiction(shape: Shape) -> str:
    if not (0 < shape.rows < 65536 and 0 < shape.columns < 65536):
        return "Rows and Columns must lie between 1 and 65535"
    if shape.samples not in (1, 3) or shape.allocated not in (1, 8, 16, 32):
        return "only 1 or 3 samples of 1, 8, 16 or 32 bits are shown"
    if not 0 < shape.stored <= shape.allocated or not (
        shape.stored - 1 <= shape.high_bit < shape.allocated
    ):
        return "Bits Allocated, Bits Stored and High Bit contradict each other"
    if shape.photometric not in PHOTOMETRICS:
        return "its Photometric Interpretation is not one that is shown"
    if (shape.samples == 3) != (
        shape.photometric not in ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
    ):
        return "Samples per Pixel and Photometric Interpretation contradict each other"
    if not 0 < shape.frames <= MAX_FRAMES:
        return f"the number of frames must lie between 1 and {MAX_FRAMES}"
    if shape.rows * shape.columns > MAX_PIXELS or shape.frame_bytes > MAX_FRAME_BYTES:
        return f"a frame has more than {MAX_PIXELS // 1_000_000} megapixels"
    return ""


def check_ratio(shape: Shape, encoded: int, syntax: str, *, most: int = MAX_RATIO) -> None:
    """Refuse a frame whose code is far too small for what it claims. Raises CannotDisplay."""
    if shape.frame_bytes > FREE_BYTES and shape.frame_bytes > encoded * most:
        raise CannotDisplay(syntax, f"{encoded} bytes of code can't be an image of that size")


def check_head(shape: Shape, syntax: str, rows: int, columns: int, samples: int) -> None:
    """Refuse a code stream whose own head speaks of another size. Raises CannotDisplay."""
    if (rows, columns, samples) != (shape.rows, shape.columns, shape.samples):
        raise CannotDisplay(syntax, "its code stream has another size than its attributes say")


def code_of(ds: Dataset, shape: Shape, index: int, syntax: str) -> bytes:
    """The code stream of one frame of encapsulated pixel data, PS3.5 A.4. Raises CannotDisplay."""
    extended = None
    if "ExtendedOffsetTable" in ds and "ExtendedOffsetTableLengths" in ds:
        extended = (ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths)
    try:
        fragments, _ = parse_fragments(ds.PixelData)
        if fragments < shape.frames:
            raise CannotDisplay(syntax, f"it has {fragments} fragments for {shape.frames} frames")
        code = bytes(
            get_frame(ds.PixelData, index, extended_offsets=extended, number_of_frames=shape.frames)
        )
    except CannotDisplay:
        raise
    except Exception as error:
        raise CannotDisplay(syntax, "its frames can't be told apart") from error
    if not code:
        raise CannotDisplay(syntax, "the code of this frame is empty")
    return code
