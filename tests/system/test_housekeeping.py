"""Jobs that tidy up: files nobody took, zeros, old lock exceptions, accounts that are not used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from configuration.settings import store_settings
from datavalues.lock_exceptions.services import remove_old_lock_exceptions
from datavalues.models import LockException
from datavalues.removal import trim_values
from dhis2api.objects.uids import generate_uid
from files.cleanup import remove_unclaimed
from files.models import FileResource
from files.services import stored_names
from mailing.delivery import deliver_due
from metadata.models import DataElement, DataSet, Document, OrganisationUnit, Period
from scheduling.catalogue import parameters_class
from scheduling.job_types import JobType
from scheduling.registry import find_declaration
from tests.datavalues.payloads import value, value_set
from tests.harness.client import ApiClient
from tests.harness.forms import file_part, post_form
from tests.harness.mail import Mailbox
from tests.harness.queries import query_counter
from tests.personas import persona
from users.inactivity import disable_inactive, halving, warn_inactive, warn_of_expiry, warn_of_passwords
from users.models import User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def receivers(mailbox: Mailbox) -> list[str]:
    deliver_due()
    return sorted(str(message["To"]) for message in mailbox.messages)


def uploaded(domain: str, hours: float = 3) -> FileResource:
    """A file that was sent so many hours ago."""
    return FileResource.objects.create(
        name="a.txt", content_type="text/plain", content_length=7, content_md5="m", domain=domain,
        storage_key=generate_uid(), created=timezone.now() - timedelta(hours=hours),
    )  # fmt: skip


@pytest.mark.parametrize("domain", ["DATA_VALUE", "DOCUMENT", "ICON", "ORG_UNIT", "USER_AVATAR", "JOB_DATA"])
def test_a_file_that_nobody_took_goes(domain: str) -> None:
    old, new = uploaded(domain), uploaded(domain, hours=1)

    assert remove_unclaimed() == 1
    assert list(FileResource.objects.filter(pk__in=[old.pk, new.pk])) == [new]


def test_the_bytes_go_with_the_file(api: ApiClient, django_capture_on_commit_callbacks: Any) -> None:
    answer = post_form(api, "/api/fileResources?domain=DATA_VALUE", file=file_part(b"content"))
    uid = answer.json["response"]["fileResource"]["id"]
    name = stored_names(FileResource.objects.get(uid=uid))[0]
    FileResource.objects.update(created=timezone.now() - DAY)

    with django_capture_on_commit_callbacks(execute=True):
        assert remove_unclaimed() == 1
    assert not default_storage.exists(name)


def test_a_file_of_a_conversation_stays() -> None:
    uploaded("MESSAGE_ATTACHMENT")

    assert remove_unclaimed() == 0


def test_files_that_are_taken_stay_though_nobody_noted_it() -> None:
    avatar, image, document = (uploaded(domain) for domain in ("USER_AVATAR", "ORG_UNIT", "DOCUMENT"))
    User.objects.filter(username="admin").update(avatar=avatar)
    OrganisationUnit.objects.filter(pk=OrganisationUnit.objects.first().pk).update(image=image)
    Document.objects.create(name="Guide", content={"url": document.uid})

    assert remove_unclaimed() == 0


def test_many_files_go_in_as_many_queries_as_few() -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            uploaded("ICON")
        with query_counter() as counter:
            assert remove_unclaimed() == number
        return int(counter.count)

    assert queries(2) == queries(50)


def test_zeros_that_need_not_be_stored_are_deleted_and_told_to_who_pulls(api: ApiClient) -> None:
    element = DataElement.objects.get(uid=value()["dataElement"])
    DataElement.objects.filter(pk=element.pk).update(zero_is_significant=True)
    sent = value_set(value(value="0", period="202001"), value(value="0", period="202002", comment="Checked"))
    assert api.post("/api/dataValueSets", sent).status == 200
    assert trim_values(timezone.now()) == 0
    DataElement.objects.filter(pk=element.pk).update(zero_is_significant=False)

    assert trim_values(timezone.now()) == 1

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE deleted), count(*) FROM datavalue"
            " WHERE data_element_id = %s AND value = '0'",
            [element.pk],
        )
        assert cursor.fetchone() == (1, 2)


def test_lock_exceptions_go_when_they_are_old() -> None:
    unit, data_set, period = OrganisationUnit.objects.first(), DataSet.objects.first(), Period.objects.all()[:2]
    for number, row in enumerate(period):
        LockException.objects.create(
            data_set=data_set, period=row, organisation_unit=unit, created=NOW - (179 + 2 * number) * DAY
        )

    assert remove_old_lock_exceptions(NOW, 6) == 1
    assert LockException.objects.get().period == period[0]


def person(name: str, *, unused: int | None = None, **columns: Any) -> User:
    """Somebody who logged in so many days before NOW."""
    user = persona(name)
    seen = None if unused is None else NOW - unused * DAY
    User.objects.filter(pk=user.pk).update(
        **{"email": f"{name}@example.org", "last_login": seen, "created": NOW - 1000 * DAY} | columns
    )
    return user


def disabled() -> set[str]:
    return set(User.objects.filter(disabled=True).values_list("username", flat=True))


def test_users_who_were_away_for_months_are_disabled() -> None:
    User.objects.update(last_login=NOW)
    person("away", unused=91)
    person("here", unused=89)
    person("never")
    person("new", created=NOW - DAY)
    before = disabled()

    assert disable_inactive(NOW, 3) == 2
    assert disabled() - before == {"away", "never"}


def test_somebody_remains_who_may_do_everything() -> None:
    User.objects.update(last_login=NOW - 400 * DAY)
    person("away", unused=400)

    disable_inactive(NOW, 1)

    assert "away" in disabled()
    assert "admin" not in disabled()


def test_reminders_halve_the_days(mailbox: Mailbox) -> None:
    assert list(halving(28)) == [28, 14, 7, 3, 1]
    User.objects.update(last_login=NOW)
    for left in (29, 28, 14, 10, 7, 3, 2, 1):
        person(f"left{left}", unused=90 - left)

    assert warn_inactive(NOW, 3, 28) == 5
    assert receivers(mailbox) == sorted(f"left{left}@example.org" for left in (28, 14, 7, 3, 1))
    assert "28 days" in " ".join(str(message.get_payload()) for message in mailbox.messages)


def test_who_is_about_to_expire_is_told(mailbox: Mailbox) -> None:
    person("soon", account_expiry=NOW + 3 * DAY)
    person("later", account_expiry=NOW + 30 * DAY)
    person("over", account_expiry=NOW - DAY)

    assert warn_of_expiry(NOW) == 0
    store_settings({"accountExpiryAlert": True})
    assert warn_of_expiry(NOW) == 1
    assert receivers(mailbox) == ["soon@example.org"]


def test_whose_password_is_about_to_expire_is_told(mailbox: Mailbox) -> None:
    person("soon", password_last_updated=NOW - 46 * DAY)
    person("fresh", password_last_updated=NOW - 10 * DAY)

    assert warn_of_passwords(NOW) == 0
    store_settings({"credentialsExpiryAlert": True, "credentialsExpires": 2})
    assert warn_of_passwords(NOW) == 1
    assert receivers(mailbox) == ["soon@example.org"]


def test_a_reminder_of_a_billion_days_comes_in_time_too(mailbox: Mailbox) -> None:
    person("soon", password_last_updated=NOW - 60 * DAY)
    store_settings(
        {
            "credentialsExpiryAlert": True,
            "credentialsExpires": 2,
            "credentialsExpiresReminderInDays": 1_000_000_000,
        }
    )

    assert warn_of_passwords(NOW) == 0
    assert receivers(mailbox) == []


def test_a_job_that_begins_again_tells_nobody_twice(mailbox: Mailbox) -> None:
    person("soon", password_last_updated=NOW - 46 * DAY, account_expiry=NOW + DAY)
    store_settings({"credentialsExpiryAlert": True, "credentialsExpires": 2, "accountExpiryAlert": True})

    assert [warn_of_passwords(NOW), warn_of_passwords(NOW)] == [1, 0]
    assert [warn_of_expiry(NOW), warn_of_expiry(NOW)] == [1, 0]
    assert len(receivers(mailbox)) == 2


def test_a_mail_that_is_refused_does_not_keep_others_back(mailbox: Mailbox) -> None:
    store_settings({"accountExpiryAlert": True})
    person("bad", account_expiry=NOW + DAY, email="no address")
    person("good", account_expiry=NOW + DAY)

    warn_of_expiry(NOW)

    assert "good@example.org" in receivers(mailbox)


@pytest.mark.parametrize(
    "type",
    [JobType.FILE_RESOURCE_CLEANUP, JobType.DATA_VALUE_TRIM, JobType.LOCK_EXCEPTION_CLEANUP,
     JobType.DISABLE_INACTIVE_USERS, JobType.CREDENTIALS_EXPIRY_ALERT, JobType.ACCOUNT_EXPIRY_ALERT,
     JobType.REMOVE_USED_OR_EXPIRED_RESERVED_VALUES, JobType.HOUSEKEEPING],
)  # fmt: skip
def test_this_server_runs_the_type(type: JobType) -> None:
    assert find_declaration(type) is not None
    assert parameters_class(type) is find_declaration(type).parameters
