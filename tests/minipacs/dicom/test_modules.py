"""The module tables: they parse, name attributes that exist, and cover what the modules write."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from pydicom.datadict import dictionary_is_retired, dictionary_VR, tag_for_keyword

from minipacs.dicom import modules
from minipacs.dicom.iods import iods
from minipacs.dicom.modules.base import Attribute, Attributes, Module, merged, parse

HELPERS = {"base", "conditions", "macros"}
RETIRED = {"EthnicGroup"} if dictionary_is_retired(0x00102160) else set()


def every_module() -> dict[str, Module]:
    names = {m.name for m in pkgutil.iter_modules(modules.__path__)} - HELPERS
    return {
        name: importlib.import_module(f"minipacs.dicom.modules.{name}").MODULE
        for name in sorted(names)
    }


def walk(attributes: Attributes, path: str = "") -> Iterator[tuple[str, Attribute]]:
    for keyword, attribute in attributes.items():
        yield path + keyword, attribute
        yield from walk(attribute.inside, f"{path}{keyword}.")


@pytest.mark.parametrize("name", every_module())
def test_a_table_names_attributes_that_exist_and_only_sequences_have_insides(name: str) -> None:
    for path, attribute in walk(every_module()[name].attributes):
        tag = tag_for_keyword(attribute.keyword)
        assert tag is not None, path
        assert not dictionary_is_retired(tag) or attribute.keyword in RETIRED, path
        vr = dictionary_VR(tag)
        assert vr == "SQ" or not attribute.inside, path
        assert not (attribute.values and vr == "SQ"), path


@pytest.mark.parametrize("name", every_module())
def test_a_condition_belongs_to_a_conditional_attribute_of_the_table(name: str) -> None:
    module = every_module()[name]
    rows = dict(walk(module.attributes))
    for path, condition in module.conditions.items():
        assert rows[path].type in ("1C", "2C"), path
        assert condition.text


def test_every_module_is_in_an_iod_and_names_its_clause() -> None:
    used = {use.module.title for iod in iods().values() for use in iod.uses}
    titles = {module.title for module in every_module().values()}
    assert used == titles
    assert all(module.clause.startswith("C.") for module in every_module().values())


def test_no_iod_has_a_module_twice() -> None:
    for iod in iods().values():
        titles = [use.module.title for use in iod.uses]
        assert len(titles) == len(set(titles))


def test_the_modules_that_the_standard_makes_mandatory_are() -> None:
    common = {"Patient", "General Study", "General Series", "General Image", "Image Pixel"}
    common |= {"SOP Common", "General Acquisition"}
    x_ray = common | {"DX Series", "DX Anatomy Imaged", "DX Image", "DX Detector"}
    x_ray |= {"General Equipment", "Acquisition Context"}
    light = common | {"General Equipment", "VL Image", "Acquisition Context"}
    wanted = {
        "io": x_ray | {"Intra-oral Series", "Intra-oral Image"},
        "dx": x_ray,
        "px": x_ray,
        "ceph": x_ray,
        "cr": common | {"General Equipment", "CR Series", "CR Image"},
        "sc": common | {"SC Equipment", "SC Image"},
        "us": common | {"General Equipment", "US Image"},
        "photo": light,
        "endo": light,
    }
    got = {
        kind: {use.module.title for use in iod.uses if use.usage == "M"}
        for kind, iod in iods().items()
    }
    assert got == wanted


def test_the_types_are_the_standard_s_not_weaker_ones() -> None:
    strong = {
        "io": "PresentationIntentType Modality ImageLaterality ImagerPixelSpacing ImageType "
        "BurnedInAnnotation PixelIntensityRelationship PixelIntensityRelationshipSign "
        "RescaleIntercept RescaleSlope RescaleType PresentationLUTShape LossyImageCompression "
        "AnatomicRegionSequence PositionerType SOPClassUID SOPInstanceUID Rows Columns",
        "photo": "ImageType Modality",
        "sc": "ConversionType",
    }
    for kind, keywords in strong.items():
        for keyword in keywords.split():
            assert iods()[kind].attributes[keyword].type == "1", keyword
    assert iods()["us"].attributes["ImageType"].type == "2"
    assert iods()["dx"].attributes["AnatomicRegionSequence"].type == "2"
    assert iods()["photo"].attributes["LossyImageCompression"].type == "2"
    region = iods()["io"].attributes["AnatomicRegionSequence"]
    assert region.items == (1, 1)
    assert region.inside["CodeMeaning"].type == "1"


def test_a_table_is_read_with_values_items_macros_and_levels() -> None:
    table = parse("""
        PatientSex 2 =M|F|O
        PresentationIntentType 1 =FOR~PRESENTATION
        AnatomicRegionSequence 1 [1] @code
        > AnatomicRegionModifierSequence 3 [0-1] @code
        DeviceSequence 3
        > DeviceID 3
    """)
    assert table["PatientSex"].values == {"M", "F", "O"}
    assert table["PresentationIntentType"].values == {"FOR PRESENTATION"}
    region = table["AnatomicRegionSequence"]
    assert region.items == (1, 1)
    assert region.inside["CodeMeaning"].type == "1"
    assert region.inside["AnatomicRegionModifierSequence"].items == (0, 1)
    assert table["DeviceSequence"].items == (0, None)
    assert set(table["DeviceSequence"].inside) == {"DeviceID"}


@pytest.mark.parametrize("line", ["PatientSex", "PatientSex 4", "PatientSex  2", "> PatientSex 2"])
def test_a_line_that_is_none_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="PatientSex"):
        parse(line)


def test_of_two_tables_the_stronger_type_and_narrower_values_hold() -> None:
    union = merged(parse("ImageLaterality 3 =R|L|U|B"), parse("ImageLaterality 1 =R|L|B"))
    assert union["ImageLaterality"].type == "1"
    assert union["ImageLaterality"].values == {"R", "L", "B"}
