"""Queued mails, and how they get to the mail server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from configuration.settings import store_settings, system_setting
from mailing.delivery import CLAIM, GIVEN_UP_AFTER, MOST_AT_ONCE, deliver_due, forget_old
from mailing.models import Mail, MailPart
from mailing.queueing import InlinePart, MailDraft, queue_mails
from tests.harness.mail import Mailbox
from tests.harness.queries import query_counter

pytestmark = pytest.mark.django_db
ANN, BOB = "ann@example.org", "bob@example.org"


def queue(cause: str = "message:1", to: tuple[str, ...] = (ANN,), **members: Any) -> bool:
    draft = MailDraft(**({"cause": cause, "to": to, "subject": "Hello", "text": "How are you?"} | members))
    return queue_mails([draft]) == 1


def come_due() -> None:
    Mail.objects.update(due=timezone.now())


def only_mail() -> Mail:
    return Mail.objects.get()


def test_a_queued_mail_is_sent_once(mailbox: Mailbox) -> None:
    assert queue() is True
    assert mailbox.messages == []

    assert deliver_due() == 1
    come_due()
    assert deliver_due() == 0

    (message,) = mailbox.messages
    assert (message["Subject"], message["To"], mailbox.last_text().strip()) == ("Hello", ANN, "How are you?")
    assert message["From"] == '"DHIS 2 message [No reply]" <server@example.org>'
    assert (message["Message-ID"], message["Auto-Submitted"]) == (only_mail().message_id, "auto-generated")
    assert only_mail().status == "SENT"


def test_of_one_cause_there_is_one_mail(mailbox: Mailbox) -> None:
    assert queue() is True
    assert queue(text="Something else") is False
    deliver_due()
    assert queue() is False
    deliver_due()

    assert len(mailbox.messages) == 1


def test_many_are_queued_in_as_many_queries_as_few(db: None) -> None:
    def count(name: str, number: int) -> int:
        drafts = [
            MailDraft(f"{name}:{n}", [ANN], "A", "B", "<p>", [InlinePart("a", "image/png", b"1")])
            for n in range(number)
        ]
        with query_counter() as queries:
            assert queue_mails(drafts) == number
        return queries.count

    assert count("few", 2) == count("many", 20)


def test_long_causes_are_told_apart(mailbox: Mailbox) -> None:
    long = "x" * 400

    assert [queue(long + "a"), queue(long + "b"), queue(long + "a")] == [True, True, False]


def test_a_mail_of_a_transaction_that_is_rolled_back_is_none(mailbox: Mailbox) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError

    assert deliver_due() == 0


def test_several_receivers_do_not_see_each_other(mailbox: Mailbox) -> None:
    queue(to=(ANN, BOB, ANN))
    deliver_due()

    (message,) = mailbox.messages
    assert mailbox.receivers == [[ANN, BOB]]
    assert ANN not in str(message) and BOB not in str(message)


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.org", "ann@example.org\nBcc: eve@example.org", "@x"])
def test_what_is_no_address_is_left_out(mailbox: Mailbox, address: str) -> None:
    assert queue("1", to=(address,)) is False
    assert queue("2", to=(address, BOB)) is True
    deliver_due()

    assert mailbox.receivers == [[BOB]]


def test_a_subject_stays_one_line(mailbox: Mailbox) -> None:
    queue(subject="Hello\r\nBcc: eve@example.org\n")
    deliver_due()

    assert mailbox.messages[0]["Subject"] == "Hello Bcc: eve@example.org"
    assert mailbox.receivers == [[ANN]]


def test_html_brings_its_pictures(mailbox: Mailbox) -> None:
    queue(html='<img src="cid:chart1">', parts=[InlinePart("chart1", "image/png", b"\x89PNG")])
    deliver_due()

    parts = {part.get_content_type(): part for part in mailbox.messages[0].walk()}
    assert parts["text/plain"].get_payload(decode=True).strip() == b"How are you?"
    assert b"cid:chart1" in parts["text/html"].get_payload(decode=True)
    assert parts["image/png"]["Content-ID"] == "<chart1>"
    assert parts["image/png"].get_payload(decode=True) == b"\x89PNG"


def test_what_was_sent_is_not_kept(mailbox: Mailbox) -> None:
    queue(html="<p>secret</p>", parts=[InlinePart("a", "image/png", b"1")])
    deliver_due()

    mail = only_mail()
    assert (mail.subject, mail.text, mail.html, mail.recipients) == ("", "", None, [])
    assert not MailPart.objects.exists()


@pytest.mark.parametrize("reply", ["451 Try again later", "421 Busy", "452 Full"])
def test_a_mail_that_is_put_off_comes_later_under_the_same_name(mailbox: Mailbox, reply: str) -> None:
    queue()
    message_id = only_mail().message_id
    mailbox.replies = [reply]

    assert deliver_due() == 1
    assert deliver_due() == 0  # not before its pause is over
    mail = only_mail()
    assert (mail.status, mail.error[:3], mail.attempts) == ("QUEUED", reply[:3], 1)
    assert mail.due > timezone.now() + timedelta(seconds=50)

    come_due()
    deliver_due()
    assert [message["Message-ID"] for message in mailbox.messages] == [message_id]
    assert only_mail().status == "SENT"


def test_pauses_grow(mailbox: Mailbox) -> None:
    queue()
    pauses = []
    for _ in range(10):
        mailbox.replies = ["451 Later"]
        come_due()
        deliver_due()
        pauses.append(round((only_mail().due - timezone.now()).total_seconds()))

    assert pauses == sorted(pauses)
    assert pauses[-1] > 5 * 3600


def test_after_five_days_it_is_given_up(mailbox: Mailbox) -> None:
    queue()
    Mail.objects.update(created=timezone.now() - GIVEN_UP_AFTER)
    mailbox.replies = ["451 Later"]
    deliver_due()

    assert (only_mail().status, only_mail().refused) == ("FAILED", {ANN: "451 Later"})


def test_what_is_refused_for_good_is_not_tried_again(mailbox: Mailbox) -> None:
    queue()
    mailbox.replies = ["554 No such thing here"]
    deliver_due()
    come_due()

    assert deliver_due() == 0
    assert (only_mail().status, only_mail().error) == ("FAILED", "554 No such thing here")


def test_who_has_it_does_not_get_it_again_because_of_others(mailbox: Mailbox) -> None:
    queue(to=(ANN, BOB, "eve@example.org"))
    mailbox.refused = {BOB: "450 Mailbox busy", "eve@example.org": "550 Unknown"}
    deliver_due()
    assert only_mail().recipients == [BOB]

    mailbox.refused = {}
    come_due()
    deliver_due()

    assert mailbox.receivers == [[ANN], [BOB]]
    mail = only_mail()
    assert (mail.status, mail.accepted, mail.refused) == ("SENT", 2, {"eve@example.org": "550 Unknown"})


def test_who_was_not_asked_before_the_server_went_is_asked_again(mailbox: Mailbox) -> None:
    queue(to=(ANN, BOB))
    queue("message:2")
    mailbox.refused = {ANN: "421 Going down"}
    deliver_due()
    assert (Mail.objects.get(cause="message:1").recipients, mailbox.receivers) == ([ANN, BOB], [])

    mailbox.refused = {}
    come_due()
    deliver_due()
    assert sorted(mailbox.receivers) == [[ANN], [ANN, BOB]]


def test_a_name_that_is_written_otherwise_on_the_way_is_known_again(mailbox: Mailbox) -> None:
    foreign = "ann@ex\u00e4mple.org"
    queue(to=(foreign, BOB))
    mailbox.refused = {"ann@xn--exmple-cua.org": "450 Mailbox busy"}
    deliver_due()

    assert (only_mail().status, only_mail().recipients, mailbox.receivers) == ("QUEUED", [foreign], [[BOB]])


def test_many_receivers_are_named_some_at_a_time(mailbox: Mailbox) -> None:
    everybody = [f"u{n}@example.org" for n in range(MOST_AT_ONCE + 5)]
    queue(to=tuple(everybody))
    deliver_due()

    assert [len(some) for some in mailbox.receivers] == [MOST_AT_ONCE, 5]
    assert [to for some in mailbox.receivers for to in some] == everybody
    assert (only_mail().status, only_mail().accepted) == ("SENT", len(everybody))
    assert {message["To"] for message in mailbox.messages} == {None}


def test_who_has_it_keeps_it_when_the_next_ones_are_put_off(mailbox: Mailbox) -> None:
    everybody = [f"u{n}@example.org" for n in range(MOST_AT_ONCE + 5)]
    queue(to=tuple(everybody))
    mailbox.refused = {everybody[-1]: "421 Going down"}
    deliver_due()

    assert only_mail().recipients == everybody[MOST_AT_ONCE:]
    assert (only_mail().status, only_mail().accepted) == ("QUEUED", MOST_AT_ONCE)


@pytest.mark.parametrize(("reply", "status"), [("550 Not you", "QUEUED"), ("552 Too large", "FAILED")])
def test_a_sender_who_is_refused_loses_nothing(mailbox: Mailbox, reply: str, status: str) -> None:
    """The sender is a setting, which somebody mends; but the size is the mail's own."""
    queue()
    mailbox.refused_sender = reply
    deliver_due()

    assert only_mail().status == status


def test_what_a_server_says_is_one_line_that_can_be_kept(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    queue(to=(ANN, BOB))
    mailbox.refused = {ANN: "550-Un\0known\r\n550 FORGED", BOB: "450-Bu\0sy\r\n450 FORGED"}
    deliver_due()

    assert (only_mail().refused, only_mail().error) == ({ANN: "550 Unknown FORGED"}, "450 Busy FORGED")
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_a_goodbye_changes_nothing(mailbox: Mailbox) -> None:
    queue()
    mailbox.goodbye = "221 " + "x" * 20_000  # more than a reply may have

    assert deliver_due() == 1
    assert only_mail().status == "SENT"


def test_a_setting_that_cannot_be_sent_is_not_told(mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    queue()
    store_settings({"keyEmailSender": "secret@ex ample.org"})
    deliver_due()

    assert (only_mail().status, mailbox.messages) == ("QUEUED", [])
    assert "secret" not in caplog.text + str(only_mail().error)


def test_what_cannot_be_made_into_a_mail_holds_up_no_other(mailbox: Mailbox) -> None:
    queue("message:1", parts=[InlinePart("a", "nothing", b"1")])
    queue("message:2", to=(BOB,))
    deliver_due()

    assert mailbox.receivers == [[BOB]]
    assert Mail.objects.get(cause="message:1").due > timezone.now()


def test_a_slow_server_gets_few_at_a_time(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is not given in time is put back: the claim would end while somebody still holds it."""
    monkeypatch.setattr("mailing.delivery.BATCH_SECONDS", -1.0)
    queue()

    assert deliver_due() == 0
    assert (only_mail().attempts, only_mail().due <= timezone.now()) == (0, True)


def test_without_anybody_who_takes_it_a_mail_has_failed(mailbox: Mailbox) -> None:
    queue(to=(ANN, BOB))
    mailbox.refused = {ANN: "550 Unknown", BOB: "550 Unknown"}
    deliver_due()

    assert only_mail().status == "FAILED"


def test_a_server_that_is_away_delays_and_loses_nothing(mailbox: Mailbox) -> None:
    for number in range(3):
        queue(f"message:{number}")
    port = system_setting("keyEmailPort")
    store_settings({"keyEmailPort": 1})

    assert deliver_due() == 1  # the others are not tried against a server that is not there
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1]
    assert set(Mail.objects.values_list("status", flat=True)) == {"QUEUED"}

    store_settings({"keyEmailPort": port})
    come_due()
    assert deliver_due() == 3
    assert len(mailbox.messages) == 3


def test_a_wrong_password_delays_and_loses_nothing(mailbox: Mailbox) -> None:
    queue()
    store_settings({"keyEmailPassword": "wrong"})  # a server that knows no passwords at all
    deliver_due()

    assert only_mail().status == "QUEUED"


def test_without_a_server_mails_wait(db: None) -> None:
    queue()

    assert deliver_due() == 0
    assert (only_mail().status, only_mail().attempts) == ("QUEUED", 0)


def test_a_mail_that_somebody_sends_just_now_is_left_to_him(mailbox: Mailbox) -> None:
    """And comes again if he died over it."""
    queue()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mailing_mail SET due = %s", [timezone.now() + CLAIM])

    assert deliver_due() == 0
    come_due()
    assert deliver_due() == 1


def test_what_is_done_is_forgotten_one_day(mailbox: Mailbox) -> None:
    queue("old")
    queue("new")
    deliver_due()
    Mail.objects.filter(cause="old").update(ended=timezone.now() - timedelta(days=91))

    forget_old()

    assert set(Mail.objects.values_list("cause", flat=True)) == {"new"}


def test_what_no_server_was_there_for_is_given_up(mailbox: Mailbox) -> None:
    """Else a server that is named one day would send what was said years before, and it would lie about until then."""
    queue("old", html="<p>secret</p>", parts=[InlinePart("a", "image/png", b"1")])
    queue("new")
    Mail.objects.filter(cause="old").update(created=timezone.now() - timedelta(days=6))
    forget_old()

    old = Mail.objects.get(cause="old")
    assert (old.status, old.recipients, old.text, old.html, old.ended is None) == ("FAILED", [], "", None, False)
    assert (MailPart.objects.count(), deliver_due()) == (0, 1)


def test_looking_for_mails_is_one_query_when_there_are_none(db: None) -> None:
    with query_counter() as queries:
        deliver_due()

    assert queries.count == 1
