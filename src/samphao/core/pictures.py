"""What people upload, made safe: its type decided by its content, pictures drawn anew without the data that came with them.

A phone writes into a photo where it was taken, by which device and when. Drawing the pixels anew leaves all of that behind, and
whatever a hostile file carried beside its pixels as well. A PDF cannot be drawn anew here: it is kept as it is and only ever
handed out as a download.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_noop
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from samphao.core.errors import Refused

BYTES_MAX = 10 * 1024 * 1024
PIXELS_MAX = 50_000_000  # a phone's largest photo; decoded it takes 150 MB
THUMBNAIL_PX = 320
JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
FORMATS = {"JPEG": JPEG, "PNG": PNG, "WEBP": WEBP}
SAVE: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}
NO_TYPE = gettext_noop("This is neither a JPEG, PNG or WebP picture nor a PDF.")
BROKEN = gettext_noop("The file is damaged: it cannot be read to its end.")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A content that may be stored, with a thumbnail if it is a picture."""

    content_type: str
    content: bytes
    thumbnail: bytes = b""


def cleaned(content: bytes) -> Cleaned:
    """Return the content as it may be stored; raise Refused for what is too large, damaged or of another type."""
    if len(content) > BYTES_MAX:
        raise Refused(gettext_noop("The file is larger than 10 MB."))
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise Refused(BROKEN)
        return Cleaned(PDF, content)
    return _picture(content)


def _picture(content: bytes) -> Cleaned:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=list(FORMATS)) as found:
                _require_small(found)
                found.verify()
            with Image.open(BytesIO(content), formats=list(FORMATS)) as opened:
                return _drawn_anew(opened)
    except UnidentifiedImageError:
        raise Refused(NO_TYPE) from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, MemoryError):
        raise Refused(BROKEN) from None


def _require_small(picture: Image.Image) -> None:
    """Look at the size that the head of the file claims, before a pixel is decoded."""
    width, height = picture.size
    if width * height > PIXELS_MAX:
        raise _too_many_pixels()


def _too_many_pixels() -> Refused:
    return Refused(gettext_noop("The picture has more than 50 million pixels."))


def _drawn_anew(opened: Image.Image) -> Cleaned:
    kind = opened.format or ""
    picture = ImageOps.exif_transpose(opened)  # upright, for the note that said how to turn it goes
    has_alpha = kind != "JPEG" and (picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info)
    picture = _in_srgb(picture).convert("RGBA" if has_alpha else "RGB")
    picture.info = {}
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
    return Cleaned(FORMATS[kind], _saved(picture, kind), _saved(thumbnail, "WEBP"))


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Turn the colours of a wide-gamut camera into those that a page without its profile shows."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "RGBA"):
        with suppress(ImageCms.PyCMSError, OSError):
            target = ImageCms.createProfile("sRGB")
            turned = ImageCms.profileToProfile(picture, ImageCms.ImageCmsProfile(BytesIO(profile)), target)
            return turned or picture
    return picture


def _saved(picture: Image.Image, kind: str) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **SAVE[kind])
    return buffer.getvalue()
