"""Patient Module, PS3.3 C.7.1.1: who was imaged, be it a person, an animal or a component (ASTM E2339)."""

from __future__ import annotations

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import (
    code_item,
    put,
    put_codes,
    put_given,
    put_items,
)
from minipacs.dicom.model import ImageRequest, Patient, PatientKind
from minipacs.dicom.modules.base import Module, When
from minipacs.dicom.modules.conditions import empty, filled, present, value_is

# Ethnic Group itself left the module with Ethnic Group Code Sequence; it stays allowed: ultrasound
# peers still send it, and DICONDE has its Material Name in that place.
TABLE = """
ReferencedPatientSequence 3 @sop
PatientName 2
PatientID 2
IssuerOfPatientID 3
TypeOfPatientID 3
IssuerOfPatientIDQualifiersSequence 3 [0-1] @issuer
SourcePatientGroupIdentificationSequence 3
> PatientID 1
> IssuerOfPatientID 3
> IssuerOfPatientIDQualifiersSequence 3 [0-1] @issuer
GroupOfPatientsIdentificationSequence 3
> PatientID 1
> IssuerOfPatientID 3
> IssuerOfPatientIDQualifiersSequence 3 [0-1] @issuer
> SubjectRelativePositionInImage 3
> PatientPosition 3
PatientBirthDate 2
PatientBirthTime 3
PatientBirthDateInAlternativeCalendar 3
PatientDeathDateInAlternativeCalendar 3
PatientAlternativeCalendar 1C
PatientSex 2 =M|F|O
QualityControlSubject 3 =YES|NO
StrainDescription 3
StrainNomenclature 3
StrainStockSequence 3 [0-1]
> StrainStockNumber 1
> StrainSourceRegistryCodeSequence 1 @code
> StrainSource 1
StrainAdditionalInformation 3
StrainCodeSequence 3 @code
GeneticModificationsSequence 3
> GeneticModificationsDescription 1
> GeneticModificationsNomenclature 1
> GeneticModificationsCodeSequence 3 @code
OtherPatientNames 3
OtherPatientIDsSequence 3
> PatientID 1
> IssuerOfPatientID 3
> TypeOfPatientID 1
> IssuerOfPatientIDQualifiersSequence 3 [0-1] @issuer
ReferencedPatientPhotoSequence 3
> ReferencedSOPSequence 1 @image
>> HL7InstanceIdentifier 1C
> StudyInstanceUID 1C
> SeriesInstanceUID 1C
> TypeOfInstances 1
> DICOMRetrievalSequence 1C
>> RetrieveAETitle 1
> DICOMMediaRetrievalSequence 1C
>> StorageMediaFileSetID 2
>> StorageMediaFileSetUID 1
> WADORetrievalSequence 1C
>> RetrieveURI 1
> XDSRetrievalSequence 1C
>> RepositoryUniqueID 1
>> HomeCommunityID 3
> WADORSRetrievalSequence 1C
>> RetrieveURL 1
EthnicGroupCodeSequence 3 @code
PatientSpeciesDescription 1C
PatientSpeciesCodeSequence 1C @code
PatientBreedDescription 2C
PatientBreedCodeSequence 2C @code
BreedRegistrationSequence 2C
> BreedRegistrationNumber 1
> BreedRegistryCodeSequence 1 [1] @code
ResponsiblePerson 2C
ResponsiblePersonRole 1C
ResponsibleOrganization 2C
PatientComments 3
PatientIdentityRemoved 3 =YES|NO
DeidentificationMethod 1C
DeidentificationMethodCodeSequence 1C @code
EthnicGroup 3
"""


def write(ds: Dataset, request: ImageRequest) -> None:
    """Write who was imaged; species, breed and owner only for an animal."""
    patient = request.patient
    put(ds, "PatientName", patient.name)
    put(ds, "PatientID", patient.identifier)
    put_given(ds, "IssuerOfPatientID", patient.issuer)
    put(ds, "PatientBirthDate", patient.birth_date)
    put(ds, "PatientSex", patient.sex)
    put_given(ds, "EthnicGroup", patient.ethnic_group)
    put_given(ds, "PatientComments", patient.comments)
    if patient.other_ids:
        put_items(ds, "OtherPatientIDsSequence", _other_ids(patient))
    if patient.kind is PatientKind.ANIMAL:
        _write_animal(ds, patient)
    elif patient.kind is PatientKind.PERSON and patient.responsible_person:
        _write_responsible(ds, patient)


def _other_ids(patient: Patient) -> list[Dataset]:
    items = []
    for other in patient.other_ids:
        item = Dataset()
        put(item, "PatientID", other.identifier)
        put(item, "TypeOfPatientID", other.kind)
        put_given(item, "IssuerOfPatientID", other.issuer)
        items.append(item)
    return items


def _write_animal(ds: Dataset, patient: Patient) -> None:
    if patient.species is not None:
        put_codes(ds, "PatientSpeciesCodeSequence", (patient.species,))
    text = patient.species_description
    if not text and patient.species is None:
        # One of the two is required; the kind of animal is simply not known.
        text = "Non-human organism"
    put_given(ds, "PatientSpeciesDescription", text)
    # Present even when empty: an empty breed is unknown, not mixed.
    put_codes(ds, "PatientBreedCodeSequence", patient.breeds)
    if patient.breed_description or not patient.breeds:
        put(ds, "PatientBreedDescription", patient.breed_description)
    put_items(ds, "BreedRegistrationSequence", _registrations(patient))
    _write_responsible(ds, patient)


def _registrations(patient: Patient) -> list[Dataset]:
    items = []
    for registration in patient.breed_registrations:
        item = Dataset()
        put(item, "BreedRegistrationNumber", registration.number)
        put_items(item, "BreedRegistryCodeSequence", [code_item(registration.registry)])
        items.append(item)
    return items


def _write_responsible(ds: Dataset, patient: Patient) -> None:
    put(ds, "ResponsiblePerson", patient.responsible_person)
    if patient.responsible_person:
        usual = "OWNER" if patient.kind is PatientKind.ANIMAL else "GUARDIAN"
        put(ds, "ResponsiblePersonRole", patient.responsible_person_role or usual)
    if patient.kind is PatientKind.ANIMAL or patient.responsible_organization:
        put(ds, "ResponsibleOrganization", patient.responsible_organization)


def is_animal(ds: Dataset) -> bool:
    """Whether an object says that it shows an animal."""
    return any(
        keyword in ds
        for keyword in (
            "PatientSpeciesDescription",
            "PatientSpeciesCodeSequence",
            "PatientBreedDescription",
            "PatientBreedCodeSequence",
            "BreedRegistrationSequence",
        )
    )


_NON_HUMAN = When("the patient is a non-human organism", lambda ds, _: is_animal(ds))

MODULE = Module(
    "Patient",
    "C.7.1.1",
    TABLE,
    write,
    {
        "PatientAlternativeCalendar": When(
            "a birth or death date in an alternative calendar is present",
            lambda ds, _: (
                present(ds, "PatientBirthDateInAlternativeCalendar")
                or present(ds, "PatientDeathDateInAlternativeCalendar")
            ),
        ),
        "PatientSpeciesDescription": When(
            "the patient is a non-human organism and there is no Patient Species Code Sequence",
            lambda ds, _: is_animal(ds) and empty(ds, "PatientSpeciesCodeSequence"),
        ),
        "PatientSpeciesCodeSequence": When(
            "the patient is a non-human organism and there is no Patient Species Description",
            lambda ds, _: is_animal(ds) and empty(ds, "PatientSpeciesDescription"),
        ),
        "PatientBreedDescription": When(
            "the patient is a non-human organism and Patient Breed Code Sequence is empty",
            lambda ds, _: is_animal(ds) and empty(ds, "PatientBreedCodeSequence"),
        ),
        "PatientBreedCodeSequence": _NON_HUMAN,
        "BreedRegistrationSequence": _NON_HUMAN,
        "ResponsiblePerson": _NON_HUMAN,
        "ResponsibleOrganization": _NON_HUMAN,
        "ResponsiblePersonRole": When(
            "Responsible Person has a value", lambda ds, _: filled(ds, "ResponsiblePerson")
        ),
        "DeidentificationMethod": When(
            "Patient Identity Removed is YES and there is no De-identification Method Code Sequence",
            lambda ds, _: (
                value_is(ds, "PatientIdentityRemoved", "YES")
                and not present(ds, "DeidentificationMethodCodeSequence")
            ),
        ),
        "DeidentificationMethodCodeSequence": When(
            "Patient Identity Removed is YES and there is no De-identification Method",
            lambda ds, _: (
                value_is(ds, "PatientIdentityRemoved", "YES")
                and not present(ds, "DeidentificationMethod")
            ),
        ),
    },
)
