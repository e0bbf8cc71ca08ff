"""One instant as the texts that DICOM wants, so that date and time can never straddle midnight."""

from __future__ import annotations

import datetime as dt


def date_time(instant: dt.datetime) -> tuple[str, str]:
    """(DA, TM) of one instant, PS3.5 6.2: YYYYMMDD and HHMMSS.FFFFFF in the zone of `instant`."""
    return instant.strftime("%Y%m%d"), instant.strftime("%H%M%S.%f")


def utc_offset(instant: dt.datetime) -> str:
    """Timezone Offset From UTC (0008,0201), &ZZXX; empty for a naive instant."""
    return instant.strftime("%z")[:5]
