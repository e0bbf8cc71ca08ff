"""What the settings say of the devices, as values that go into every image."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.settings import EquipmentSection, Settings
from minipacs.dicom.model import Equipment

# PS3.3 C.8.11.4: a detector type must be said where the office has not; simulators and scanners say what they imitate.
_USUAL = {
    "io": EquipmentSection(
        manufacturer="Chairside", model_name="Kiosk", detector_type="SCINTILLATOR"
    ),
    "px": EquipmentSection(manufacturer="Chairside", model_name="Kiosk", detector_type="DIRECT"),
    "ceph": EquipmentSection(manufacturer="Chairside", model_name="Kiosk", detector_type="DIRECT"),
    "dx": EquipmentSection(manufacturer="Chairside", model_name="Kiosk", detector_type="DIRECT"),
    "cr": EquipmentSection(manufacturer="Chairside", model_name="Kiosk", detector_type="STORAGE"),
}
_OTHERS = EquipmentSection(manufacturer="Chairside", model_name="Kiosk")


def equipment_for(
    kinds: tuple[str, ...], settings: Settings, version: str
) -> Mapping[str, Equipment]:
    """One device for each kind: its own section, else `default`, else what can be said without one."""
    return {kind: _equipment(kind, settings, version) for kind in kinds}


def _equipment(kind: str, settings: Settings, version: str) -> Equipment:
    usual = _USUAL.get(kind, _OTHERS)
    section = settings.equipment.get(kind) or settings.equipment.get("default") or usual
    station = settings.station
    return Equipment(
        manufacturer=section.manufacturer or usual.manufacturer,
        model_name=section.model_name or usual.model_name,
        serial_number=section.serial_number,
        software_versions=section.software_versions or (version,),
        institution_name=station.institution,
        institution_address=station.address,
        department_name=station.department,
        station_name=station.name or station.ae_title,
        spatial_resolution_mm=section.spatial_resolution_mm or None,
        detector_type=section.detector_type or usual.detector_type,
        detector_id=section.detector_id,
        detector_manufacturer=section.detector_manufacturer,
        detector_model_name=section.detector_model_name,
    )
