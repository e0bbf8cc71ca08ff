"""JPEG, PS3.5 A.4.1: baseline in and (colour photographs only) out; extended and lossless where a plugin reads them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

from minipacs.dicom.jpeg_head import LOSSY_METHOD, JpegHead, read_head
from minipacs.dicom.pixels.errors import CannotDisplay
from minipacs.dicom.pixels.family import Family, code_by_pydicom, pixel_family, plugin_available
from minipacs.dicom.pixels.shape import Shape, check_head, check_ratio, code_of
from minipacs.dicom.values import decimal_string

_QUALITY = 92
_LOSSLESS = (str(JPEGLossless), str(JPEGLosslessSV1))


def _frame(ds: Dataset, shape: Shape, syntax: str, index: int) -> NDArray[Any]:
    code = code_of(ds, shape, index, syntax)
    check_ratio(shape, len(code), syntax)
    try:
        head = read_head(code)
    except ValueError as error:
        raise CannotDisplay(syntax, "its code is no JPEG") from error
    check_head(shape, syntax, head.rows, head.columns, head.samples)
    if syntax in _LOSSLESS or head.precision != 8:
        return code_by_pydicom(code, ds, shape, syntax)
    return _by_pillow(code, shape, syntax, head)


def _by_pillow(code: bytes, shape: Shape, syntax: str, head: JpegHead) -> NDArray[Any]:
    try:
        with Image.open(io.BytesIO(code), formats=("JPEG",)) as image:
            if shape.samples == 1:
                return np.asarray(image.convert("L"))
            if shape.photometric == "RGB" and not head.says_ybr:
                # Three components that the dataset calls RGB, and no marker of JFIF or Adobe that contradicts:
                # asking for YCbCr hands them out untransformed.
                if "adobe_transform" not in image.info:
                    image.draft("YCbCr", image.size)
                return np.frombuffer(image.tobytes(), np.uint8).reshape(
                    shape.rows, shape.columns, 3
                )
            return np.asarray(image.convert("RGB"))
    except Exception as error:
        why = f"its code can't be decoded ({type(error).__name__})"
        raise CannotDisplay(syntax, why) from error


def _encode(ds: Dataset, shape: Shape, frames: list[NDArray[Any]]) -> None:
    if shape.samples != 3 or shape.stored != 8:
        raise ValueError("lossy JPEG is for colour photographs of 8 bits only")
    codes = [_compressed(frame) for frame in frames]
    ratio = shape.frame_bytes * len(frames) / sum(map(len, codes))
    ds.PixelData = encapsulate(codes)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.BitsAllocated = 8
    ds.PhotometricInterpretation = "YBR_FULL_422"
    ds.PlanarConfiguration = 0
    declare_lossy(ds, ratio, LOSSY_METHOD)


def _compressed(frame: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    # PS3.5 8.2.1 and PS3.3 C.7.6.3.1.2: YBR_FULL_422 is subsampled 4:2:2.
    Image.fromarray(np.ascontiguousarray(frame)).save(
        out, "JPEG", quality=_QUALITY, subsampling="4:2:2"
    )
    return out.getvalue()


def declare_lossy(ds: Dataset, ratio: float | None, method: str) -> None:
    """Say that the pixels were lossy compressed, once more if they had been before. PS3.3 C.7.6.1.1.5.

    With a ratio, ratio and method are appended to those of earlier compressions.
    """
    ds.LossyImageCompression = "01"
    if ratio is None:
        return
    for keyword, value in (
        ("LossyImageCompressionRatio", decimal_string(round(ratio, 2))),
        ("LossyImageCompressionMethod", method),
    ):
        before = ds.get(keyword)
        if before is None or before == "":
            setattr(ds, keyword, value)
        else:
            many = [before] if isinstance(before, (str, float, int)) else list(before)
            setattr(ds, keyword, [*many, value])


@pixel_family("jpeg")
def jpeg() -> Family:
    """ISO 10918-1."""
    lossy = (str(JPEGBaseline8Bit), str(JPEGExtended12Bit))
    return Family(
        name="jpeg",
        decodes=(*lossy, *_LOSSLESS),
        decode_frame=_frame,
        available=plugin_available,
        encodes=(str(JPEGBaseline8Bit),),
        encode=_encode,
        lossy=frozenset(lossy),
    )
