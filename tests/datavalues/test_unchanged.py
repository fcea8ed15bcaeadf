"""What is exported, in whatever format and by whatever identifiers, imports again as "nothing changed"."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dhis2api.demo import identifiers as ids
from metadata.models import CategoryOptionCombo, DataElement, DataSet
from tests.datavalues.payloads import HARBOUR, SESSIONS, SETS, send, value
from tests.harness.client import ApiClient

pytestmark = pytest.mark.django_db
CONTENT_TYPES = {
    "json": "application/json", "xml": "application/xml", "csv": "application/csv", "adx+xml": "application/adx+xml",
}  # fmt: skip
SCHEMES = ("uid", "code", "name", f"attribute:{ids.REGISTRY_NUMBER}")
# What every format can carry: XML has no way to write most control characters.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\n\t\r"),
    max_size=40,
) | st.sampled_from(['<a b="c">', "]]>&amp;", '"quoted", ,\r\n', "\\N", "'; --", "日本 😀\u2028", "{}%s"])  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES, ids=["uid", "code", "name", "attribute"])
@pytest.mark.parametrize("format", CONTENT_TYPES)
@settings(
    max_examples=3, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)  # fmt: skip
@given(text=TEXTS, comment=TEXTS, followup=st.booleans())
def test_import_of_an_export(api: ApiClient, format: str, scheme: str, text: str, comment: str, followup: bool) -> None:
    DataElement.objects.filter(uid=ids.MEASLES).update(value_type="TEXT")
    vcct = DataElement.objects.get(code="VCCT_0").uid
    girls = CategoryOptionCombo.objects.get(name="Female, 0-14 years").uid
    stored = [
        value(value=f"a{text}z", comment=comment, followup=followup),
        value(data_element=vcct, category_option_combo=girls, value="-4", comment=f"b{comment}y", followup=followup),
        value(data_element=SESSIONS, attribute_option_combo=HARBOUR, period="2014Q1"),
    ]
    DataElement.objects.filter(uid=vcct).update(value_type="INTEGER")
    assert send(api, *stored).status == 200
    others = DataSet.objects.filter(code__in=("(TB/HIV)VCCT", "PARTNER_ACTIVITIES")).values_list("uid", flat=True)
    sets = [ids.MORTALITY, *others]
    schemes = f"idScheme={scheme}&categoryIdScheme=code&categoryOptionIdScheme=code"
    chosen = "&".join(f"dataSet={uid}" for uid in sets)

    exported = api.get(
        f"{SETS}?{chosen}&period=201401&period=2014Q1&orgUnit={ids.NGELEHUN_CHC}&format={format}&{schemes}"
    )
    assert exported.status == 200, exported
    answer = api.post(f"{SETS}?{schemes}", exported.content, content_type=CONTENT_TYPES[format])

    assert answer.status == 200, answer
    assert answer.counts == {"imported": 0, "updated": 0, "ignored": len(stored), "deleted": 0}
