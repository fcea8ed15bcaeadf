"""The system's own pictures: in the header of every app, and on the login page (DHIS2 2.42, static content)."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from apps.errors import LOGO_ABSENT, LOGO_NO_PNG, LOGO_TOO_LARGE, LOGO_UNKNOWN, LOGO_UNSUPPORTED
from apps.models import Logo
from configuration.settings import system_setting
from dhis2api.errors import ApiError
from dhis2api.web.uploads import Upload
from files.images import smaller_copies
from files.storage import drafting, new_name, open_stored, remove

PNG = "image/png"
MAX_BYTES = 2_000_000
SETTINGS = {"logo_front": "keyUseCustomLogoFront", "logo_banner": "keyUseCustomLogoBanner"}


def find_logo(key: str) -> Logo:
    """The picture that is stored and in use. Errors: 404 for an unknown key, and where the usual one is shown."""
    if key not in SETTINGS:
        raise ApiError(LOGO_UNKNOWN)
    logo = Logo.objects.filter(key=key).first()
    if logo is None or not system_setting(SETTINGS[key]):
        raise ApiError(LOGO_ABSENT)
    return logo


def open_logo(key: str) -> tuple[Iterator[bytes], Logo]:
    """Its bytes. Errors: 404 as `find_logo`, and for bytes that are lost."""
    logo = find_logo(key)
    try:
        return open_stored(logo.storage_key), logo
    except FileNotFoundError as error:
        raise ApiError(LOGO_ABSENT) from error


def store_logo(key: str, upload: Upload) -> None:
    """Replace the picture; the setting decides whether it is shown.

    Errors: 400 for an unknown key, 415 for what says that it is no PNG, 409 for what is no image or too large.
    """
    if key not in SETTINGS:
        raise ApiError(LOGO_UNSUPPORTED)
    if upload.content_type != PNG:
        raise ApiError(LOGO_NO_PNG)
    if upload.length > MAX_BYTES:
        raise ApiError(LOGO_TOO_LARGE, MAX_BYTES, upload.length)
    smaller_copies(upload.content, ("PNG",))  # refuses everything else
    upload.content.seek(0)
    name = new_name("staticContent")
    with drafting() as draft, transaction.atomic():
        draft.write(name, upload.content)
        before = Logo.objects.select_for_update().filter(key=key).first()
        Logo.objects.update_or_create(key=key, defaults={"storage_key": name, "length": upload.length})
        if before is not None:
            transaction.on_commit(lambda: remove([before.storage_key]))
