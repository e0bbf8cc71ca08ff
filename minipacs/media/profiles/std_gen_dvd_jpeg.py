"""STD-GEN-DVD-JPEG: anything, uncompressed or as JPEG, on a DVD."""

from __future__ import annotations

from minipacs.media.profiles.base import (
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_LOSSLESS_SV1,
    Profile,
    rows_and_columns,
)
from minipacs.media.scan import EXPLICIT_LE


def profile() -> Profile:
    """PS3.11 Annex H."""
    return Profile(
        "STD-GEN-DVD-JPEG",
        "General purpose DVD with JPEG",
        "PS3.11 Annex H",
        transfer_syntaxes=(EXPLICIT_LE, JPEG_LOSSLESS_SV1, JPEG_BASELINE, JPEG_EXTENDED),
        rules=(rows_and_columns,),
        profile_keys=True,
    )
