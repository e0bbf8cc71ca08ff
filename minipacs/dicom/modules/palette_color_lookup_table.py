"""Palette Color Lookup Table Module, PS3.3 C.7.9: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
RedPaletteColorLookupTableDescriptor 1
GreenPaletteColorLookupTableDescriptor 1
BluePaletteColorLookupTableDescriptor 1
PaletteColorLookupTableUID 3
RedPaletteColorLookupTableData 1C
GreenPaletteColorLookupTableData 1C
BluePaletteColorLookupTableData 1C
SegmentedRedPaletteColorLookupTableData 1C
SegmentedGreenPaletteColorLookupTableData 1C
SegmentedBluePaletteColorLookupTableData 1C
"""

MODULE = Module("Palette Color Lookup Table", "C.7.9", TABLE)
