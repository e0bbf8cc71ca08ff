"""Which directory record a SOP class gets, and the keys of each kind of record: PS3.3 F.4 and F.5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.uid import UID

IMAGE = "IMAGE"


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The keys that a record takes over from its instance, beside Instance Number."""

    required: tuple[str, ...] = ()
    """Type 1: without them the instance cannot be referenced."""
    present: tuple[str, ...] = ()
    """Type 2: written empty where the instance has none."""
    if_valued: tuple[str, ...] = ()
    """Type 1C and 3: written where the instance has a value."""
    instance_number: bool = True
    """Whether Instance Number is a Type 1 key; it is invented where the instance has none."""


_DATED = ("ContentDate", "ContentTime")
_LABELLED = RecordKeys((*_DATED, "ContentLabel"), ("ContentDescription", "ContentCreatorName"))

KEYS: Mapping[str, RecordKeys] = {
    # The optional image keys are those of the JPEG profiles, PS3.11 Tables H.3-2 and J.3-2; a
    # viewer has use for them in every file-set.
    IMAGE: RecordKeys(
        if_valued=(
            "ImageType",
            "AcquisitionDateTime",
            "ReferencedImageSequence",
            "AcquisitionTimeSynchronized",
            "ImagePositionPatient",
            "ImageOrientationPatient",
            "FrameOfReferenceUID",
            "SynchronizationFrameOfReferenceUID",
            "NumberOfFrames",
            "Rows",
            "Columns",
            "PixelSpacing",
            "CalibrationImage",
            "LossyImageCompressionRatio",
        )
    ),
    "RT DOSE": RecordKeys(("DoseSummationType",)),
    "RT STRUCTURE SET": RecordKeys(
        ("StructureSetLabel",), ("StructureSetDate", "StructureSetTime")
    ),
    "RT PLAN": RecordKeys(("RTPlanLabel",), ("RTPlanDate", "RTPlanTime")),
    "RT TREAT RECORD": RecordKeys(present=("TreatmentDate", "TreatmentTime")),
    "PRESENTATION": RecordKeys(
        ("PresentationCreationDate", "PresentationCreationTime", "ContentLabel"),
        ("ContentDescription", "ContentCreatorName"),
        ("ReferencedSeriesSequence", "BlendingSequence"),
    ),
    "WAVEFORM": RecordKeys(_DATED),
    "SR DOCUMENT": RecordKeys(
        ("CompletionFlag", "VerificationFlag", *_DATED, "ConceptNameCodeSequence"),
        if_valued=("VerificationDateTime", "ContentSequence"),
    ),
    "KEY OBJECT DOC": RecordKeys(
        (*_DATED, "ConceptNameCodeSequence"), if_valued=("ContentSequence",)
    ),
    "SPECTROSCOPY": RecordKeys(
        ("ImageType", *_DATED, "NumberOfFrames", "Rows", "Columns", "DataPointRows",
         "DataPointColumns"),
        if_valued=("ReferencedImageEvidenceSequence",),
    ),
    "RAW DATA": RecordKeys(_DATED, ("InstanceNumber",), instance_number=False),
    "REGISTRATION": _LABELLED,
    "FIDUCIAL": _LABELLED,
    "VALUE MAP": _LABELLED,
    "MEASUREMENT": _LABELLED,
    "SURFACE": _LABELLED,
    "TRACT": _LABELLED,
    "ENCAP DOC": RecordKeys(
        ("MIMETypeOfEncapsulatedDocument",),
        (*_DATED, "DocumentTitle", "ConceptNameCodeSequence"),
        ("HL7InstanceIdentifier",),
    ),
    "SURFACE SCAN": RecordKeys(_DATED, instance_number=False),
    "STEREOMETRIC": RecordKeys(instance_number=False),
    "PLAN": RecordKeys(instance_number=False),
    "ASSESSMENT": RecordKeys(("InstanceCreationDate",), ("InstanceCreationTime",)),
    "RADIOTHERAPY": RecordKeys(
        present=("ContentDescription", "ContentCreatorName"),
        if_valued=("UserContentLabel", "UserContentLongLabel"),
    ),
    "ANNOTATION": _LABELLED,
}  # fmt: skip

# The keyword of a storage SOP class tells its record; first match wins.
_BY_KEYWORD: tuple[tuple[str, str], ...] = (
    ("WaveformPresentationState", ""),
    ("WaveformAcquisitionPresentationState", ""),
    ("PresentationState", "PRESENTATION"),
    ("BasicStructuredDisplay", "PRESENTATION"),
    ("KeyObjectSelection", "KEY OBJECT DOC"),
    ("WaveformAnnotationSR", "SR DOCUMENT"),
    ("Waveform", "WAVEFORM"),
    ("Encapsulated", "ENCAP DOC"),
    ("MicroscopyBulkSimpleAnnotations", "ANNOTATION"),
    ("SurfaceScan", "SURFACE SCAN"),
    ("SurfaceSegmentation", "SURFACE"),
    ("Tractography", "TRACT"),
    ("ContentAssessment", "ASSESSMENT"),
    ("MRSpectroscopy", "SPECTROSCOPY"),
    ("RawData", "RAW DATA"),
    ("SpatialRegistration", "REGISTRATION"),
    ("SpatialFiducials", "FIDUCIAL"),
    ("RealWorldValueMapping", "VALUE MAP"),
    ("Stereometric", "STEREOMETRIC"),
    ("Measurements", "MEASUREMENT"),
    ("IntraocularLensCalculations", "MEASUREMENT"),
    ("RTDose", "RT DOSE"),
    ("RTStructureSet", "RT STRUCTURE SET"),
    ("RTPlan", "RT PLAN"),
    ("RTIonPlan", "RT PLAN"),
    ("RTPhysicianIntent", "RADIOTHERAPY"),
    ("RTSegmentAnnotation", "RADIOTHERAPY"),
    ("RTRadiation", "RADIOTHERAPY"),
    ("RTTreatmentPreparation", "RADIOTHERAPY"),
    ("Radiation" + "Record", "RADIOTHERAPY"),
    ("CArmPhotonElectronRadiation", "RADIOTHERAPY"),
    ("TomotherapeuticRadiation", "RADIOTHERAPY"),
    ("RoboticArmRadiation", "RADIOTHERAPY"),
    ("DeliveryInstruction", "PLAN"),
    ("AcquisitionInstruction", "PLAN"),
    ("TreatmentRecord", "RT TREAT RECORD"),
    ("TreatmentSummaryRecord", "RT TREAT RECORD"),
    ("ProcedureLog", "SR DOCUMENT"),
    ("Report", "SR DOCUMENT"),
    # Not below a patient, or of no use on a patient's medium.
    ("HangingProtocol", ""),
    ("ColorPalette", ""),
    ("Implant" + "Template", ""),
    ("ImplantAssembly", ""),
    ("Protocol", ""),
    ("Inventory", ""),
    ("Standalone", ""),
    ("StoredPrint", ""),
)


def record_type(sop_class_uid: str) -> str:
    """The Directory Record Type of a SOP class; empty when it cannot be referenced below a patient."""
    known = UID(sop_class_uid)
    keyword = known.keyword
    if known.type != "SOP Class" or "Storage" not in keyword or "StorageCommitment" in keyword:
        return ""
    if keyword == "MediaStorageDirectoryStorage":
        return ""
    for part, kind in _BY_KEYWORD:
        if part in keyword:
            return kind
    if keyword.endswith(("SRStorage", "SRStorageTrial")):
        return "SR DOCUMENT"
    return IMAGE


def tag_of(keyword: str) -> int:
    """The tag of a DICOM keyword.

    Raises:
        KeyError: no such keyword.
    """
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


def vr_of(tag: int) -> bytes:
    """The (first) VR that PS3.6 gives a tag."""
    return dictionary_VR(tag)[:2].encode("ascii")
