"""Macros of PS3.3: tables that stand inside many sequences. Named in a module table by `@name`."""

from __future__ import annotations

from types import MappingProxyType

# PS3.3 8.8, without the Equivalent Code Sequence inside an Equivalent Code Sequence.
_CODE_BASE = """
CodeValue 1C
CodingSchemeDesignator 1C
CodingSchemeVersion 1C
CodeMeaning 1
LongCodeValue 1C
URNCodeValue 1C
MappingResource 1C
MappingResourceUID 3
MappingResourceName 3
ContextGroupVersion 1C
ContextGroupLocalVersion 1C
ContextGroupExtensionFlag 3 =Y|N
ContextGroupExtensionCreatorUID 1C
ContextIdentifier 3
ContextUID 3
"""

# PS3.3 10.2.1, the values that an item of an acquisition context or a modifier may have.
_CONTENT = """
ValueType 1
ConceptNameCodeSequence 1 [1] @code
ReferencedSOPSequence 1C
> ReferencedSOPClassUID 1
> ReferencedSOPInstanceUID 1
> ReferencedFrameNumber 1C
> ReferencedWaveformChannels 1C
> ReferencedSegmentNumber 1C
MeasurementUnitsCodeSequence 1C [1] @code
ObservationDateTime 3
ObservationStartDateTime 3
DateTime 1C
Date 1C
Time 1C
PersonName 1C
UID 1C
TextValue 1C
FloatingPointValue 1C
RationalNumeratorValue 1C
RationalDenominatorValue 1C
ConceptCodeSequence 1C [1] @code
NumericValue 1C
"""

TABLES = MappingProxyType(
    {
        "code_base": _CODE_BASE,
        "code": _CODE_BASE + "EquivalentCodeSequence 3 @code_base\n",
        # PS3.3 10.2 and 10.9: a content item, and one with modifiers of its own.
        "content": _CONTENT,
        "content_item": _CONTENT + "ContentItemModifierSequence 3 @content\n",
        # PS3.3 10.14
        "hl7": """
LocalNamespaceEntityID 1C
UniversalEntityID 1C
UniversalEntityIDType 1C
""",
        # PS3.3 10.8
        "sop": """
ReferencedSOPClassUID 1
ReferencedSOPInstanceUID 1
""",
        # PS3.3 10.3
        "image": """
ReferencedSOPClassUID 1
ReferencedSOPInstanceUID 1
ReferencedFrameNumber 1C
ReferencedSegmentNumber 1C
""",
        # PS3.3 10.1
        "person": """
InstitutionName 1C
InstitutionAddress 3
InstitutionCodeSequence 1C [1] @code
InstitutionalDepartmentName 3
InstitutionalDepartmentTypeCodeSequence 3 [0-1] @code
PersonIdentificationCodeSequence 1 @code
PersonAddress 3
PersonTelephoneNumbers 3
PersonTelecomInformation 3
""",
        # PS3.3 10.15
        "issuer": """
UniversalEntityID 3
UniversalEntityIDType 1C
IdentifierTypeCode 3
AssigningFacilitySequence 3 [0-1] @hl7
AssigningJurisdictionCodeSequence 3 [0-1] @code
AssigningAgencyOrDepartmentCodeSequence 3 [0-1] @code
""",
        # PS3.3 10.29
        "udi": """
UniqueDeviceIdentifier 1
DeviceDescription 3
""",
        # PS3.3 10.7
        "region": """
AnatomicRegionSequence 3 [0-1] @code
> AnatomicRegionModifierSequence 3 @code
PrimaryAnatomicStructureSequence 3 @code
> PrimaryAnatomicStructureModifierSequence 3 @code
""",
    }
)
