"""`filter=property:operator:value` (DHIS2 2.42, metadata API, object filter)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from dhis2api.objects.query.conditions import parse_filters
from dhis2api.objects.query.operators import OPERATORS, SYNONYMS
from metadata.models import Attribute, Category, CategoryCombo, DataElement, DataElementGroup
from tests.harness.client import Answer, ApiClient
from tests.objects.elements import DAY, element, group, store
from tests.personas import private
from users.models import User

pytestmark = pytest.mark.django_db
COLOUR = "QcolourAtt1"


@pytest.fixture
def elements(db: None) -> list[DataElement]:
    """Five data elements, all with a code that begins with `Q_`."""
    found = store([
        element("Measles doses", code="Q_A", zero_is_significant=True, description="",
         attribute_values={COLOUR: "Red"}),
        element("measles CASES", code="Q_B", value_type="TEXT", attribute_values={COLOUR: "dark red"}),
        element("50% of_all\\doses", code="Q_C", created=datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)),
        element("O'Neil's; DROP TABLE x --", code="Q_D", description="Quoted", aggregation_levels=[1, 2]),
        element("BCG", code="Q_E", uid="bcgElement1", description="Tuberculosis vaccine",
                translations=[{"locale": "fr", "property": "NAME", "value": "Tuberculose"}]),
    ])  # fmt: skip
    Attribute.objects.create(
        uid=COLOUR, name="Colour", value_type="TEXT", data_element_attribute=True, sharing=private()
    )
    group("Q vaccines", [found[0], found[4]], code="GROUP_V")
    group("Q diseases", [found[0], found[1]], code=None)
    return found


def listed(api: ApiClient, *filters: str, user: str = "admin", **params: Any) -> Answer:
    query = [("filter", f) for f in filters] + [("paging", "false"), ("fields", "code"), ("order", "code")]
    return api.get("/api/dataElements?" + urlencode([*query, *params.items()]), user=user)


def letters(answer: Answer) -> str:
    """`AB` for the elements with the codes Q_A and Q_B."""
    assert answer.status == 200, answer
    return "".join(o["code"].removeprefix("Q_") for o in answer.json["dataElements"])


FOUND = [
    ("name:eq:BCG", "E"), ("name:eq:bcg", ""), ("name:ieq:bcg", "E"),
    ("name:!eq:BCG", "ABCD"), ("name:ne:BCG", "ABCD"), ("name:neq:BCG", "ABCD"),
    ("name:like:easles", "AB"), ("name:like:Measles", "A"), ("name:!like:easles", "CDE"),
    ("name:$like:Meas", "A"), ("name:^like:Meas", "A"), ("name:!$like:Meas", "BCDE"), ("name:!^like:Meas", "BCDE"),
    ("name:like$:doses", "AC"), ("name:!like$:doses", "BDE"),
    ("name:ilike:MEASLES", "AB"), ("name:!ilike:MEASLES", "CDE"),
    ("name:$ilike:mea", "AB"), ("name:startsWith:mea", "AB"), ("name:^ilike:mea", "AB"),
    ("name:!$ilike:mea", "CDE"), ("name:!startsWith:mea", "CDE"), ("name:!^ilike:mea", "CDE"),
    ("name:ilike$:DOSES", "AC"), ("name:endsWith:DOSES", "AC"), ("name:!ilike$:DOSES", "BDE"),
    ("name:!endsWith:DOSES", "BDE"),
    ("name:token:cases measles", "B"), ("name:token:doses,meas", "A"), ("name:!token:measles doses", "BCDE"),
    ("id:token:bcg", ""), ("id:token:bcgE", "E"),
    ("name:in:[BCG,Measles doses]", "AE"), ("name:!in:[BCG,Measles doses]", "BCD"), ("name:in:[]", ""),
    ("name:!in:[]", "ABCDE"),
    ("name:gt:O", "BD"), ("name:ge:BCG", "ABDE"),
    # `_` and `\\` are text, not patterns; `%` is taken away, as in DHIS2
    ("name:like:of_all", "C"), ("name:like:ofXall", ""), ("name:like:_", "C"), ("name:like:\\doses", "C"),
    ("name:like:%easles%", "AB"), ("name:eq:50% of_all\\doses", "C"),
    ("name:ilike:O'Neil's; DROP TABLE x --", "D"),
    ("description:null", "BC"), ("description:!null", "ADE"),
    ("description:empty", "ABC"), ("description:!empty", "DE"),
    ("valueType:eq:TEXT", "B"), ("valueType:in:[TEXT,DATE]", "B"), ("valueType:!eq:TEXT", "ACDE"),
    ("zeroIsSignificant:eq:true", "A"), ("zeroIsSignificant:eq:TRUE", "A"), ("zeroIsSignificant:eq:x", "BCDE"),
    ("created:gt:2021", "C"), ("created:ge:2021-05-06T07:08:09.000", "C"), ("created:lt:2021-01-01", "ABDE"),
    ("created:le:2020-01-02", "ABDE"), ("created:gte:2021", "C"), ("created:lte:2020-01-02", "ABDE"),
    ("created:eq:2021-05-06T07:08:09", "C"),
    ("aggregationLevels:empty", "ABCE"), ("aggregationLevels:!empty", "D"), ("aggregationLevels:eq:2", "D"),
    ("dataElementGroups:empty", "CD"), ("dataElementGroups:!empty", "ABE"), ("dataElementGroups:eq:2", "A"),
    ("dataElementGroups:gt:0", "ABE"), ("dataElementGroups:lt:1", "CD"), ("dataElementGroups:!eq:1", "ACD"),
    ("dataElementGroups.name:eq:Q vaccines", "AE"), ("dataElementGroups.name:like:Q", "ABE"),
    ("dataElementGroups.name:!eq:Q vaccines", "AB"), ("dataElementGroups.code:null", "AB"),
    ("dataElementGroups.code:!null", "AE"), ("dataElementGroups.dataElements.code:eq:Q_E", "AE"),
    ("categoryCombo:eq:bjDvmb4bfuf", "ABCDE"), ("categoryCombo.name:eq:default", "ABCDE"),
    ("categoryCombo.categories.categoryOptions.name:eq:default", "ABCDE"),
    ("optionSet:null", "ABCDE"), ("optionSet:!null", ""), ("optionSet.name:like:x", ""),
    (f"{COLOUR}:eq:Red", "A"), (f"{COLOUR}:ilike:red", "AB"), (f"{COLOUR}:!null", "AB"), (f"{COLOUR}:null", "CDE"),
    (f"{COLOUR}:in:[Red,Blue]", "A"), (f"{COLOUR}:!eq:Red", "B"), (f"attributeValues.attribute.id:eq:{COLOUR}", "AB"),
    ("attributeValues:empty", "CDE"), ("attributeValues:eq:1", "AB"),
    ("identifiable:token:vaccine", ""), ("identifiable:ilike:bcg", "E"), ("identifiable:eq:bcgElement1", "E"),
    ("sharing.users:empty", "ABCDE"), ("sharing.users:eq:0", "ABCDE"), ("sharing.userGroups:gt:0", ""),
    ("sharing.public:like:rw", "ABCDE"), ("sharing.owner:eq:GOLswS44mh8", "ABCDE"),
    ("access.read:eq:true", "ABCDE"), ("access.write:eq:false", ""), ("access.data.read:eq:true", ""),
    ("displayName:ilike:tuber", ""), ("translations:!empty", "E"),
    ("name:ilike:measles,code:eq:Q_B", "B"),
    ("name:ilike:x,y", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND, ids=[text for text, _ in FOUND])
def test_what_a_filter_finds(api: ApiClient, elements: list[DataElement], text: str, expected: str) -> None:
    assert letters(listed(api, "code:$like:Q_", text)) == expected


def test_every_operator_and_synonym_stands_in_the_table() -> None:
    used = {c.operator for text, _ in FOUND for c in parse_filters([text])}

    assert set(OPERATORS) | set(SYNONYMS) <= used


REFUSED = [
    ("name", "Invalid filter => name"), ("name:eq", "Invalid filter => name:eq"), ("", "Invalid filter => "),
    ("nothing:eq:x", "Unknown path property: nothing"),
    ("categoryCombo.nothing:eq:x", "Unknown path property: categoryCombo.nothing"),
    ("name.id:eq:x", "Unknown path property: name.id"),
    ("attributeValues.value:eq:x", "Unknown path property: attributeValues.value"),
    ("password:like:x", "Unknown path property: password"), ("access.fly:eq:true", "Unknown path property: access.fly"),
    ("name:fly:x", "`fly` is not a valid operator."), ("name:eqq:x", "`eqq` is not a valid operator."),
    ("dataElementGroups:like:x", "`like` is not a valid operator."),
    ("dataElementGroups:eq:x", "Collection size must be integer `x`"),
    ("name:in:x", "Invalid argument `x` for in operator."), ("name:!in:[x", "Invalid argument `[x` for in operator."),
    ("created:eq:soon", "Unable to parse `soon` as `Date`."),
    ("created:like:2020", "Value `2020` of type `Date` is not supported by this operator."),
    ("domainType:eq:OTHER",
     "Unable to parse `OTHER` as `DataElementDomain`, available values are: [AGGREGATE, TRACKER]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text for text, _ in REFUSED])
def test_what_a_filter_cannot_say(api: ApiClient, text: str, message: str) -> None:
    """E1003 with 400 on a list; on /api/metadata 409 without a code."""
    answer = listed(api, text)
    exported = api.get("/api/metadata?" + urlencode({"dataElements:filter": text}))

    assert (answer.status, answer.json["errorCode"], answer.json["message"]) == (400, "E1003", message)
    assert (exported.status, exported.json["message"], exported.json.get("errorCode")) == (409, message, None)


def test_numbers_are_compared_as_numbers(api: ApiClient) -> None:
    answer = api.get("/api/organisationUnitLevels?filter=level:ge:2&filter=level:in:[1,2,3]&fields=level&order=level")

    assert [o["level"] for o in answer.json["organisationUnitLevels"]] == [2, 3]
    refused = api.get("/api/organisationUnitLevels?filter=level:eq:9999999999")
    assert refused.json["message"] == "Unable to parse `9999999999` as `Integer`."
    assert api.get("/api/constants?filter=value:gt:x").json["message"] == "Unable to parse `x` as `Double`."


@pytest.mark.parametrize("value", ["\x00", "a\x00b", "\ud800", "(" * 5000, "[" * 5000, "'" * 5000])
def test_odd_values_are_answered(api: ApiClient, value: str) -> None:
    query = urlencode({"filter": f"name:like:{value}"}, errors="surrogatepass")

    assert api.get(f"/api/dataElements?{query}").status in (200, 400)


@pytest.mark.parametrize("name", ["name__regex", "pk", "uid", "category_combo__id", "created_by__password", "id)--"])
def test_names_of_columns_are_no_properties(api: ApiClient, name: str) -> None:
    assert listed(api, f"{name}:eq:x").status == 400


def test_or_joins_the_filters_and_leaves_access_alone(
    api: ApiClient, elements: list[DataElement], outsider: User
) -> None:
    DataElement.objects.filter(code="Q_E").update(sharing=private())

    assert letters(listed(api, "code:eq:Q_E", "code:eq:Q_A", rootJunction="OR")) == "AE"
    assert letters(listed(api, "code:eq:Q_E", "code:eq:Q_A", rootJunction="OR", user="outsider")) == "A"
    assert "ABCDE" in letters(listed(api, "access.read:eq:true", "code:eq:Q_A", rootJunction="OR"))


def test_too_many_filters_are_refused(api: ApiClient) -> None:
    answer = listed(api, *["name:eq:x"] * 201)

    assert (answer.status, answer.json["message"]) == (400, "More than 200 filters")


def test_display_names_are_filtered_in_the_callers_language(api: ApiClient, elements: list[DataElement]) -> None:
    french = {"translate": "true", "locale": "fr"}

    assert letters(listed(api, "displayName:ilike:tuberculose", **french)) == "E"
    assert letters(listed(api, "displayName:eq:Measles doses", **french)) == "A"
    assert letters(listed(api, "displayName:ilike:tuberculose", locale="fr")) == ""


def test_access_filters_ask_for_the_callers_own_rights(
    api: ApiClient, elements: list[DataElement], private_author: User
) -> None:
    DataElement.objects.filter(code="Q_B").update(sharing=private(private_author.uid))
    DataElement.objects.filter(code="Q_C").update(sharing=private())
    of = {"user": "private_author"}

    assert letters(listed(api, "code:$like:Q_", "access.read:eq:true", **of)) == "ABDE"
    assert letters(listed(api, "code:$like:Q_", "access.update:eq:true", **of)) == "B"
    assert letters(listed(api, "code:$like:Q_", "access.update:eq:false", **of)) == "ADE"


def test_who_may_not_read_users_learns_no_more_of_them_than_references_show(
    api: ApiClient, elements: list[DataElement], outsider: User, editor: User
) -> None:
    DataElement.objects.filter(code="Q_A").update(created_by=outsider)

    assert letters(listed(api, "createdBy.username:eq:outsider", user="outsider")) == "A"
    refused = listed(api, "createdBy.email:like:@", user="outsider")
    assert (refused.status, refused.json["message"]) == (400, "Unknown path property: createdBy.email")
    assert letters(listed(api, "createdBy.surname:eq:Persona", user="editor")) == "A"


@pytest.mark.parametrize(
    ("text", "found_by_all"),
    [
        ("dataElementGroups.name:like:diseases", "AB"), ("dataElementGroups.displayName:like:diseases", "AB"),
        ("dataElementGroups.name:eq:Q diseases", "AB"), ("dataElementGroups.name:!like:vaccines", "AB"),
        ("dataElementGroups.code:null", "AB"),
        ("dataElementGroups.id:!null", "ABE"), ("dataElementGroups.groupSets:empty", "ABCDE"),
        ("categoryCombo.name:like:secret", "D"), ("categoryCombo.displayName:like:secret", "D"),
        ("categoryCombo.code:null", "D"), ("categoryCombo.categories.name:like:secret", "D"),
        (f"dataElementGroups.{COLOUR}:eq:Red", "AB"),
    ],
)  # fmt: skip
def test_a_filter_tells_nothing_of_what_the_caller_may_not_read(
    api: ApiClient, elements: list[DataElement], outsider: User, text: str, found_by_all: str
) -> None:
    """The private group and combo match for the superuser and for those they are shared with, for nobody else."""
    mine = {"user": "outsider"}
    hidden = private()
    Attribute.objects.update(data_element_group_attribute=True)
    DataElementGroup.objects.filter(name="Q diseases").update(sharing=hidden, attribute_values={COLOUR: "Red"})
    times = {"created": DAY, "last_updated": DAY, "sharing": hidden, "data_dimension_type": "DISAGGREGATION"}
    combo = CategoryCombo.objects.create(name="A secret combo", **times)
    combo.categories.add(Category.objects.create(name="A secret category", short_name="A secret", **times))
    DataElement.objects.filter(code="Q_D").update(category_combo=combo)
    with_mine = ["code:$like:Q_", text]

    assert letters(listed(api, *with_mine)) == found_by_all
    told = letters(listed(api, *with_mine, **mine))
    assert told in {"", "AE", "ABCDE"} and (told != "ABCDE" or text.endswith(":empty"))

    shared = hidden | {"users": {outsider.uid: {"id": outsider.uid, "access": "r-------"}}}
    for model in (DataElementGroup, CategoryCombo, Category):
        model.objects.filter(sharing__owner=hidden["owner"]).update(sharing=shared)
    assert letters(listed(api, *with_mine, **mine)) == found_by_all
