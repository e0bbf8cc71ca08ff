"""Specimen Module, PS3.3 C.7.6.22: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
ContainerIdentifier 1
IssuerOfTheContainerIdentifierSequence 2 @hl7
AlternateContainerIdentifierSequence 3
> ContainerIdentifier 1
> IssuerOfTheContainerIdentifierSequence 2 @hl7
ContainerTypeCodeSequence 2 @code
ContainerDescription 3
ContainerComponentSequence 3
> Manufacturer 3
> ManufacturerModelName 3
> ContainerComponentTypeCodeSequence 1 @code
> ContainerComponentThickness 3
> ContainerComponentWidth 3
> ContainerComponentMaterial 3
> ContainerComponentID 3
> ContainerComponentLength 3
> ContainerComponentDiameter 3
> ContainerComponentDescription 3
SpecimenDescriptionSequence 1
> PrimaryAnatomicStructureSequence 3 @code
>> PrimaryAnatomicStructureModifierSequence 3 @code
> SpecimenIdentifier 1
> SpecimenUID 1
> IssuerOfTheSpecimenIdentifierSequence 2 @hl7
> SpecimenTypeCodeSequence 3 @code
> SpecimenShortDescription 3
> SpecimenDetailedDescription 3
> SpecimenPreparationSequence 2
>> SpecimenPreparationStepContentItemSequence 1 @content
> SpecimenLocalizationContentItemSequence 1C @content
"""

MODULE = Module("Specimen", "C.7.6.22", TABLE)
