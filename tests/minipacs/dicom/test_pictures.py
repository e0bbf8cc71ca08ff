"""Pictures come in without loss, or are refused by a sentence that says what to do."""

from __future__ import annotations

import datetime as dt
import io
import json
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image, TiffImagePlugin

from minipacs.dicom import jpeg_head, pictures
from minipacs.dicom.pictures import PictureRefused, as_grey, read_picture

GREY = (np.arange(60 * 80) % 251).astype(np.uint8).reshape(60, 80)
WIDE = (np.arange(60 * 80) * 13 % 4000).astype(np.uint16).reshape(60, 80)
COLOUR = np.stack([GREY, GREY.T.reshape(60, 80), 250 - GREY], axis=-1)


def encoded(image: Image.Image, kind: str, **how) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def of(array: np.ndarray, kind: str, **how) -> bytes:
    return encoded(Image.fromarray(array), kind, **how)


def only(data, **how):
    (frame,) = read_picture(data, **how)
    return frame


def png_of(columns: int, rows: int, depth: int, colour: int, rows_of_bytes: bytes) -> bytes:
    """A PNG by hand, for what Pillow doesn't write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        whole = kind + body
        return struct.pack(">L", len(body)) + whole + struct.pack(">L", zlib.crc32(whole))

    head = struct.pack(">LLBBBBB", columns, rows, depth, colour, 0, 0, 0)
    data = zlib.compress(rows_of_bytes)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


# ------------------------------------------------------------------------------------------- what comes in whole


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_grey_of_8_bits_is_kept(kind):
    frame = only(of(GREY, kind))
    assert np.array_equal(frame.pixels, GREY)
    assert (frame.rows, frame.columns, frame.samples, frame.bits_stored) == (60, 80, 1, 8)
    assert frame.pixels.dtype == np.uint8


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_stay_16_bits(kind):
    frame = only(of(WIDE, kind))
    assert np.array_equal(frame.pixels, WIDE)
    assert frame.pixels.dtype == np.uint16
    assert frame.bits_stored == 12


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_rgb_is_kept(kind):
    frame = only(of(COLOUR, kind))
    assert np.array_equal(frame.pixels, COLOUR)
    assert frame.samples == 3


@pytest.mark.parametrize(
    ("most", "bits"), [(0, 10), (1023, 10), (1024, 12), (4095, 12), (9000, 14), (40000, 16)]
)
def test_bits_stored_are_the_least_of_10_12_14_16_that_hold_the_maximum(most, bits):
    array = np.zeros((4, 4), np.uint16)
    array[1, 1] = most
    assert only(of(array, "PNG")).bits_stored == bits


def test_a_big_endian_tiff_is_read():
    tags = {256: 80, 257: 60, 258: 16, 259: 1, 262: 1, 277: 1, 278: 60, 279: 9600}
    frame = only(tiff_of(tags, WIDE.astype(">u2").tobytes(), order=">"))
    assert np.array_equal(frame.pixels, WIDE)


def tiff_of(tags: dict[int, int], data: bytes, order: str = "<") -> bytes:
    """A one-strip TIFF by hand; every tag one LONG or SHORT."""
    entries = {**tags, 273: 8}
    body = b"".join(
        struct.pack(order + "HHL", tag, 4, 1) + struct.pack(order + "L", value)
        for tag, value in sorted(entries.items())
    )
    start = 8 + len(data)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "L", start)
    return head + data + struct.pack(order + "H", len(entries)) + body + struct.pack(order + "L", 0)


@pytest.mark.parametrize(("bits", "array"), [(8, GREY), (16, WIDE)])
def test_a_white_is_zero_tiff_keeps_its_values_and_is_inverted(bits, array):
    tags = {256: 80, 257: 60, 258: bits, 259: 1, 262: 0, 277: 1, 278: 60, 279: array.nbytes}
    frame = only(tiff_of(tags, array.tobytes()))
    assert frame.inverted
    assert np.array_equal(frame.pixels, array)


def test_every_page_of_a_tiff_is_a_frame_but_its_previews():
    pages = [Image.fromarray(GREY // (index + 1)) for index in range(3)]
    preview = TiffImagePlugin.ImageFileDirectory_v2()
    preview[254] = 1
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:])
    frames = read_picture(out.getvalue())
    assert len(frames) == 3
    assert np.array_equal(frames[2].pixels, GREY // 3)
    small = Image.fromarray(GREY[:30])
    small.encoderinfo = {"tiffinfo": preview}
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=[small])
    assert len(read_picture(out.getvalue())) == 1


def test_one_bit_becomes_black_and_white():
    bits = GREY > 100
    for kind in ("PNG", "TIFF", "BMP"):
        frame = only(encoded(Image.fromarray(bits), kind))
        assert np.array_equal(frame.pixels, bits * np.uint8(255))
        assert frame.samples == 1
        assert not frame.inverted


def test_a_palette_becomes_colour_or_grey():
    colour = Image.fromarray(COLOUR).quantize(16)
    assert np.array_equal(only(encoded(colour, "PNG")).pixels, np.array(colour.convert("RGB")))
    grey = Image.fromarray(GREY).quantize(16)
    frame = only(encoded(grey, "PNG"))
    assert frame.samples == 1
    assert np.array_equal(frame.pixels, np.array(grey.convert("L")))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_an_opaque_alpha_is_dropped_and_a_real_one_refused(mode):
    image = Image.fromarray(COLOUR if mode == "RGBA" else GREY).convert(mode)
    frame = only(encoded(image, "PNG"))
    assert np.array_equal(frame.pixels, COLOUR if mode == "RGBA" else GREY)
    image.putalpha(Image.fromarray(GREY))
    with pytest.raises(PictureRefused, match="transparent"):
        read_picture(encoded(image, "PNG"))


def test_a_transparent_palette_entry_is_refused():
    image = Image.fromarray(COLOUR).quantize(4)
    with pytest.raises(PictureRefused, match="transparent"):
        read_picture(encoded(image, "PNG", transparency=0))


def test_a_grey_screenshot_in_colour_can_be_had_in_grey():
    frame = only(of(np.stack([GREY] * 3, axis=-1), "PNG"))
    assert frame.samples == 3
    grey = as_grey(frame)
    assert np.array_equal(grey.pixels, GREY)
    assert as_grey(grey) is grey
    assert as_grey(only(of(COLOUR, "PNG"))) is None


# ------------------------------------------------------------------------------------------- JPEG


def test_a_baseline_jpeg_stays_the_stream_that_it_came_as():
    for array, samples in ((COLOUR, 3), (GREY, 1)):
        data = of(array, "JPEG", quality=90)
        frame = only(data)
        assert frame.jpeg == data
        assert frame.pixels is None
        assert (frame.rows, frame.columns, frame.samples) == (60, 80, samples)
        assert frame.lossy_before is None


def test_what_a_camera_appends_behind_the_end_is_left_out():
    data = of(COLOUR, "JPEG")
    assert only(data + data).jpeg == data
    assert only(data + bytes(100)).jpeg == data


@pytest.mark.parametrize("orientation", [2, 3, 4, 5, 6, 7, 8])
def test_exif_orientation_is_applied_to_the_pixels_and_the_loss_declared(orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    plain = np.array(Image.open(io.BytesIO(of(COLOUR, "JPEG", quality=90))))
    frame = only(of(COLOUR, "JPEG", quality=90, exif=exif))
    turns = {
        2: plain[:, ::-1],
        3: plain[::-1, ::-1],
        4: plain[::-1],
        5: plain.transpose(1, 0, 2),
        6: np.rot90(plain, -1),
        7: plain[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(plain),
    }
    assert frame.jpeg is None
    assert np.array_equal(frame.pixels, turns[orientation])
    assert frame.lossy_before[0] > 1
    assert frame.lossy_before[1] == "ISO_10918_1"


def test_a_progressive_jpeg_is_decoded_and_the_loss_declared():
    frame = only(of(COLOUR, "JPEG", progressive=True))
    assert frame.jpeg is None
    assert frame.lossy_before is not None


def test_the_time_a_picture_was_taken_is_known_only_with_its_zone():
    exif = Image.Exif()
    ifd = exif.get_ifd(ExifTags.IFD.Exif)
    ifd[ExifTags.Base.DateTimeOriginal] = "2026:11:20 10:30:00"
    assert only(of(COLOUR, "JPEG", exif=exif)).taken_at is None
    ifd[ExifTags.Base.OffsetTimeOriginal] = "+01:00"
    frame = only(of(COLOUR, "JPEG", exif=exif))
    assert frame.taken_at == dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)


def test_dpi_is_not_taken_for_pixel_spacing():
    assert only(of(GREY, "PNG", dpi=(300, 300))).pixel_spacing_mm is None


@pytest.mark.parametrize(
    ("jfif", "adobe", "ids", "rgb"),
    [
        (False, 0, b"\1\2\3", True),
        (False, 1, b"RGB", False),
        (False, None, b"RGB", True),
        (True, None, b"RGB", False),
        (False, None, b"\1\2\3", False),
    ],
)
def test_rgb_is_told_from_differences_by_adobe_marker_or_names(jfif, adobe, ids, rgb) -> None:
    head = jpeg_head.JpegHead("baseline", 8, 1, 1, 3, jfif, adobe, ((1, 1),) * 3, ids)
    assert head.is_rgb is rgb


def test_the_head_of_a_jpeg_is_read_without_decoding():
    head = jpeg_head.read_head(of(COLOUR, "JPEG", subsampling="4:2:2"))
    assert (head.process, head.rows, head.columns, head.samples) == ("baseline", 60, 80, 3)
    assert head.sampling[0] == (2, 1)
    assert head.says_ybr


# ------------------------------------------------------------------------------------------- raw and sidecar

SIDECAR = {"columns": 80, "rows": 60, "bits_stored": 12}


@pytest.mark.parametrize(("endianness", "order"), [("little", "<"), ("big", ">")])
def test_raw_pixels_are_read_by_their_sidecar(endianness, order):
    data = b"HEAD" * 4 + WIDE.astype(f"{order}u2").tobytes()
    given = SIDECAR | {"endianness": endianness, "header_bytes": 16, "spacing": 0.02}
    frame = only(data, sidecar=given)
    assert np.array_equal(frame.pixels, WIDE)
    assert frame.bits_stored == 12
    assert frame.pixel_spacing_mm == (0.02, 0.02)


def test_a_sidecar_beside_the_file_is_found(tmp_path):
    path = tmp_path / "shot.raw"
    path.write_bytes(WIDE.tobytes())
    (tmp_path / "shot.raw.json").write_text(
        json.dumps(SIDECAR | {"spacing": [0.03, 0.02], "inverted": True})
    )
    frame = only(path)
    assert np.array_equal(frame.pixels, WIDE)
    assert frame.inverted
    assert frame.pixel_spacing_mm == (0.03, 0.02)


def test_a_sidecar_adds_to_any_picture():
    frame = only(
        of(WIDE, "PNG"),
        sidecar={"bits_stored": 14, "spacing": 0.1, "taken_at": "2026-11-20T10:30:00+01:00"},
    )
    assert frame.bits_stored == 14
    assert frame.taken_at == dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
    assert frame.pixel_spacing_mm == (0.1, 0.1)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"column": 80}, "'column'"),
        ({"columns": "80"}, "columns"),
        ({"columns": 0, "rows": 2}, "columns"),
        ({"bits_stored": 17}, "bits_stored"),
        ({"bits_allocated": 12}, "bits_allocated"),
        ({"spacing": [1]}, "spacing"),
        ({"spacing": float("nan")}, "spacing"),
        ({"inverted": "yes"}, "inverted"),
        ({"endianness": "middle"}, "endianness"),
        ({"taken_at": "2026-11-20"}, "taken_at"),
        ({"taken_at": "yesterday"}, "taken_at"),
        (SIDECAR | {"rows": 61}, "bytes"),
        (SIDECAR | {"bits_stored": 10}, "above 10 bits"),
    ],
)
def test_a_wrong_sidecar_is_refused_by_its_key(given, named):
    with pytest.raises(PictureRefused, match=named):
        read_picture(WIDE.tobytes(), sidecar=given)


def test_raw_pixels_without_a_sidecar_are_refused_with_advice(tmp_path):
    path = tmp_path / "shot.raw"
    path.write_bytes(WIDE.tobytes())
    with pytest.raises(PictureRefused) as caught:
        read_picture(path)
    assert "sidecar" in caught.value.advice


def test_a_damaged_sidecar_is_refused(tmp_path):
    path = tmp_path / "shot.png"
    path.write_bytes(of(GREY, "PNG"))
    for text in ("{", "[1]", "{" * 100_000):
        (tmp_path / "shot.png.json").write_text(text)
        with pytest.raises(PictureRefused, match="sidecar"):
            read_picture(path)


# ------------------------------------------------------------------------------------------- what is refused


def lossless_jpeg_head() -> bytes:
    sof = b"\xff\xc3" + struct.pack(">HBHHB", 11, 16, 60, 80, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + sof + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(40) + b"\xff\xd9"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"not a picture at all", "known format"),
        (b"\x89PNG\r\n\x1a\n", "cut off"),
        (of(COLOUR, "PNG")[:-200], "damaged or cut off"),
        (of(WIDE, "TIFF")[:5000], "damaged or cut off"),
        (of(COLOUR, "BMP")[:-500], "damaged or cut off"),
        (of(COLOUR, "JPEG")[:-300], "damaged or cut off"),
        (of(COLOUR, "JPEG")[:100], "damaged or cut off"),
        (encoded(Image.new("CMYK", (8, 8)), "JPEG"), "CMYK"),
        (encoded(Image.new("CMYK", (8, 8)), "TIFF"), "CMYK"),
        (encoded(Image.new("F", (8, 8)), "TIFF"), "floating point"),
        (encoded(Image.new("I", (8, 8)), "TIFF"), "more than 16 bits"),
        (png_of(4, 4, 16, 2, bytes(4 * 25)), "16 bits"),
        (png_of(4, 4, 16, 6, bytes(4 * 33)), "16 bits"),
        (png_of(4, 4, 16, 4, bytes(4 * 17)), "16 bits"),
        (png_of(20_000, 20_000, 8, 0, b""), "400 megapixels"),
        (png_of(70_000, 10, 8, 0, b""), "megapixels"),
        (png_of(0, 4, 8, 0, b""), "no pixels"),
        (lossless_jpeg_head(), "rare kind"),
        (encoded(Image.new("RGB", (8, 8)), "GIF"), "known format"),
        (encoded(Image.new("RGB", (8, 8)), "WEBP"), "known format"),
    ],
)
def test_what_would_lose_or_guess_is_refused_with_advice(data, why):
    with pytest.raises(PictureRefused, match=why) as caught:
        read_picture(data)
    assert caught.value.advice
    assert str(caught.value) == f"{caught.value.why}; {caught.value.advice}"


def test_a_picture_of_90_megapixels_is_judged_by_our_bound_not_by_a_warning():
    data = png_of(9500, 9500, 1, 0, bytes(9500 * (1 + 9500 // 8 + 1)))
    frame = only(data)
    assert frame.pixels.shape == (9500, 9500)


def test_a_huge_tiff_page_and_a_16_bit_colour_tiff_are_refused():
    tags = {256: 60_000, 257: 60_000, 258: 8, 259: 1, 262: 1, 277: 1, 278: 60_000, 279: 10}
    with pytest.raises(PictureRefused, match="megapixels"):
        read_picture(tiff_of(tags, bytes(10)))
    tags = {256: 4, 257: 4, 259: 1, 262: 2, 277: 3, 278: 4, 279: 96}
    with pytest.raises(PictureRefused):
        read_picture(tiff_of(tags, bytes(96)))


def test_a_folder_or_a_missing_file_is_refused_without_its_name(tmp_path):
    for path in (tmp_path, tmp_path / "CANARY.png"):
        with pytest.raises(PictureRefused) as caught:
            read_picture(path)
        assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "JPEG"])
def test_a_mutated_picture_is_read_or_refused_never_anything_else(kind):
    whole = of(COLOUR, kind)
    random = np.random.default_rng(5)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(3):
            data[int(random.integers(0, min(len(data), 400)))] = int(random.integers(0, 256))
        try:
            frames = read_picture(bytes(data[: int(random.integers(1, len(data) + 1))]))
        except PictureRefused:
            continue
        assert all(frame.rows > 0 for frame in frames)


def test_the_formats_are_those_of_the_readme():
    assert sorted(pictures.formats()) == ["bmp", "jpeg", "png", "raw", "tiff"]
