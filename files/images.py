"""Images: whether a file is one, and its smaller copies. Bounded by pixels before anything is decoded."""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from dhis2api.errors import ApiError
from files.enums import ImageFileDimension
from files.errors import IMAGE_TOO_LARGE, IMAGE_UNREADABLE

FORMATS = ("JPEG", "PNG", "GIF")
CONTENT_TYPES = ("image/jpeg", "image/png", "image/gif")
EXTENSIONS = ("jpg", "jpeg", "png", "gif")
MAX_PIXELS = 40_000_000  # a decoded pixel takes up to four bytes
SIDES = {ImageFileDimension.SMALL: 256, ImageFileDimension.MEDIUM: 512, ImageFileDimension.LARGE: 1024}  # pixels

Image.MAX_IMAGE_PIXELS = None  # Pillow would warn at one number and refuse at another; ours is refused below


def smaller_copies(content: BinaryIO, formats: tuple[str, ...] = FORMATS) -> dict[ImageFileDimension, bytes]:
    """The image in each smaller size, sides at most `SIDES` long and never longer than they were.

    Errors: ApiError 409 for what is no image of these `formats`, is broken, or has more than `MAX_PIXELS`.
    """
    content.seek(0)
    try:
        with Image.open(content, formats=formats) as image:
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise ApiError(IMAGE_TOO_LARGE, MAX_PIXELS, pixels)
            kind = image.format
            # In its place, so that one image of full size is in memory and not several; of a JPEG not even that.
            image.thumbnail((max(SIDES.values()),) * 2)
            ImageOps.exif_transpose(image, in_place=True)
            return {dimension: _scaled(image, side, kind) for dimension, side in SIDES.items()}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise ApiError(IMAGE_UNREADABLE) from error


def _scaled(image: Image.Image, side: int, kind: str | None) -> bytes:
    copy = image.copy()
    copy.thumbnail((side, side))
    written = io.BytesIO()
    copy.save(written, kind)
    return written.getvalue()
