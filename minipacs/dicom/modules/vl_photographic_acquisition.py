"""VL Photographic Acquisition Module, PS3.3 C.8.12.15: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
WhitePoint 3
PrimaryChromaticities 3
BatteryLevel 3
ExposureTimeInSeconds 3
FNumber 3
OECFRows 3
OECFColumns 3
OECFColumnNames 3
OECFValues 3
SpatialFrequencyResponseRows 3
SpatialFrequencyResponseColumns 3
SpatialFrequencyResponseColumnNames 3
SpatialFrequencyResponseValues 3
ColorFilterArrayPatternRows 3
ColorFilterArrayPatternColumns 3
ColorFilterArrayPatternValues 3
FlashFiringStatus 3
FlashReturnStatus 3
FlashMode 3
FlashFunctionPresent 3
FlashRedEyeMode 3
ExposureProgram 3
SpectralSensitivity 3
PhotographicSensitivity 3
SelfTimerMode 3
SensitivityType 3
StandardOutputSensitivity 3
RecommendedExposureIndex 3
ISOSpeed 3
ISOSpeedLatitudeyyy 3
ISOSpeedLatitudezzz 3
EXIFVersion 3
ShutterSpeedValue 3
ApertureValue 3
BrightnessValue 3
ExposureBiasValue 3
MaxApertureValue 3
SubjectDistance 3
MeteringMode 3
LightSource 3
FocalLength 3
SubjectArea 3
MakerNote 3
Temperature 3
Humidity 3
Pressure 3
WaterDepth 3
Acceleration 3
CameraElevationAngle 3
FlashEnergy 3
SubjectLocation 3
PhotographicExposureIndex 3
SensingMethod 3
FileSource 3
SceneType 3
CustomRendered 3
ExposureMode 3
WhiteBalance 3
DigitalZoomRatio 3
FocalLengthIn35mmFilm 3
SceneCaptureType 3
GainControl 3
Contrast 3
Saturation 3
Sharpness 3
DeviceSettingDescription 3
SubjectDistanceRange 3
InteroperabilityIndex 3
InteroperabilityVersion 3
"""

MODULE = Module("VL Photographic Acquisition", "C.8.12.15", TABLE)
