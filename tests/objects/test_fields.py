"""`fields=`: nesting, presets, exclusion, transformers (DHIS2 2.42, metadata API, field filter)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from dhis2api.objects.query.fields import MAX_DEPTH, Selection, Transformer, parse_fields
from dhis2api.objects.query.transformers import TRANSFORMERS
from metadata.models import Attribute, DataElement
from tests.harness.client import ApiClient
from tests.objects.elements import element, group, store
from tests.personas import private
from users.models import User

UID = "measlesElmt"
COLOUR, SHAPE = "QcolourAtt1", "QshapeAttr1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", [Selection("id")]),
        (" id , name ", [Selection("id"), Selection("name")]),
        ("id,,name,", [Selection("id"), Selection("name")]),
        ("a[b,c[d]]", [Selection("a", (Selection("b"), Selection("c", (Selection("d"),))))]),
        ("a(b,c)", [Selection("a", (Selection("b"), Selection("c")))]),
        ("a[]", [Selection("a", ())]),
        ("!a,*", [Selection("a", excluded=True), Selection("*")]),
        (":owner,!b", [Selection(":owner"), Selection("b", excluded=True)]),
        ("a~rename(b)", [Selection("a", None, (Transformer("rename", ("b",)),))]),
        ("a::size|isEmpty", [Selection("a", None, (Transformer("size"), Transformer("isEmpty")))]),
        ("a~pluck(name)[name]", [Selection("a", (Selection("name"),), (Transformer("pluck", ("name",)),))]),
        ("a[name]~rename(b)", [Selection("a", (Selection("name"),), (Transformer("rename", ("b",)),))]),
        ("a~paging(1;20)", [Selection("a", None, (Transformer("paging", ("1", "20")),))]),
        ("a[b,c", [Selection("a", (Selection("b"), Selection("c")))]),  # the d2 client of old sends this
        ("a],b", [Selection("a"), Selection("b")]),
        ("$%&", []),
        ("", []),
    ],
)
def test_the_grammar(text: str, expected: list[Selection]) -> None:
    assert list(parse_fields(text)) == expected


@pytest.fixture
def stored(db: None) -> DataElement:
    """A data element in two groups, with a translation and two custom attributes."""
    attributes = {COLOUR: "Red", SHAPE: '{"type":"Point","coordinates":[1,2]}'}
    row = element(
        "Measles doses", uid=UID, code="MEAS", form_name="Doses", attribute_values=attributes,
        translations=[
            {"locale": "fr", "property": "NAME", "value": "Rougeole"},
            {"locale": "fr", "property": "FORM_NAME", "value": "Doses (fr)"},
        ],
    )  # fmt: skip
    store([row])
    group("Vaccines", [row], uid="groupGroup1")
    group("Rashes", [row], uid="groupGroup2")
    for uid, value_type in ((COLOUR, "TEXT"), (SHAPE, "GEOJSON")):
        Attribute.objects.create(
            uid=uid, name=f"Attribute {uid}", value_type=value_type, data_element_attribute=True, sharing=private()
        )
    return row


def shown(api: ApiClient, fields: str, user: str = "admin", **params: str) -> Any:
    answer = api.get(f"/api/dataElements/{UID}?" + urlencode({"fields": fields, **params}), user=user)
    assert answer.status == 200, answer
    return answer.json


GROUPS = "dataElementGroups"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("id,name", {"id": UID, "name": "Measles doses"}),
        ("id,nothing,name[x]", {"id": UID, "name": "Measles doses"}),
        ("code,!code", {}),
        ("!code,code,id", {"id": UID}),
        ("valueType,zeroIsSignificant", {"valueType": "NUMBER", "zeroIsSignificant": False}),
        ("categoryCombo", {"categoryCombo": {"id": "bjDvmb4bfuf"}}),
        ("categoryCombo[name]", {"categoryCombo": {"name": "default"}}),
        ("categoryCombo[id],categoryCombo[name]", {"categoryCombo": {"id": "bjDvmb4bfuf", "name": "default"}}),
        ("categoryCombo[categories[id,categoryOptions[name]]]",
         {"categoryCombo": {"categories": [{"id": "GLevLNI9wkl", "categoryOptions": [{"name": "default"}]}]}}),
        ("categoryCombo[:identifiable,!created,!lastUpdated,!lastUpdatedBy]",
         {"categoryCombo": {"id": "bjDvmb4bfuf", "name": "default", "code": "default"}}),
        (GROUPS, {GROUPS: [{"id": "groupGroup1"}, {"id": "groupGroup2"}]}),
        (f"{GROUPS}[id,name],!{GROUPS}[id]", {GROUPS: [{"name": "Vaccines"}, {"name": "Rashes"}]}),
        (f"{GROUPS}~size", {GROUPS: 2}), ("name::size", {"name": 13}), (f"{GROUPS}|isEmpty", {GROUPS: False}),
        (f"{GROUPS}~isNotEmpty", {GROUPS: True}), ("legendSets~isEmpty", {"legendSets": True}),
        ("name~isEmpty", {"name": "Measles doses"}), ("name~fly", {"name": "Measles doses"}),
        (f"{GROUPS}~pluck", {GROUPS: ["groupGroup1", "groupGroup2"]}),
        (f"{GROUPS}~pluck(name)[name]", {GROUPS: ["Vaccines", "Rashes"]}),
        (f"{GROUPS}~pluck[id,name]", {GROUPS: ["groupGroup1", "groupGroup2"]}),
        (f"{GROUPS}~pluck(code)", {GROUPS: [{"id": "groupGroup1"}, {"id": "groupGroup2"}]}),
        (f"{GROUPS}~keyBy[id,name]",
         {GROUPS: {"groupGroup1": {"id": "groupGroup1", "name": "Vaccines"},
          "groupGroup2": {"id": "groupGroup2", "name": "Rashes"}}}),
        (f"{GROUPS}~keyBy(name)[name]", {GROUPS: {"Vaccines": {"name": "Vaccines"}, "Rashes": {"name": "Rashes"}}}),
        ("id~rename(uid)", {"uid": UID}), (f"{GROUPS}~rename(n)~size", {"n": 2}),
        (f"{GROUPS}~size~pluck", {GROUPS: ["groupGroup1", "groupGroup2"]}),  # the last one sees the whole value
        (f"{GROUPS}~paging(1;1)", {GROUPS: [{"id": "groupGroup1"}, {"id": "groupGroup2"}]}),
        ("sharing[public]", {"sharing": {"public": "rw------"}}),
        ("access[read,update]", {"access": {"read": True, "update": True}}),
        ("translations[locale,value]",
         {"translations": [{"locale": "fr", "value": "Rougeole"}, {"locale": "fr", "value": "Doses (fr)"}]}),
        (COLOUR, {COLOUR: "Red"}), (f"{COLOUR}~rename(colour)", {"colour": "Red"}),
        (SHAPE, {SHAPE: {"type": "Point", "coordinates": [1, 2]}}),
        ("attributeValues[value]",
         {"attributeValues": [{"value": "Red"}, {"value": '{"type":"Point","coordinates":[1,2]}'}]}),
        ("displayName,displayFormName", {"displayName": "Measles doses", "displayFormName": "Doses"}),
    ],
)  # fmt: skip
def test_what_is_shown(api: ApiClient, stored: DataElement, fields: str, expected: dict[str, Any]) -> None:
    assert shown(api, fields) == expected


def test_every_transformer_stands_in_the_table() -> None:
    """`rename` is no function of a value."""
    assert set(TRANSFORMERS) == {"size", "isEmpty", "isNotEmpty", "pluck", "keyBy"}


@pytest.mark.django_db
def test_presets(api: ApiClient, stored: DataElement) -> None:
    everything, owner = shown(api, "*"), shown(api, ":owner")

    assert shown(api, ":all") == everything
    assert set(shown(api, ":identifiable")) == {"id", "name", "code", "created", "lastUpdated"}
    assert set(shown(api, ":nameable")) == {"id", "name", "shortName", "code", "created", "lastUpdated"}
    assert {"href", "access", "displayName", "user", "favorites", GROUPS}.isdisjoint(owner)
    assert {"sharing", "translations", "attributeValues", "categoryCombo", "aggregationLevels"} <= set(owner)
    assert set(owner) | {GROUPS} <= set(shown(api, ":persisted")) <= set(everything)
    assert all(not isinstance(value, list | dict) for value in shown(api, ":simple").values())
    assert {"href", "access", "displayName", "publicAccess"} <= set(everything)


@pytest.mark.django_db
def test_nulls_are_not_shown_but_empty_collections_are(api: ApiClient, stored: DataElement) -> None:
    found = shown(api, "*")

    assert {"description", "url", "optionSet", "style"}.isdisjoint(found)
    assert found["aggregationLevels"] == found["legendSets"] == []


@pytest.mark.django_db
def test_a_user_reference_has_five_members_whatever_is_asked(
    api: ApiClient, stored: DataElement, outsider: User
) -> None:
    DataElement.objects.update(created_by=outsider)

    expected = {
        "id": outsider.uid, "code": None, "name": "Outsider Persona", "displayName": "Outsider Persona",
        "username": "outsider",
    }  # fmt: skip
    assert shown(api, "createdBy[id,password,email],user") == {"createdBy": expected, "user": expected}


@pytest.mark.django_db
def test_details_of_attributes(api: ApiClient, stored: DataElement) -> None:
    found = shown(api, "attributeValues[attribute[id,name],value]")["attributeValues"]

    assert found[0] == {"attribute": {"id": COLOUR, "name": f"Attribute {COLOUR}"}, "value": "Red"}
    assert shown(api, "attributeValues")["attributeValues"][0] == {"attribute": {"id": COLOUR}, "value": "Red"}


@pytest.mark.django_db
def test_display_names_follow_the_locale_or_the_users_setting(api: ApiClient, stored: DataElement, admin: User) -> None:
    fields = "name,displayName,displayFormName"
    french = {"name": "Measles doses", "displayName": "Rougeole", "displayFormName": "Doses (fr)"}

    assert shown(api, fields, translate="true", locale="fr") == french
    assert shown(api, fields, translate="true", locale="pt")["displayName"] == "Measles doses"
    assert shown(api, fields, locale="fr")["displayName"] == "Measles doses"
    User.objects.filter(pk=admin.pk).update(settings={"keyDbLocale": "fr"})
    assert shown(api, fields) == french


@pytest.mark.django_db
def test_the_form_name_falls_back_to_the_name(api: ApiClient, stored: DataElement) -> None:
    DataElement.objects.filter(uid=UID).update(form_name=None)

    assert shown(api, "displayFormName", translate="true", locale="pt") == {"displayFormName": "Measles doses"}


@pytest.mark.django_db
def test_defaults_can_be_left_out(api: ApiClient, stored: DataElement) -> None:
    assert shown(api, "categoryCombo,id", defaults="EXCLUDE") == {"id": UID}
    combos = api.get("/api/categoryCombos?defaults=EXCLUDE&paging=false&fields=name").json["categoryCombos"]
    assert {"name": "default"} not in combos
    exported = api.get("/api/metadata?categoryOptions=true&dataElements=true&defaults=EXCLUDE").json
    assert all(o["name"] != "default" for o in exported["categoryOptions"])
    assert all((o.get("categoryCombo") or {}).get("id") != "bjDvmb4bfuf" for o in exported["dataElements"])


@pytest.mark.django_db
def test_grants_show_the_names_of_who_is_still_there(api: ApiClient, stored: DataElement, outsider: User) -> None:
    users = {uid: {"id": uid, "access": "r-------"} for uid in (outsider.uid, "goneGoneGo1")}
    DataElement.objects.filter(uid=UID).update(sharing=private() | {"users": users})

    found = shown(api, "sharing,userAccesses")
    assert found["sharing"]["users"][outsider.uid]["displayName"] == "Outsider Persona"
    assert "displayName" not in found["sharing"]["users"]["goneGoneGo1"]
    assert {"access": "r-------", "userUid": "goneGoneGo1", "id": "goneGoneGo1"} in found["userAccesses"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api/dataElements", f"/api/dataElements/{UID}", "/api/me", "/api/schemas", "/api/system/info"]
)
def test_the_bounds_of_the_grammar(api: ApiClient, stored: DataElement, path: str) -> None:
    deep = "a[" * MAX_DEPTH + "id"
    too_deep, too_long = "a[" + deep, "a," * 10_001

    assert api.get(f"{path}?fields={deep}").status == 200
    for text, words in ((too_deep, "nested deeper than 20 levels"), (too_long, "longer than 20000 characters")):
        answer = api.get(f"{path}?fields={text}")
        assert (answer.status, answer.json["errorCode"]) == (400, "E1003")
        assert words in answer.json["message"]
