"""VL Photographic Geolocation Module, PS3.3 C.8.12.16: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
GPSVersionID 3
GPSLatitudeRef 3
GPSLatitude 3
GPSLongitudeRef 3
GPSLongitude 3
GPSAltitudeRef 3
GPSAltitude 3
GPSTimeStamp 3
GPSSatellites 3
GPSStatus 3
GPSMeasureMode 3
GPSDOP 3
GPSSpeedRef 3
GPSSpeed 3
GPSTrackRef 3
GPSTrack 3
GPSImgDirectionRef 3
GPSImgDirection 3
GPSMapDatum 3
GPSDestLatitudeRef 3
GPSDestLatitude 3
GPSDestLongitudeRef 3
GPSDestLongitude 3
GPSDestBearingRef 3
GPSDestBearing 3
GPSDestDistanceRef 3
GPSDestDistance 3
GPSProcessingMethod 3
GPSAreaInformation 3
GPSDateStamp 3
GPSDifferential 3
"""

MODULE = Module("VL Photographic Geolocation", "C.8.12.16", TABLE)
