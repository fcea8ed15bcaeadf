"""By what requests name metadata, and want it named: the same words on import and export, in capitals.

Source: DHIS2 2.42, tracker, idScheme parameters.
"""

from __future__ import annotations

from dhis2api.errors import ApiError
from dhis2api.objects.uids import is_uid
from metadata.id_schemes import IdScheme, SchemeKind
from tracker.errors import SCHEME_EMPTY, SCHEME_INVALID

KINDS = {"UID": SchemeKind.UID, "CODE": SchemeKind.CODE, "NAME": SchemeKind.NAME}


def parse_scheme(text: str, parameter: str) -> IdScheme:
    """`UID`, `CODE`, `NAME` or `ATTRIBUTE:uid`. Errors: 400 with DHIS2's words, naming the parameter."""
    if not text:
        raise ApiError(SCHEME_EMPTY, parameter)
    kind, _, attribute = text.partition(":")
    if kind == "ATTRIBUTE" and is_uid(attribute):
        return IdScheme(SchemeKind.ATTRIBUTE, attribute)
    if text not in KINDS:
        raise ApiError(SCHEME_INVALID, text, parameter)
    return IdScheme(KINDS[text])
