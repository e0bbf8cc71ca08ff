"""The picture against what describes it: sizes, bits, colours, loss, orientation. Holds for any image."""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import UID

from minipacs.dicom.modules.conditions import filled, value_is
from minipacs.dicom.rules.finding import Finding
from minipacs.dicom.rules.values import values_of

_COLOURS = frozenset(
    {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "HSV", "CMYK"}
)
_GREYS = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
# PS3.5 A.4: the transfer syntaxes that always lose something.
_LOSSY_SYNTAXES = frozenset(
    {_JPEG_BASELINE, "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.203"}
)
_BIPED = frozenset("APRLHF")
_QUADRUPED = frozenset(["LE", "RT", "D", "V", "CR", "CD", "R", "M", "L", "PR", "DI", "PA", "PL"])
_TAGS = {
    "BitsAllocated": "(0028,0100)",
    "BitsStored": "(0028,0101)",
    "HighBit": "(0028,0102)",
    "ImageType": "(0008,0008)",
    "LossyImageCompression": "(0028,2110)",
    "LossyImageCompressionRatio": "(0028,2112)",
    "NumberOfFrames": "(0028,0008)",
    "PatientOrientation": "(0020,0020)",
    "PhotometricInterpretation": "(0028,0004)",
    "PixelData": "(7FE0,0010)",
    "PlanarConfiguration": "(0028,0006)",
    "PresentationLUTShape": "(2050,0020)",
    "SamplesPerPixel": "(0028,0002)",
    "WindowWidth": "(0028,1051)",
}


def check_image(ds: Dataset) -> Iterator[Finding]:
    """Findings of an object with pixels; none for another."""
    if "PixelData" not in ds and "Rows" not in ds:
        return
    yield from _check_bits(ds)
    yield from _check_colours(ds)
    yield from _check_loss(ds)
    yield from _check_look(ds)
    yield from _check_orientation(ds)
    yield from _check_type(ds)
    if "PixelData" in ds:
        yield from _check_length(ds)


def _error(keyword: str, rule: str, what: str, mend: str) -> Finding:
    return Finding("error", keyword, _TAGS[keyword], rule, what, mend)


def _number(ds: Dataset, keyword: str, otherwise: int = 0) -> int:
    try:
        return int(ds.get(keyword) or otherwise)
    except (TypeError, ValueError):
        return otherwise


def _syntax(ds: Dataset) -> UID | None:
    meta = getattr(ds, "file_meta", None)
    text = str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""
    return UID(text) if text else None


def _is_encapsulated(ds: Dataset) -> bool:
    syntax = _syntax(ds)
    if syntax is not None and syntax.is_transfer_syntax:
        return syntax.is_encapsulated
    return bool(ds["PixelData"].is_undefined_length)


def _check_bits(ds: Dataset) -> Iterator[Finding]:
    allocated, stored = _number(ds, "BitsAllocated"), _number(ds, "BitsStored")
    if not allocated or not stored:
        return
    if stored > allocated:
        yield _error(
            "BitsStored",
            "PS3.5 8.1.1",
            "is more than Bits Allocated",
            "lower it, or allocate more bits",
        )
    if filled(ds, "HighBit") and _number(ds, "HighBit") != stored - 1:
        yield _error(
            "HighBit", "PS3.5 8.1.1", "is not Bits Stored - 1", "set it to Bits Stored - 1"
        )
    if allocated != 1 and allocated % 8:
        yield _error("BitsAllocated", "PS3.5 8.1.1", "is neither 1 nor whole bytes", "use 8 or 16")


def _check_colours(ds: Dataset) -> Iterator[Finding]:
    samples = _number(ds, "SamplesPerPixel")
    photometric = str(ds.get("PhotometricInterpretation", ""))
    if (photometric in _COLOURS and samples not in (3, 4)) or (
        photometric in _GREYS and samples != 1
    ):
        yield _error(
            "PhotometricInterpretation",
            "PS3.3 C.7.6.3.1.2",
            "contradicts Samples per Pixel",
            "use MONOCHROME2 with 1 sample, RGB or YBR_FULL_422 with 3",
        )
    if photometric and photometric not in _COLOURS | _GREYS | {"ARGB", "XYB", "YBR_PARTIAL_422"}:
        yield _error(
            "PhotometricInterpretation",
            "PS3.3 C.7.6.3.1.2",
            "is no Defined Term",
            "use MONOCHROME2, RGB or YBR_FULL_422",
        )
    if samples == 1 and filled(ds, "PlanarConfiguration"):
        yield _error(
            "PlanarConfiguration",
            "PS3.3 C.7.6.3.1.3",
            "is there for one sample a pixel",
            "remove it",
        )
    if str(_syntax(ds) or "") == _JPEG_BASELINE:
        if _number(ds, "BitsAllocated", 8) != 8:
            yield _error(
                "BitsAllocated",
                "PS3.5 8.2.1",
                "is not 8, as JPEG Baseline has it",
                "set it to 8, or use another transfer syntax",
            )
        if photometric in ("YBR_ICT", "YBR_RCT", "PALETTE COLOR"):
            yield _error(
                "PhotometricInterpretation",
                "PS3.5 8.2.1",
                "is not allowed with JPEG Baseline",
                "use YBR_FULL_422 for colour, MONOCHROME2 for grey",
            )


def _check_loss(ds: Dataset) -> Iterator[Finding]:
    if str(_syntax(ds) or "") in _LOSSY_SYNTAXES and not value_is(
        ds, "LossyImageCompression", "01"
    ):
        yield _error(
            "LossyImageCompression",
            "PS3.3 C.7.6.1.1.5",
            "is not 01 though the transfer syntax is a lossy one",
            "set it to 01, with ratio and method",
        )
    if value_is(ds, "LossyImageCompression", "01") and not filled(ds, "LossyImageCompressionRatio"):
        yield Finding(
            "warning",
            "LossyImageCompressionRatio",
            _TAGS["LossyImageCompressionRatio"],
            "PS3.3 C.7.6.1.1.5.2",
            "is missing for a lossy compressed image",
            "give the ratio, for example 12.5",
        )


def _check_look(ds: Dataset) -> Iterator[Finding]:
    shape = str(ds.get("PresentationLUTShape", ""))
    photometric = str(ds.get("PhotometricInterpretation", ""))
    right = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}.get(photometric, shape)
    if shape and shape != right:
        yield _error(
            "PresentationLUTShape",
            "PS3.3 C.8.11.3.1.2",
            f"contradicts {photometric}",
            f"set it to {right}",
        )
    if filled(ds, "WindowCenter") and _number(ds, "SamplesPerPixel") > 1:
        yield Finding(
            "warning",
            "WindowCenter",
            "(0028,1050)",
            "PS3.3 C.11.2.1.2",
            "is there for a colour image, which has no window",
            "remove it and Window Width",
        )
    if filled(ds, "WindowWidth"):
        widths = values_of(ds["WindowWidth"])
        try:
            narrow = any(float(width) < 1 for width in widths)
        except (TypeError, ValueError):
            narrow = False
        if narrow and value_is(ds, "VOILUTFunction", "LINEAR", "") | ("VOILUTFunction" not in ds):
            yield _error("WindowWidth", "PS3.3 C.11.2.1.2", "is less than 1", "make it wider")


def _check_orientation(ds: Dataset) -> Iterator[Finding]:
    if not filled(ds, "PatientOrientation"):
        return
    quadruped = value_is(ds, "AnatomicalOrientationType", "QUADRUPED")
    for value in values_of(ds["PatientOrientation"]):
        if not _is_direction(str(value), quadruped):
            kind = "a quadruped" if quadruped else "a biped"
            allowed = ", ".join(sorted(_QUADRUPED if quadruped else _BIPED))
            yield _error(
                "PatientOrientation",
                "PS3.3 C.7.6.1.1.1",
                f"has a direction that {kind} has not",
                f"use letters of: {allowed}",
            )
            return


def _is_direction(text: str, quadruped: bool) -> bool:
    if not quadruped:
        return len(set(text)) == len(text) <= 3 and set(text) <= _BIPED
    at = 0
    while at < len(text):
        step = next((n for n in (2, 1) if text[at : at + n] in _QUADRUPED), 0)
        if not step:
            return False
        at += step
    return True


def _check_type(ds: Dataset) -> Iterator[Finding]:
    if not filled(ds, "ImageType"):
        return
    values = [str(value) for value in values_of(ds["ImageType"])]
    if values[0] not in ("ORIGINAL", "DERIVED", "MIXED") or (
        len(values) > 1 and values[1] not in ("PRIMARY", "SECONDARY")
    ):
        yield _error(
            "ImageType",
            "PS3.3 C.7.6.1.1.2",
            "does not begin with ORIGINAL or DERIVED, then PRIMARY or SECONDARY",
            "begin it with ORIGINAL\\PRIMARY or DERIVED\\PRIMARY",
        )
    if len(values) < 2:
        yield _error(
            "ImageType", "PS3.3 C.7.6.1.1.2", "has fewer than two values", "give both values"
        )


def _check_length(ds: Dataset) -> Iterator[Finding]:
    element = ds["PixelData"]
    if not isinstance(element.value, (bytes, bytearray)):
        return
    if _is_encapsulated(ds):
        if bytes(element.value[:4]) != b"\xfe\xff\x00\xe0":
            yield _error(
                "PixelData",
                "PS3.5 A.4",
                "is not a sequence of fragments though the transfer syntax is encapsulated",
                "encapsulate it",
            )
        return
    if str(element.VR) == "OB" and _number(ds, "BitsAllocated") > 8 and not _is_implicit(ds):
        yield _error("PixelData", "PS3.5 A.2", "has VR OB with more than 8 bits", "write it as OW")
    bits = (
        _number(ds, "Rows")
        * _number(ds, "Columns")
        * _number(ds, "SamplesPerPixel")
        * _number(ds, "BitsAllocated")
        * _number(ds, "NumberOfFrames", 1)
    )
    if ds.get("PhotometricInterpretation") == "YBR_FULL_422":
        bits = bits * 2 // 3
    expected = (bits + 7) // 8
    expected += expected % 2
    if len(element.value) != expected:
        longer = len(element.value) > expected
        yield _error(
            "PixelData",
            "PS3.5 8.1.1",
            f"is {'longer' if longer else 'shorter'} than rows, columns, samples and bits say",
            "write all pixels, padded to an even number of bytes",
        )


def _is_implicit(ds: Dataset) -> bool:
    syntax = _syntax(ds)
    return syntax is not None and syntax.is_transfer_syntax and syntax.is_implicit_VR
