"""The demo as payloads: what `POST /api/metadata` and `POST /api/dataValueSets` take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from .disaggregations import category_payloads
from .form_payloads import form_payloads
from .forms import FORMS
from .geography import geography, org_unit_payloads
from .indicators import indicator_payloads
from .objects import Payload
from .people import people_payloads
from .reference_lists import reference_list_payloads
from .tracker_payloads import tracker_payloads
from .values import form_values

# values in one set: few enough to keep memory flat at every scale, many enough to keep imports few
SET_SIZE = 20_000


def metadata_payload(scale: int = 1) -> dict[str, list[Payload]]:
    """All metadata in one package: plural → objects. References resolve inside it, or to the system's own objects."""
    places = geography(scale)
    parts = (
        people_payloads(),
        reference_list_payloads(),
        org_unit_payloads(scale),
        category_payloads(),
        indicator_payloads(),
        form_payloads(places),
        tracker_payloads(places),
    )
    package: dict[str, list[Payload]] = {}
    for part in parts:
        for plural, rows in part.items():
            package.setdefault(plural, []).extend(rows)
    return package


def data_value_sets(scale: int = 1) -> Iterator[Payload]:
    """A year of data values: sets of at most `SET_SIZE`, each of one data set."""
    places = geography(scale)
    for form in FORMS:
        values = form_values(form, places)
        while some := list(islice(values, SET_SIZE)):
            yield {"dataSet": form.uid, "dataValues": some}
