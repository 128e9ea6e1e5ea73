"""What is uploaded is decided by its content; a picture keeps its pixels and nothing else."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from samphao.core.errors import Refused
from samphao.core.pictures import BYTES_MAX, cleaned

GPS, MAKE, ORIENTATION, COMMENT = 0x8825, 0x010F, 0x0112, b"taken behind the orchard"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


def drawn(kind: str, size: tuple[int, int] = (640, 480), mode: str = "RGB", **more: object) -> bytes:
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    buffer = BytesIO()
    picture.save(buffer, kind, **more)
    return buffer.getvalue()


def from_a_phone(kind: str) -> bytes:
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "A phone", 6
    exif[GPS] = {1: "N", 2: (12.0, 36.0, 34.5), 3: "E", 4: (102.0, 6.0, 16.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more: dict[str, object] = {"exif": exif.tobytes(), "icc_profile": profile}
    if kind == "JPEG":
        more["comment"] = COMMENT
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", COMMENT.decode())
        more["pnginfo"] = info
    if kind == "WEBP":
        more["xmp"] = COMMENT
    return drawn(kind, **more)


@pytest.mark.parametrize(
    ("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_photo_loses_place_time_device_and_comment_and_stands_upright(kind: str, content_type: str) -> None:
    source = from_a_phone(kind)
    assert COMMENT in source
    assert Image.open(BytesIO(source)).getexif().get_ifd(GPS)
    clean = cleaned(source)
    assert clean.content_type == content_type
    for content in (clean.content, clean.thumbnail):
        assert COMMENT not in content
        assert b"A phone" not in content
        picture = Image.open(BytesIO(content))
        picture.load()
        assert not dict(picture.getexif())
        assert not {"exif", "icc_profile", "xmp", "comment", "Comment"} & set(picture.info)
    upright = Image.open(BytesIO(clean.content))
    assert upright.size == (480, 640), "turned as the note said, for the note is gone"
    assert max(Image.open(BytesIO(clean.thumbnail)).size) <= 320


def test_what_was_hidden_behind_the_pixels_is_gone() -> None:
    clean = cleaned(drawn("JPEG") + b"<script>alert(1)</script>")
    assert b"script" not in clean.content


def test_transparency_stays_and_pixels_are_the_same_in_a_png() -> None:
    source = Image.new("RGBA", (8, 8), (10, 200, 30, 128))
    buffer = BytesIO()
    source.save(buffer, "PNG")
    again = Image.open(BytesIO(cleaned(buffer.getvalue()).content))
    assert again.getpixel((3, 3)) == (10, 200, 30, 128)


def test_a_pdf_is_kept_as_it_is_without_a_thumbnail() -> None:
    clean = cleaned(PDF)
    assert (clean.content_type, clean.content, clean.thumbnail) == ("application/pdf", PDF, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        drawn("TIFF"),
        drawn("BMP"),
        b" %PDF-1.7\n%%EOF",
    ],
)
def test_any_other_content_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(Refused, match="neither"):
        cleaned(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_was_cut_off_is_refused(kind: str) -> None:
    whole = drawn(kind, (900, 900))
    with pytest.raises(Refused, match="damaged"):
        cleaned(whole[: len(whole) // 2])
    with pytest.raises(Refused, match="damaged"):
        cleaned(PDF.replace(b"%%EOF", b""))


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose head promises billions of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8_000, 8_000), (40_000, 40_000), (1, 2_000_000_000)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Refused, match="million pixels"):
        cleaned(bomb(*size))


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(Refused, match="10 MB"):
        cleaned(PDF + b"x" * BYTES_MAX)
