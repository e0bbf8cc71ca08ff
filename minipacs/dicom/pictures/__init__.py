"""Pictures from anywhere into frames: one file per format. Nothing is lost on the way in, or the picture is refused.

- 16 bits stay 16 bits; a baseline JPEG stays the stream that it came as.
- 1, 2 and 4 bit grey becomes 8 bit grey, a palette becomes RGB (grey when all its colours are), an opaque alpha
  channel is dropped: all that is lossless in meaning.
- CMYK, real transparency, floating point, 16-bit colour, damage and more than 100 megapixels are refused.

dpi values are not taken for pixel spacing: they speak of paper. Spacing comes from a sidecar.
"""

from __future__ import annotations

from minipacs.dicom.pictures.errors import PictureRefused
from minipacs.dicom.pictures.grey import as_grey
from minipacs.dicom.pictures.reader import MAX_PIXELS, formats, read_picture

__all__ = ["MAX_PIXELS", "PictureRefused", "as_grey", "formats", "read_picture"]
