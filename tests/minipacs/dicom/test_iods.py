from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from minipacs.dicom import iods, part10
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.image_modules import CONDITIONAL, MANDATORY, OPTIONAL
from minipacs.dicom.iods import build
from minipacs.dicom.model import Frame, Patient, PatientKind, Shot
from tests.builders import (
    a_dog,
    a_patient,
    an_image_request,
    an_order,
    colour_frame,
    grey_frame,
    some_equipment,
)
from tests.minipacs.dicom.judges import (
    COLOUR_KINDS,
    GREY_KINDS,
    SIXTEEN_BIT_KINDS,
    complaints,
    findings,
    jpeg_frame,
)

WHO = {
    "person": a_patient(),
    "animal": a_dog(),
    "component": a_patient(kind=PatientKind.COMPONENT, birth_date="", sex=""),
}
NATIVE = {"explicit": ExplicitVRLittleEndian, "implicit": ImplicitVRLittleEndian}


def cases() -> list[tuple[str, str, Frame]]:
    found = [(kind, "8 bit", grey_frame(bits=8)) for kind in (*GREY_KINDS, "photo", "endo")]
    found += [(kind, "12 bit", grey_frame(bits=12)) for kind in SIXTEEN_BIT_KINDS]
    found += [(kind, "16 bit", grey_frame(bits=16)) for kind in SIXTEEN_BIT_KINDS]
    found += [(kind, "inverted", grey_frame(inverted=True)) for kind in ("io", "dx", "cr", "sc")]
    found += [(kind, "colour", colour_frame()) for kind in COLOUR_KINDS]
    return found


def test_every_kind_of_the_plan_is_there() -> None:
    assert iods.kinds() == ("ceph", "cr", "dx", "endo", "io", "photo", "px", "sc", "us")


def test_every_kind_has_the_common_modules_once() -> None:
    for kind, iod in iods.iods().items():
        usage = [(use.module.title, use.usage) for use in iod.uses]
        titles = [title for title, _ in usage]
        assert len(titles) == len(set(titles)), kind
        for module in (*MANDATORY, *CONDITIONAL, *OPTIONAL):
            assert module.title in titles, kind


def test_an_own_module_that_is_common_too_has_the_usage_of_the_kind() -> None:
    """PS3.3 Table A.8-1: General Equipment is the user's option in a Secondary Capture, SC Equipment is not."""
    usage = {use.module.title: use.usage for use in iods.iod_for("sc").uses}
    assert (usage["General Equipment"], usage["SC Equipment"]) == ("U", "M")


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match="ceph, cr, dx") as caught:
        iods.iod_for("ct")
    assert caught.value.keyword == "kind"


def test_two_files_of_one_kind_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other_io.py").write_text(
        "from minipacs.dicom.iod import iod\n"
        "from minipacs.dicom.iods import io as first\n"
        "@iod('io')\n"
        "def second():\n"
        "    return first.intra_oral()\n"
    )
    monkeypatch.setattr(iods, "__path__", [*iods.__path__, str(tmp_path)])
    iods.iods.cache_clear()
    try:
        with pytest.raises(ValueError, match="kind io"):
            iods.iods()
    finally:
        monkeypatch.undo()
        iods.iods.cache_clear()


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("kind", "bits", "frame"), cases(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_dciodvfy_and_our_validation_have_nothing_to_say(
    kind: str, bits: str, frame: Frame, who: str, syntax: str, tmp_path: Path
) -> None:
    ds = build(an_image_request(kind, patient=WHO[who], frame=frame))

    assert complaints(ds, tmp_path, NATIVE[syntax]) == []
    assert findings(ds, NATIVE[syntax]) == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize(
    ("kind", "colour"),
    [(kind, False) for kind in iods.kinds()] + [(kind, True) for kind in COLOUR_KINDS],
)
def test_a_jpeg_is_encapsulated_as_it_came_and_conforms(
    kind: str, colour: bool, who: str, tmp_path: Path
) -> None:
    frame = jpeg_frame(colour=colour)

    ds = build(an_image_request(kind, patient=WHO[who], frame=frame))

    assert ds.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert frame.jpeg is not None
    assert frame.jpeg in ds.PixelData
    assert ds.PhotometricInterpretation == ("YBR_FULL_422" if colour else "MONOCHROME2")
    assert ds.LossyImageCompression == "01"
    assert ds.LossyImageCompressionMethod == "ISO_10918_1"
    samples = 3 if colour else 1
    assert float(ds.LossyImageCompressionRatio) == pytest.approx(
        60 * 80 * samples / len(frame.jpeg), abs=0.01
    )
    assert complaints(ds, tmp_path) == []
    assert findings(ds) == []


def views() -> list[tuple[str, Shot]]:
    from minipacs.dicom.codes import tables

    shots = [(kind, Shot(view=view.key)) for view in tables.views().values() for kind in view.kinds]
    # The intra-oral camera and an ultrasound look at a tooth, too.
    shots += [(kind, Shot(teeth=("11", "21"))) for kind in ("io", "cr", "us", "photo", "endo")]
    return shots


@pytest.mark.parametrize("animal", [False, True], ids=["person", "animal"])
def test_every_view_of_the_table_makes_a_conforming_object(animal: bool, tmp_path: Path) -> None:
    said = {}
    for kind, shot in views():
        if shot.view.startswith("vet-") and not animal:
            continue
        frame = colour_frame() if kind in ("photo", "endo") else grey_frame(bits=8)
        patient = a_dog() if animal else a_patient()
        ds = build(an_image_request(kind, patient=patient, shot=shot, frame=frame))
        said[kind, shot] = complaints(ds, tmp_path) + findings(ds)
    assert {key: told for key, told in said.items() if told} == {}


def test_a_view_of_an_animal_is_none_of_a_person() -> None:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request("dx", shot=Shot(view="vet-dorsoventral")))
    assert caught.value.keyword == "PatientOrientation"


@pytest.mark.parametrize("kind", ["ceph", "cr", "dx", "io", "px"])
def test_a_colour_picture_is_refused_where_only_grey_has_a_meaning(kind: str) -> None:
    with pytest.raises(BadRequest, match="colour") as caught:
        build(an_image_request(kind, frame=colour_frame()))
    assert caught.value.keyword == "PhotometricInterpretation"


@pytest.mark.parametrize("kind", ["endo", "photo", "us"])
def test_sixteen_bits_are_refused_where_the_standard_has_eight(kind: str) -> None:
    with pytest.raises(BadRequest, match="keep it as kind sc") as caught:
        build(an_image_request(kind, frame=grey_frame(bits=12)))
    assert caught.value.keyword == "BitsAllocated"


@pytest.mark.parametrize("kind", ["endo", "photo", "us"])
def test_an_inverted_picture_is_refused_where_the_standard_has_none(kind: str) -> None:
    with pytest.raises(BadRequest, match="inverted"):
        build(an_image_request(kind, frame=grey_frame(bits=8, inverted=True)))


def test_a_walk_in_with_nothing_but_a_name_makes_every_kind(tmp_path: Path) -> None:
    said = {}
    for kind in iods.kinds():
        request = an_image_request(
            kind,
            patient=Patient(name="CANARY^PATIENT", identifier="1"),
            order=an_order(
                study_id="",
                accession_number="",
                referring_physician="",
                requested_procedure_id="",
                requested_procedure_description="",
                step_id="",
                step_description="",
                modality="",
            ),
            equipment=some_equipment(detector_type=""),
            shot=Shot(),
        )
        ds = build(request)
        assert "RequestAttributesSequence" not in ds
        said[kind] = complaints(ds, tmp_path) + findings(ds)
    assert said == {kind: [] for kind in iods.kinds()}


def test_pixels_survive_writing_and_reading() -> None:
    for frame in (grey_frame(bits=16), grey_frame(bits=8, rows=7, columns=5), colour_frame(7, 5)):
        ds = part10.read(part10.write(build(an_image_request("sc", frame=frame))))
        dtype = "<u2" if ds.BitsAllocated == 16 else "u1"
        assert frame.pixels is not None
        size = frame.pixels.nbytes
        assert len(ds.PixelData) == size + size % 2
        read = np.frombuffer(ds.PixelData[:size], dtype).reshape(frame.pixels.shape)
        assert np.array_equal(read, frame.pixels)


def test_sixteen_bit_pixels_that_use_eight_bits_are_stored_in_eight() -> None:
    frame = grey_frame(bits=8)
    assert frame.pixels is not None
    wide = dataclasses.replace(frame, pixels=frame.pixels.astype(np.uint16))

    ds = build(an_image_request("io", frame=wide))

    assert (ds.BitsAllocated, ds.BitsStored) == (8, 8)
    assert ds.PixelData == frame.pixels.tobytes()


@pytest.mark.parametrize(
    ("frame", "keyword"),
    [
        (Frame(), "PixelData"),
        (Frame(pixels=np.zeros((4, 4), np.int16)), "BitsAllocated"),
        (Frame(pixels=np.zeros((4, 4), np.uint8), rows=5, columns=4), "Rows"),
        (Frame(pixels=np.zeros((4, 0), np.uint8)), "Rows"),
        (Frame(pixels=np.zeros((4, 4, 4), np.uint8)), "PixelData"),
        (Frame(pixels=np.zeros((4, 4, 3), np.uint16)), "BitsAllocated"),
        (Frame(pixels=np.full((4, 4), 4096, np.uint16), bits_stored=12), "BitsStored"),
        (Frame(pixels=np.zeros((4, 4), np.uint16), bits_stored=17), "BitsStored"),
        (Frame(jpeg=b"GIF89a"), "PixelData"),
        (Frame(jpeg=b"\xff\xd8\xff\xda\x00\x02"), "PixelData"),
        (dataclasses.replace(jpeg_frame(colour=True), rows=61), "Rows"),
        (grey_frame(lossy_before=(0.0, "ISO_10918_1")), "LossyImageCompressionRatio"),
        (grey_frame(pixel_spacing_mm=(0.0, 0.1)), "ImagerPixelSpacing"),
        (grey_frame(window=(100.0, 0.0)), "WindowWidth"),
    ],
)
def test_a_frame_that_contradicts_itself_is_refused_by_name(frame: Frame, keyword: str) -> None:
    with pytest.raises(BadRequest) as caught:
        build(an_image_request("io", frame=frame))
    assert caught.value.keyword == keyword


def test_a_progressive_jpeg_is_refused() -> None:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("L", (80, 60)).save(stream, "JPEG", progressive=True)
    with pytest.raises(BadRequest, match="baseline"):
        build(an_image_request("photo", frame=Frame(jpeg=stream.getvalue())))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_however_a_colour_jpeg_is_subsampled_it_is_never_called_ybr_full(subsampling: int) -> None:
    frame = jpeg_frame(colour=True, subsampling=subsampling)
    assert build(an_image_request("photo", frame=frame)).PhotometricInterpretation == "YBR_FULL_422"


def test_a_jpeg_of_rgb_components_is_rgb() -> None:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (80, 60), (200, 10, 30)).save(stream, "JPEG", keep_rgb=True)
    ds = build(an_image_request("photo", frame=Frame(jpeg=stream.getvalue())))
    assert ds.PhotometricInterpretation == "RGB"


def test_an_earlier_loss_is_never_forgotten(tmp_path: Path) -> None:
    for kind in iods.kinds():
        frame = colour_frame() if kind in ("photo", "endo") else grey_frame(bits=8)
        frame = dataclasses.replace(frame, lossy_before=(12.5, "ISO_10918_1"))

        ds = build(an_image_request(kind, frame=frame))

        assert ds.LossyImageCompression == "01"
        assert float(ds.LossyImageCompressionRatio) == 12.5
        assert complaints(ds, tmp_path) == []
        with pytest.raises(BadRequest, match="never reset"):
            build(
                an_image_request(kind, frame=frame, details={"LossyImageCompression": "00"}),
            )


def test_two_losses_have_two_ratios_in_their_order() -> None:
    frame = dataclasses.replace(jpeg_frame(colour=True), lossy_before=(4.0, "ISO_10918_1"))
    ds = build(an_image_request("photo", frame=frame))
    assert len(ds.LossyImageCompressionRatio) == 2
    assert ds.LossyImageCompressionRatio[0] == 4
    assert list(ds.LossyImageCompressionMethod) == ["ISO_10918_1", "ISO_10918_1"]


def test_a_simulated_picture_says_so_in_every_kind(tmp_path: Path) -> None:
    for kind in iods.kinds():
        frame = colour_frame() if kind in ("photo", "endo") else grey_frame(bits=8)
        ds = build(an_image_request(kind, frame=dataclasses.replace(frame, simulated=True)))
        assert ds.ImageComments.startswith("SIMULATED")
        assert ds.QualityControlImage == "YES"
        assert complaints(ds, tmp_path) == []
        assert findings(ds) == []


def test_kinds_of_digital_x_ray_tell_their_positioner() -> None:
    for kind, positioner, modality, view in (
        ("px", "PANORAMIC", "PX", "jaw"),
        ("ceph", "CEPHALOSTAT", "DX", "skull"),
    ):
        ds = build(an_image_request(kind))
        assert (ds.PositionerType, ds.Modality) == (positioner, modality)
        assert view in ds.AnatomicRegionSequence[0].CodeMeaning.lower()


def test_modalities_are_those_of_their_sop_class() -> None:
    modalities = {kind: build(an_image_request(kind)).Modality for kind in ("io", "cr", "sc", "dx")}
    assert modalities == {"io": "IO", "cr": "CR", "sc": "OT", "dx": "DX"}
    assert build(an_image_request("photo")).Modality == "XC"
    assert build(an_image_request("endo")).Modality == "ES"
    assert build(an_image_request("us", frame=grey_frame(bits=8))).Modality == "US"


def test_an_ultrasound_with_a_pixel_size_has_a_calibrated_region() -> None:
    ds = build(
        an_image_request("us", frame=grey_frame(bits=8, pixel_spacing_mm=(0.2, 0.1))),
    )
    region = ds.SequenceOfUltrasoundRegions[0]
    assert (region.PhysicalDeltaX, region.PhysicalDeltaY) == pytest.approx((0.01, 0.02))
    assert (region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection) == (3, 3)
    assert (region.RegionLocationMaxX1, region.RegionLocationMaxY1) == (79, 59)
    bare = build(an_image_request("us", frame=grey_frame(bits=8, pixel_spacing_mm=None)))
    assert "SequenceOfUltrasoundRegions" not in bare


@pytest.mark.parametrize("kind", ["ceph", "dx", "io", "px"])
def test_an_unknown_pixel_size_is_nominal_and_said_to_be(kind: str, tmp_path: Path) -> None:
    frame = grey_frame(pixel_spacing_mm=None, simulated=True)

    ds = build(an_image_request(kind, frame=frame))

    assert "not for measurement" in ds.ImageComments
    assert "SIMULATED" in ds.ImageComments
    assert complaints(ds, tmp_path) == []
    told = build(an_image_request(kind, frame=frame, details={"ImagerPixelSpacing": [0.03, 0.03]}))
    assert list(map(float, told.ImagerPixelSpacing)) == [0.03, 0.03]
    assert "not for measurement" not in told.ImageComments


@pytest.mark.parametrize("kind", ["cr", "photo", "sc", "us"])
def test_an_unknown_pixel_size_stays_unknown_where_it_may(kind: str) -> None:
    frame = colour_frame() if kind == "photo" else grey_frame(bits=8, pixel_spacing_mm=None)
    ds = build(an_image_request(kind, frame=frame))
    assert not {"ImagerPixelSpacing", "PixelSpacing", "NominalScannedPixelSpacing"} & set(dir(ds))
