"""Pixels decode bit-exact, bombs are refused before memory is given, and objects change their transfer syntax whole."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from minipacs.dicom import part10, pixels
from minipacs.dicom.pixels import CannotDisplay, CannotTranscode

NATIVE = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
LOSSLESS = [RLELossless, JPEGLSLossless, JPEG2000Lossless]


def ramp(bits: int = 12, rows: int = 40, columns: int = 50) -> np.ndarray:
    dtype = np.uint8 if bits <= 8 else np.uint16
    noise = np.random.default_rng(1).integers(0, 2**bits, (rows, columns))
    return noise.astype(dtype)


def photo(rows: int = 48, columns: int = 64) -> np.ndarray:
    ys, xs = np.mgrid[0:rows, 0:columns]
    return np.stack([ys * 5 % 256, xs * 4 % 256, (ys + xs) * 2 % 256], axis=-1).astype(np.uint8)


def object_of(array: np.ndarray, bits: int | None = None, frames: int = 1, **changes) -> Dataset:
    """A dataset with native pixels; a multi-frame one repeats and darkens the array."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "2.25.99"
    ds.PatientID = "P-1"
    ds.Rows, ds.Columns = array.shape[:2]
    ds.SamplesPerPixel = 1 if array.ndim == 2 else 3
    ds.PhotometricInterpretation = "MONOCHROME2" if array.ndim == 2 else "RGB"
    if array.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = array.dtype.itemsize * 8
    ds.BitsStored = bits or ds.BitsAllocated
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(array.dtype.kind == "i")
    if frames > 1:
        ds.NumberOfFrames = frames
    data = b"".join((array // (index + 1)).astype(array.dtype).tobytes() for index in range(frames))
    ds.PixelData = data + b"\0" * (len(data) % 2)
    ds["PixelData"].VR = "OW" if array.dtype.itemsize > 1 else "OB"
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return ds


def compressed(ds: Dataset, syntax: str) -> Dataset:
    ds.compress(syntax, generate_instance_uid=False)
    return ds


def jpeg_object(array: np.ndarray, photometric: str, **how) -> Dataset:
    ds = object_of(array)
    out = io.BytesIO()
    Image.fromarray(array).save(out, "JPEG", quality=95, **how)
    ds.PixelData = encapsulate([out.getvalue()])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    ds.PhotometricInterpretation = photometric
    return ds


def file_of(ds: Dataset) -> bytes:
    return part10.write(ds)


def close(one: np.ndarray, other: np.ndarray, most: int = 12) -> bool:
    return bool(np.abs(one.astype(int) - other.astype(int)).mean() < most)


# ------------------------------------------------------------------------------------------- decode


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_native_grey_comes_out_as_it_was_stored(syntax, bits):
    data = part10.write(object_of(ramp(bits), bits), transfer_syntax=syntax)
    found = pixels.decode(part10.read(data))
    assert np.array_equal(found, ramp(bits))
    assert found.dtype == ramp(bits).dtype


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lossless_codes_come_out_bit_exact(syntax, bits):
    ds = compressed(object_of(ramp(bits), bits), syntax)
    assert np.array_equal(pixels.decode(part10.read(file_of(ds))), ramp(bits))


def test_colour_comes_out_as_rgb():
    assert np.array_equal(pixels.decode(object_of(photo())), photo())
    planar = object_of(photo(), PlanarConfiguration=1)
    planar.PixelData = photo().transpose(2, 0, 1).tobytes()
    assert np.array_equal(pixels.decode(planar), photo())
    assert np.array_equal(pixels.decode(compressed(object_of(photo()), RLELossless)), photo())


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB"])
def test_a_jfif_photograph_has_its_colours_whatever_the_attribute_says(photometric):
    ds = jpeg_object(photo(), photometric, subsampling="4:2:2")
    assert close(pixels.decode(ds), photo())


def test_a_jpeg_of_rgb_components_is_not_turned_into_other_colours():
    ds = jpeg_object(photo(), "RGB", keep_rgb=True)
    assert close(pixels.decode(ds), photo())


def test_a_grey_jpeg_is_grey():
    array = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    assert close(pixels.decode(jpeg_object(array, "MONOCHROME2")), array, 2)


def test_signed_values_keep_their_sign():
    array = (ramp(12).astype(np.int32) - 2048).astype(np.int16)
    assert np.array_equal(pixels.decode(object_of(array, 12)), array)


def test_bits_beyond_bits_stored_are_masked_off():
    array = ramp(12) | np.uint16(0xF000)
    assert np.array_equal(pixels.decode(object_of(array, 12)), ramp(12))


def test_a_palette_becomes_colour():
    ds = object_of(ramp(8) % 4)
    ds.PhotometricInterpretation = "PALETTE COLOR"
    for channel, values in (
        ("Red", [0, 255, 0, 9]),
        ("Green", [0, 0, 255, 9]),
        ("Blue", [7, 0, 0, 9]),
    ):
        setattr(ds, f"{channel}PaletteColorLookupTableDescriptor", [4, 0, 16])
        table = np.array(values, "<u2") * 257
        setattr(ds, f"{channel}PaletteColorLookupTableData", table.tobytes())
    found = pixels.decode(part10.read(part10.write(ds)))
    assert found.shape == (40, 50, 3)
    assert found.dtype == np.uint8
    assert found[ramp(8) % 4 == 0][0].tolist() == [0, 0, 7]


def test_each_frame_of_a_multi_frame_object():
    for ds in (object_of(ramp(8), frames=3), compressed(object_of(ramp(8), frames=3), RLELossless)):
        assert pixels.frame_count(ds) == 3
        assert np.array_equal(pixels.decode(ds, 2), ramp(8) // 3)
        with pytest.raises(CannotDisplay, match="no frame 4"):
            pixels.decode(ds, 3)


def test_readable_and_writable_agree_with_what_is_installed():
    assert {str(uid) for uid in [*NATIVE, *LOSSLESS, JPEGBaseline8Bit]} <= set(pixels.readable())
    assert JPEGLosslessSV1 not in pixels.readable()
    assert {str(uid) for uid in [*NATIVE, RLELossless, JPEGBaseline8Bit]} == set(pixels.writable())
    assert sorted(pixels.families()) == ["jpeg", "jpeg-2000", "jpeg-ls", "native", "rle"]


# ------------------------------------------------------------------------------------------- what can't be shown


def test_what_no_codec_reads_is_said_by_name():
    ds = jpeg_object(photo(), "YBR_FULL_422")
    ds.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    with pytest.raises(CannotDisplay, match="First-Order Prediction"):
        pixels.decode(ds)
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    with pytest.raises(CannotDisplay) as caught:
        pixels.decode(ds)
    assert caught.value.transfer_syntax == "1.2.840.10008.1.2.4.102"


@pytest.mark.logs_errors  # by pydicom, of each plugin that fails
def test_twelve_bit_jpeg_is_said_to_be_undisplayable():
    ds = jpeg_object(ramp(8), "MONOCHROME2")
    code = bytearray(ds.PixelData)
    at = code.find(b"\xff\xc0")
    code[at + 1], code[at + 4] = 0xC1, 12
    ds.PixelData = bytes(code)
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.file_meta.TransferSyntaxUID = JPEGExtended12Bit
    with pytest.raises(CannotDisplay):
        pixels.decode(ds)


@pytest.mark.logs_errors  # by pydicom, of each plugin that fails
@pytest.mark.parametrize(
    "changes",
    [
        {"Rows": 0},
        {"Rows": 65535, "Columns": 65535},
        {"NumberOfFrames": 10_000},
        {"NumberOfFrames": 2_000_000_000},
        {"BitsStored": 17},
        {"HighBit": 16},
        {"HighBit": 3},
        {"SamplesPerPixel": 3},
        {"SamplesPerPixel": 60000},
        {"PhotometricInterpretation": "HSV"},
        {"Columns": 51},
    ],
)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
def test_a_false_claim_is_refused_before_memory_is_given(changes, syntax):
    ds = object_of(ramp(12), 12)
    if syntax != ExplicitVRLittleEndian:
        compressed(ds, syntax)
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    tracemalloc.start()
    try:
        with pytest.raises(CannotDisplay):
            pixels.decode(ds)
        assert tracemalloc.get_traced_memory()[1] < 32 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_frame_of_more_than_100_megapixels_is_refused_by_its_size_alone():
    ds = object_of(ramp(8), Rows=20_000, Columns=20_000)
    for syntax in (ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless):
        ds.file_meta.TransferSyntaxUID = syntax
        with pytest.raises(CannotDisplay, match="more than 100 megapixels"):
            pixels.decode(ds)


def test_a_bomb_whose_code_stream_lies_too_is_refused():
    ds = jpeg_object(ramp(8), "MONOCHROME2")
    code = bytearray(ds.PixelData)
    at = code.find(b"\xff\xc0")
    code[at + 5 : at + 9] = (10_000).to_bytes(2, "big") * 2
    ds.PixelData = bytes(code)
    ds.Rows = ds.Columns = 10_000
    with pytest.raises(CannotDisplay, match="can't be an image of that size"):
        pixels.decode(ds)


def test_attributes_missing_or_of_the_wrong_kind_are_refused():
    for keyword in ("Rows", "Columns", "BitsAllocated", "PixelData", "PhotometricInterpretation"):
        ds = object_of(ramp(8))
        del ds[keyword]
        with pytest.raises(CannotDisplay):
            pixels.decode(ds)
    ds = object_of(ramp(8))
    ds["Rows"].VR, ds["Rows"].value = "LO", "many"
    with pytest.raises(CannotDisplay):
        pixels.decode(ds)


@pytest.mark.logs_errors  # by pydicom, of each plugin that fails
@pytest.mark.parametrize("syntax", [*LOSSLESS, JPEGBaseline8Bit])
def test_damaged_code_is_refused_and_never_another_error(syntax):
    ds = (
        jpeg_object(ramp(8), "MONOCHROME2")
        if syntax == JPEGBaseline8Bit
        else compressed(object_of(ramp(8)), syntax)
    )
    whole = ds.PixelData
    random = np.random.default_rng(3)
    for _ in range(60):
        code = bytearray(whole)
        for _ in range(4):
            code[int(random.integers(0, len(code)))] = int(random.integers(0, 256))
        ds.PixelData = bytes(code[: int(random.integers(1, len(code)))])
        ds["PixelData"].is_undefined_length = True
        try:
            pixels.decode(ds)
        except CannotDisplay as error:
            assert error.why  # noqa: PT017 - a picture or a reason, never a third


def test_a_broken_codec_plugin_costs_its_syntaxes_only(tmp_path):
    (tmp_path / "gdcm.py").write_text("raise OSError('broken shared library')\n")
    program = (
        "from minipacs.dicom import pixels; print('1.2.840.10008.1.2.1' in pixels.readable(),"
        " '1.2.840.10008.1.2.5' in pixels.readable())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": f"{tmp_path}:.", "PATH": ""},
    )
    assert done.stdout.strip() == "True True", done.stderr


# ------------------------------------------------------------------------------------------- transcode


@pytest.mark.parametrize("start", [*NATIVE, *LOSSLESS])
@pytest.mark.parametrize("to", [*NATIVE, RLELossless])
@pytest.mark.parametrize("bits", [8, 12])
def test_lossless_ways_change_no_pixel_and_no_identity(start, to, bits):
    ds = object_of(ramp(bits), bits)
    if start in LOSSLESS:
        compressed(ds, start)
    data = part10.write(ds, transfer_syntax=start)
    made = part10.read(pixels.transcode(data, to))
    assert made.file_meta.TransferSyntaxUID == to
    assert np.array_equal(pixels.decode(made), ramp(bits))
    assert made.SOPInstanceUID == "2.25.99"
    assert (made.BitsStored, made.HighBit) == (ds.BitsStored, ds.HighBit)
    assert "LossyImageCompression" not in made
    assert pydicom.dcmread(io.BytesIO(pixels.transcode(data, to))).PatientID == "P-1"


def test_the_same_syntax_gives_the_very_bytes():
    data = file_of(object_of(ramp(12), 12))
    assert pixels.transcode(data, ExplicitVRLittleEndian) is data


@pytest.mark.parametrize("to", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless])
def test_a_decompressed_photograph_stays_lossy_and_becomes_rgb(to):
    ds = jpeg_object(photo(), "YBR_FULL_422", subsampling="4:2:2")
    ds.LossyImageCompression, ds.LossyImageCompressionRatio = "01", "9.5"
    ds.LossyImageCompressionMethod = "ISO_10918_1"
    made = part10.read(pixels.transcode(file_of(ds), to))
    assert made.PhotometricInterpretation == "RGB"
    assert made.PlanarConfiguration == (1 if to == RLELossless else 0)
    assert made.LossyImageCompression == "01"
    assert made.LossyImageCompressionMethod == "ISO_10918_1"
    assert np.array_equal(pixels.decode(made), pixels.decode(ds))


def test_a_lossy_code_that_was_not_declared_is_declared():
    made = pixels.transcode(file_of(jpeg_object(photo(), "YBR_FULL_422")), ExplicitVRLittleEndian)
    assert part10.read(made).LossyImageCompression == "01"


def test_a_photograph_becomes_jpeg_and_says_so():
    made = part10.read(pixels.transcode(file_of(object_of(photo())), JPEGBaseline8Bit))
    assert made.PhotometricInterpretation == "YBR_FULL_422"
    assert made.LossyImageCompression == "01"
    assert float(made.LossyImageCompressionRatio) > 1
    assert made.LossyImageCompressionMethod == "ISO_10918_1"
    assert close(pixels.decode(made), photo())


def test_a_second_lossy_compression_is_added_to_the_first():
    ds = object_of(photo(), LossyImageCompression="01", LossyImageCompressionRatio="4")
    ds.LossyImageCompressionMethod = "ISO_15444_1"
    made = part10.read(pixels.transcode(file_of(ds), JPEGBaseline8Bit))
    assert list(made.LossyImageCompressionMethod) == ["ISO_15444_1", "ISO_10918_1"]
    assert len(made.LossyImageCompressionRatio) == 2


@pytest.mark.parametrize("bits", [8, 12])
def test_a_radiograph_is_never_made_lossy(bits):
    with pytest.raises(CannotTranscode, match="colour photographs"):
        pixels.transcode(file_of(object_of(ramp(bits), bits)), JPEGBaseline8Bit)


@pytest.mark.parametrize("to", [JPEGLosslessSV1, JPEG2000Lossless, ExplicitVRBigEndian, "1.2.3"])
def test_what_we_do_not_write_is_refused(to):
    with pytest.raises(CannotTranscode):
        pixels.transcode(file_of(object_of(ramp(8))), to)


def test_undecodable_pixels_cannot_be_transcoded():
    ds = jpeg_object(photo(), "YBR_FULL_422")
    ds.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    with pytest.raises(CannotTranscode, match="no decoder"):
        pixels.transcode(file_of(ds), ExplicitVRLittleEndian)


def test_every_frame_is_transcoded():
    data = file_of(compressed(object_of(ramp(8), frames=3), RLELossless))
    made = part10.read(pixels.transcode(data, ImplicitVRLittleEndian))
    for index in range(3):
        assert np.array_equal(pixels.decode(made, index), ramp(8) // (index + 1))


def test_big_endian_pixels_are_turned_round():
    ds = object_of(ramp(12), 12)
    ds.PixelData = ramp(12).astype(">u2").tobytes()
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    out = io.BytesIO()
    ds.save_as(out, implicit_vr=False, little_endian=False)
    body = out.getvalue()
    body = body[body.index(b"\x00\x08\x00\x16") :]
    head = part10.file_head(ds.SOPClassUID, ds.SOPInstanceUID, ExplicitVRBigEndian)
    made = part10.read(pixels.transcode(head + body, ExplicitVRLittleEndian))
    assert np.array_equal(pixels.decode(made), ramp(12))
    assert np.array_equal(pixels.decode(part10.read(head + body)), ramp(12))


def test_an_object_without_pixels_changes_its_encoding():
    ds = object_of(ramp(8))
    del ds.PixelData
    made = part10.read(pixels.transcode(file_of(ds), ImplicitVRLittleEndian))
    assert made.PatientID == "P-1"
