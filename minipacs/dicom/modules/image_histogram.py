"""Image Histogram Module, PS3.3 C.11.5: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
HistogramSequence 1
> HistogramNumberOfBins 1
> HistogramFirstBinValue 1
> HistogramLastBinValue 1
> HistogramBinWidth 1
> HistogramExplanation 3
> HistogramData 1
"""

MODULE = Module("Image Histogram", "C.11.5", TABLE)
