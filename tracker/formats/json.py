"""Tracker payloads as JSON."""

from __future__ import annotations

import msgspec

from dhis2api.web.bodies import decode_json
from tracker.records import Payload

_DECODER = msgspec.json.Decoder(Payload)


def decode(data: bytes) -> Payload:
    """Decode a body; values of attributes and events stay undecoded, and keep the body alive.

    Errors: ApiError 400 with the place of what is not JSON, or with the member of the wrong type.
    """
    found: Payload = decode_json(data, _DECODER)
    return found
