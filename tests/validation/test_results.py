"""`/api/validationResults`: stored violations, listed, read, deleted."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection, transaction

from datavalues.period_pruning import prune_periods
from dhis2api.demo import identifiers as ids
from metadata.models import CaptureOrganisationUnit, CategoryOptionCombo, OrganisationUnit, Period, ValidationRule
from metadata.option_combos import generate_option_combos
from sharing.access import Principal
from tests.analytics.building import period, unit
from tests.datavalues.payloads import HARBOUR, HARBOUR_OPTION
from tests.harness.client import ApiClient
from tests.harness.queries import query_counter
from tests.personas import persona, private
from tests.validation.world import RESULTS, default_combo, make_result, make_rule
from users.models import User
from validation.models import ValidationResult

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(db: None) -> ValidationRule:
    return make_rule("1", "2")


@pytest.fixture
def clerk(db: None) -> User:
    """Enters data in Badjia, and has no authorities."""
    user = persona("clerk")
    CaptureOrganisationUnit.objects.create(user=user, organisation_unit=unit(ids.BADJIA))
    return user


def keys(api: ApiClient, query: str = "", user: str = "admin") -> list[int]:
    """The numbers of the results of a list."""
    answer = api.get(f"{RESULTS}?fields=id&{query}", user=user)
    assert answer.status == 200, answer
    return [each["id"] for each in answer.json["validationResults"]]


def test_a_result_with_all_its_members(api: ApiClient, rule: ValidationRule) -> None:
    moment = datetime.datetime(2024, 2, 3, 10, tzinfo=datetime.UTC)
    stored = make_result(rule, created=moment, day_in_period=3, notification_sent=True)

    answer = api.get(RESULTS).json

    assert answer["pager"]["total"] == 1
    (shown,) = answer["validationResults"]
    assert shown.pop("created").startswith("2024-02-03T")
    assert shown["validationRule"] == {"id": rule.uid, "name": rule.name, "displayName": rule.name}
    assert shown["organisationUnit"]["id"] == ids.NGELEHUN_CHC
    assert shown["attributeOptionCombo"]["id"] == ids.DEFAULT_OPTION_COMBO
    assert (shown["period"]["id"], shown["period"]["displayName"]) == ("202401", "January 2024")
    values = {"leftsideValue": 2.0, "rightsideValue": 1.0, "dayInPeriod": 3, "notificationSent": True}
    assert {name: shown[name] for name in ("id", *values)} == {"id": stored.pk, **values}
    assert api.get(f"{RESULTS}/{stored.pk}").json["id"] == stored.pk


def test_fields_choose_members_and_members_of_members(api: ApiClient, rule: ValidationRule) -> None:
    stored = make_result(rule)
    fields = "id,validationRule[importance,leftSide[expression]],organisationUnit[level],period[id]"

    assert api.get(f"{RESULTS}?fields={fields}").json["validationResults"] == [{
        "id": stored.pk, "validationRule": {"importance": "MEDIUM", "leftSide": {"expression": "1"}},
        "organisationUnit": {"level": 4}, "period": {"id": "202401"},
    }]  # fmt: skip
    assert api.get(f"{RESULTS}/{stored.pk}?fields=leftsideValue").json == {"leftsideValue": 2.0}


def test_a_list_as_xml(api: ApiClient, rule: ValidationRule) -> None:
    make_result(rule)

    answer = api.get(RESULTS, headers={"Accept": "application/xml"})

    assert answer.status == 200
    assert "<leftsideValue>2.0</leftsideValue>" in answer.text


def test_pages_begin_with_the_newest(api: ApiClient, rule: ValidationRule) -> None:
    first, second, third = (make_result(rule, pe=pe).pk for pe in ("202401", "202402", "202403"))

    assert keys(api) == [third, second, first]
    assert keys(api, "pageSize=2&page=2") == [first]
    unpaged = api.get(f"{RESULTS}?paging=false").json
    assert "pager" not in unpaged
    assert len(unpaged["validationResults"]) == 3


class TestFilters:
    """What is absent does not restrict."""

    @pytest.fixture
    def results(self, rule: ValidationRule) -> dict[str, int]:
        other = make_rule("1", "3")
        early = datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC)
        late = datetime.datetime(2024, 6, 15, tzinfo=datetime.UTC)
        return {
            "first": make_result(rule, created=early).pk,
            "badjia": make_result(rule, ou=ids.BADJIA, created=late).pk,
            "other": make_result(other, pe="2024Q1", created=late).pk,
            "later": make_result(rule, pe="202404", created=late, notification_sent=True).pk,
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (f"ou={ids.BADJIA}", {"badjia"}),
            (f"ou={ids.BADJIA},{ids.NGELEHUN_CHC}", {"first", "badjia", "other", "later"}),
            ("vr={other}", {"other"}),
            ("pe=202401", {"first", "badjia", "other"}),
            ("pe=2024Q2", {"later"}),
            ("pe=202402&pe=202404", {"other", "later"}),
            ("createdDate=2024-06-01", {"badjia", "other", "later"}),
        ],
    )
    def test_of_the_list(self, api: ApiClient, results: dict[str, int], query: str, expected: set[str]) -> None:
        other = ValidationResult.objects.get(pk=results["other"]).validation_rule.uid

        assert set(keys(api, query.replace("{other}", other))) == {results[name] for name in expected}

    @pytest.mark.parametrize(
        ("query", "left"),
        [
            (f"ou={ids.BADJIA}", {"first", "other", "later"}),
            ("vr={other}", {"first", "badjia", "later"}),
            ("pe=202401", {"later"}),
            ("created=202406", {"first"}),
            ("notificationSent=true", {"first", "badjia", "other"}),
            ("notificationSent=false&pe=2024", {"later"}),
            ("", set()),
        ],
    )
    def test_of_a_deletion(self, api: ApiClient, results: dict[str, int], query: str, left: set[str]) -> None:
        other = ValidationResult.objects.get(pk=results["other"]).validation_rule.uid

        answer = api.delete(f"{RESULTS}?{query.replace('{other}', other)}")

        assert answer.status == 204
        assert set(ValidationResult.objects.values_list("pk", flat=True)) == {results[name] for name in left}

    @pytest.mark.parametrize(
        ("query", "code"),
        [("ou=Jkhdsf8sdf4", "E7500"), ("vr=Jkhdsf8sdf4", "E7501"), ("pe=2024X", "E7502")],
    )
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_that_name_nothing(self, api: ApiClient, method: str, query: str, code: str) -> None:
        answer = api.request(method, f"{RESULTS}?{query}")

        assert (answer.status, answer.json["errorCode"]) == (409, code)

    def test_of_the_time_of_creation_are_periods(self, api: ApiClient) -> None:
        answer = api.delete(f"{RESULTS}?created=soon")

        assert (answer.status, answer.json["errorCode"]) == (409, "E7503")

    @pytest.mark.parametrize(
        "query", ["createdDate=soon", "pe=%00", "ou=%00", "page=x", "fields=a%00", "fields=" + "a[" * 30]
    )
    def test_that_cannot_be_read(self, api: ApiClient, query: str) -> None:
        assert 400 <= api.get(f"{RESULTS}?{query}").status < 500


def test_a_page_beyond_all_numbers_is_empty(api: ApiClient, rule: ValidationRule) -> None:
    make_result(rule)

    assert keys(api, "page=2147483647&pageSize=2147483647") == []


class TestOneResult:
    @pytest.mark.parametrize(
        "key", ["0", "x", "-1", "99999999999999999999", "9223372036854775808", "²", "0" * 20 + "9" * 5000],
        ids=lambda key: key[:20],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_that_does_not_exist(self, api: ApiClient, method: str, key: str) -> None:
        answer = api.request(method, f"{RESULTS}/{key}")

        assert answer.status == 404
        assert answer.json["message"] == f"Validation result with id {key} was not found"

    def test_is_deleted(self, api: ApiClient, rule: ValidationRule) -> None:
        stored, other = make_result(rule), make_result(rule, pe="202402")

        assert api.delete(f"{RESULTS}/{stored.pk}").status == 204

        assert ValidationResult.objects.get() == other


class TestAccess:
    """Results of the user's part of the hierarchy, of rules that he may read."""

    def test_org_units(self, api: ApiClient, rule: ValidationRule, clerk: User) -> None:
        mine = make_result(rule).pk
        strange = make_result(rule, ou=ids.BAOMA).pk

        assert keys(api, user="clerk") == [mine]
        assert api.get(f"{RESULTS}/{mine}", user="clerk").status == 200
        assert api.get(f"{RESULTS}/{strange}", user="clerk").status == 404

    def test_rules(self, api: ApiClient, rule: ValidationRule, clerk: User) -> None:
        mine = make_result(rule).pk
        hidden = make_rule("1", "3", sharing=private())
        make_result(hidden)

        assert keys(api, user="clerk") == [mine]
        unknown = api.get(f"{RESULTS}?vr={hidden.uid}", user="clerk")
        assert (unknown.status, unknown.json["errorCode"]) == (409, "E7501")

    def test_attribute_option_combos(self, api: ApiClient, rule: ValidationRule, clerk: User) -> None:
        make_result(rule, attribute_option_combo=CategoryOptionCombo.objects.get(uid=HARBOUR))
        option = CategoryOptionCombo.objects.get(uid=HARBOUR).category_options.get(uid=HARBOUR_OPTION)
        assert len(keys(api)) == 1

        option.sharing = private()
        option.save()

        assert keys(api, user="clerk") == []

    def test_a_deletion_leaves_what_the_user_does_not_see(self, api: ApiClient, rule: ValidationRule) -> None:
        keeper = persona("keeper", ["F_PERFORM_MAINTENANCE"])
        CaptureOrganisationUnit.objects.create(user=keeper, organisation_unit=unit(ids.BADJIA))
        hidden = make_rule("1", "3", sharing=private())
        option = CategoryOptionCombo.objects.get(uid=HARBOUR).category_options.get(uid=HARBOUR_OPTION)
        option.sharing = private()
        option.save()
        make_result(rule)
        strange = [
            make_result(rule, ou=ids.BAOMA), make_result(hidden),
            make_result(rule, attribute_option_combo=CategoryOptionCombo.objects.get(uid=HARBOUR)),
        ]  # fmt: skip

        assert {api.delete(f"{RESULTS}/{each.pk}", user="keeper").status for each in strange} == {404}
        unknown = api.delete(f"{RESULTS}?vr={hidden.uid}", user="keeper")
        assert (unknown.status, unknown.json["errorCode"]) == (409, "E7501")
        assert api.delete(RESULTS, user="keeper").status == 204

        assert list(ValidationResult.objects.order_by("pk")) == strange

    @pytest.mark.parametrize("path", [RESULTS, f"{RESULTS}/1"])
    def test_a_deletion_takes_an_authority(self, api: ApiClient, clerk: User, path: str) -> None:
        answer = api.delete(path, user="clerk")

        assert answer.status == 403
        assert answer.json["message"] == "Access is denied, requires one Authority from [F_PERFORM_MAINTENANCE]"

    @pytest.mark.parametrize("path", [RESULTS, f"{RESULTS}/1"])
    def test_nobody_reads_without_login(self, api: ApiClient, path: str) -> None:
        assert api.get(path, user=None).status == 401


class TestMetadataThatGoes:
    """A result goes with what it speaks of, and along with what is merged."""

    @pytest.mark.parametrize("column", ["validation_rule", "organisation_unit"])
    def test_a_deletion_takes_its_results_along(self, api: ApiClient, rule: ValidationRule, column: str) -> None:
        parent = OrganisationUnit.objects.get(uid=ids.BADJIA)
        created = api.post("/api/organisationUnits", {
            "name": "Gone soon", "shortName": "Gone", "openingDate": "2020-01-01", "parent": {"id": parent.uid},
        })  # fmt: skip
        gone = created.json["response"]["uid"]
        make_result(rule, ou=gone)
        kept = make_result(make_rule("1", "3"))
        paths = {
            "validation_rule": f"/api/validationRules/{rule.uid}",
            "organisation_unit": f"/api/organisationUnits/{gone}",
        }

        assert api.delete(paths[column]).status == 200

        assert ValidationResult.objects.get() == kept
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def test_merged_org_units_have_their_results_together(self, api: ApiClient, rule: ValidationRule) -> None:
        source, target = ids.BANDAJUMA_CLINIC, ids.NGELEHUN_CHC
        moved = make_result(rule, ou=source)
        repeated = make_result(rule, ou=source, pe="202402")
        own = make_result(rule, ou=target, pe="202402")

        answer = api.post("/api/organisationUnits/merge", {
            "sources": [source, ids.KAMABAI_CHC], "target": target, "deleteSources": True,
            "dataValueMergeStrategy": "LAST_UPDATED", "dataApprovalMergeStrategy": "LAST_UPDATED",
        })  # fmt: skip

        assert answer.status == 200, answer
        stored = {row.pk: row.organisation_unit.uid for row in ValidationResult.objects.all()}
        assert stored == {moved.pk: target, own.pk: target}
        assert repeated.pk not in stored

    def test_merged_option_combos_have_their_results_together(self, api: ApiClient, rule: ValidationRule) -> None:
        target = CategoryOptionCombo.objects.get(uid=HARBOUR)
        twin = CategoryOptionCombo.objects.create(name="twin", category_combo=target.category_combo)
        twin.category_options.set(target.category_options.all())
        moved = make_result(rule, attribute_option_combo=twin)
        make_result(rule, attribute_option_combo=twin, pe="202402")
        own = make_result(rule, attribute_option_combo=target, pe="202402")

        answer = api.post("/api/categoryOptionCombos/merge", {
            "sources": [twin.uid], "target": target.uid, "deleteSources": True, "dataMergeStrategy": "LAST_UPDATED",
        })  # fmt: skip

        assert answer.status == 200, answer
        stored = {row.pk: row.attribute_option_combo.uid for row in ValidationResult.objects.all()}
        assert stored == {moved.pk: HARBOUR, own.pk: HARBOUR}

    def test_an_option_combo_that_goes_takes_its_results_along(self, rule: ValidationRule) -> None:
        combo = CategoryOptionCombo.objects.get(uid=HARBOUR).category_combo
        without_place = CategoryOptionCombo.objects.create(name="no place", category_combo=combo)
        make_result(rule, attribute_option_combo=without_place)

        generate_option_combos([combo.pk])

        assert not CategoryOptionCombo.objects.filter(pk=without_place.pk).exists()
        assert not ValidationResult.objects.exists()

    def test_periods_of_results_are_not_pruned(self, rule: ValidationRule) -> None:
        make_result(rule, pe="195001")
        period("195002")

        prune_periods(Principal("x" * 11, frozenset({"ALL"})))

        assert list(Period.objects.filter(iso__startswith="1950").values_list("iso", flat=True)) == ["195001"]

    def test_a_violation_is_stored_once(self, rule: ValidationRule) -> None:
        make_result(rule)

        with pytest.raises(Exception, match="validation_result_once"), transaction.atomic():
            make_result(rule)
        make_result(rule, day_in_period=1)


def test_queries_do_not_grow_with_results(api: ApiClient, rule: ValidationRule) -> None:
    make_result(rule)
    api.get(RESULTS)
    with query_counter() as few:
        api.get(RESULTS)
    for number in range(20):
        make_result(make_rule(str(number), "2"), ou=ids.BADJIA, attribute_option_combo=default_combo())

    with query_counter() as more:
        assert len(api.get(RESULTS).json["validationResults"]) == 21

    assert few.count == more.count
