"""SOP Common Module, PS3.3 C.12.1: identity, character set, time zone."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.model import ImageRequest
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.moments import date_time, utc_offset

TABLE = """
SpecificCharacterSet 1C
InstanceCreationDate 3
InstanceCreationTime 3
InstanceCreatorUID 3
InstanceCoercionDateTime 3
SOPClassUID 1
SOPInstanceUID 1
RelatedGeneralSOPClassUID 3
OriginalSpecializedSOPClassUID 3
SyntheticData 3 =YES|NO
QueryRetrieveView 1C
CodingSchemeIdentificationSequence 3
> CodingSchemeDesignator 1
> CodingSchemeVersion 3
> CodingSchemeResourcesSequence 3
>> CodingSchemeURLType 1
>> CodingSchemeURL 1
> CodingSchemeUID 1C
> CodingSchemeRegistry 1C
> CodingSchemeExternalID 2C
> CodingSchemeName 3
> CodingSchemeResponsibleOrganization 3
ContextGroupIdentificationSequence 3
> MappingResource 1
> ContextGroupVersion 1
> ContextIdentifier 1
> ContextUID 3
MappingResourceIdentificationSequence 3
> MappingResource 1
> MappingResourceUID 3
> MappingResourceName 3
TimezoneOffsetFromUTC 3
PrivateDataElementCharacteristicsSequence 3
> PrivateGroupReference 1
> PrivateCreatorReference 1
> BlockIdentifyingInformationStatus 1
> NonidentifyingPrivateElements 1C
> DeidentificationActionSequence 3
>> IdentifyingPrivateElements 1
>> DeidentificationAction 1
> PrivateDataElementDefinitionSequence 3
>> PrivateDataElement 1
>> PrivateDataElementValueMultiplicity 1
>> PrivateDataElementValueRepresentation 1
>> PrivateDataElementNumberOfItems 1C
>> PrivateDataElementName 1
>> PrivateDataElementKeyword 1
>> PrivateDataElementDescription 3
>> PrivateDataElementEncoding 3
>> RetrieveURI 3
ContentQualification 3
ReferencedDefinedProtocolSequence 1C @sop
> SourceAcquisitionProtocolElementNumber 3
> SourceReconstructionProtocolElementNumber 3
ReferencedPerformedProtocolSequence 1C @sop
> SourceAcquisitionProtocolElementNumber 3
> SourceReconstructionProtocolElementNumber 3
ContributingEquipmentSequence 3
> Manufacturer 1
> InstitutionName 3
> InstitutionAddress 3
> StationName 3
> InstitutionalDepartmentName 3
> InstitutionalDepartmentTypeCodeSequence 3 [0-1] @code
> OperatorsName 3
> OperatorIdentificationSequence 3 @person
> ManufacturerModelName 3
> DeviceSerialNumber 3
> DeviceUID 3
> UDISequence 3 @udi
> SoftwareVersions 3
> SpatialResolution 3
> DateOfLastCalibration 3
> TimeOfLastCalibration 3
> DateOfManufacture 3
> DateOfInstallation 3
> ContributionDateTime 3
> ContributionDescription 3
> PurposeOfReferenceCodeSequence 1 @code
InstanceNumber 3
ConversionSourceAttributesSequence 1C @image
LongitudinalTemporalInformationModified 3 =UNMODIFIED|MODIFIED|REMOVED
HL7StructuredDocumentReferenceSequence 1C @sop
> HL7InstanceIdentifier 1
> RetrieveURI 3
SOPInstanceStatus 3
SOPAuthorizationDateTime 3
SOPAuthorizationComment 3
AuthorizationEquipmentCertificationNumber 3
EncryptedAttributesSequence 1C
> EncryptedContentTransferSyntaxUID 1
> EncryptedContent 1
OriginalAttributesSequence 3
> ModifiedAttributesSequence 1
> NonconformingModifiedAttributesSequence 3
>> SelectorAttribute 1C
>> SelectorValueNumber 1C
>> SelectorSequencePointer 1C
>> SelectorSequencePointerPrivateCreator 1C
>> SelectorAttributePrivateCreator 1C
>> SelectorSequencePointerItems 1C
>> NonconformingDataElementValue 1
> AttributeModificationDateTime 1
> ModifyingSystem 1
> SourceOfPreviousValues 2
> ReasonForTheAttributeModification 1
InstanceOriginStatus 3
BarcodeValue 3
MACParametersSequence 3
> MACIDNumber 1
> MACCalculationTransferSyntaxUID 1
> MACAlgorithm 1
> DataElementsSigned 1
DigitalSignaturesSequence 3
> MACIDNumber 1
> DigitalSignatureUID 1
> DigitalSignatureDateTime 1
> CertificateType 1
> CertificateOfSigner 1
> Signature 1
> CertifiedTimestampType 1C
> CertifiedTimestamp 3
> DigitalSignaturePurposeCodeSequence 3 @code
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write the identity; the SOP class is the IOD's, the character set is settled at the end."""
    put(ds, "SOPInstanceUID", request.sop_instance_uid)
    put(ds, "InstanceCreationDate", date_time(request.taken_at)[0])
    put(ds, "InstanceCreationTime", date_time(request.taken_at)[1])
    put_given(ds, "TimezoneOffsetFromUTC", utc_offset(request.taken_at))


MODULE = Module(
    "SOP Common",
    "C.12.1",
    TABLE,
    write,
    {
        "SpecificCharacterSet": When(
            "a text has characters outside of ASCII", lambda ds, _: not _is_ascii(ds)
        ),
    },
)


def _is_ascii(ds: Dataset) -> bool:
    """Whether all names and texts of the first level are plain ASCII."""
    texts = (e.value for e in ds if e.VR in ("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
    return all(str(text).isascii() for text in texts)
