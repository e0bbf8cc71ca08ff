"""STD-GEN-USB-JPEG: anything, uncompressed or as JPEG, on a USB medium."""

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
    """PS3.11 Annex J."""
    return Profile(
        "STD-GEN-USB-JPEG",
        "General purpose USB medium with JPEG",
        "PS3.11 Annex J",
        transfer_syntaxes=(EXPLICIT_LE, JPEG_LOSSLESS_SV1, JPEG_BASELINE, JPEG_EXTENDED),
        rules=(rows_and_columns,),
        profile_keys=True,
    )
