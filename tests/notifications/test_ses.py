"""Amazon SES takes each mail once; whatever it says or does not say, the right one is blamed, and nobody for us."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import urllib.request
from collections.abc import Sequence
from email import message_from_bytes, policy
from functools import partial

import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from infra import aws
from notifications.channels import Accepted, Down, Mail, Refused, Result, Unknown, Withheld
from notifications.channels.ses import SesChannel
from tests import standins
from tests.amazon import GARBLED, HANG_UP, HEALTHY, RESET, SILENT, Amazon, Answer, running
from tests.notifications.test_channels import Ledger, mail

SAM, LEE = "sam@example.org", "lee@example.org"


def deliver(channel: SesChannel, *mails: Mail) -> dict[str, Result]:
    ledger = Ledger()
    channel.deliver(mails, ledger)
    assert set(ledger.results) == {m.id for m in mails}
    for result in ledger.results.values():
        assert not re.search(r"[\w.]@|sam|lee", getattr(result, "why", ""))
    return ledger.results


def ses(**more: object) -> SesChannel:
    """A channel that waits half a second for answers, so that tests need not wait ten."""
    return SesChannel(partial(aws.client, patience=0.5), configuration_set="muster-test", **more)  # type: ignore[arg-type]


def test_a_mail_leaves_as_it_was_composed(amazon: Amazon) -> None:
    """To one recipient, from the sender on record, in the configuration set, with the tags that its events carry."""
    (result,) = deliver(ses(), mail(SAM, id="N-7K3QX2-0123abcd", text="Blodau i Siân\n")).values()
    assert result == Accepted("0100-1")
    (sent,) = amazon.seen
    assert (sent["to"], sent["sender"], sent["set"]) == (SAM, "muster@example.org", "muster-test")
    assert sent["tags"] == {"message": "N-7K3QX2-0123abcd", "attempt": "0"}
    assert sent["raw"].isascii()  # SES takes no 8-bit parts
    read = message_from_bytes(sent["raw"], policy=policy.default)
    assert read["Subject"] == "Can you help?"
    body = read.get_body(("plain",))
    assert body is not None
    assert "Siân" in body.get_content()


def test_the_same_mail_twice_is_the_same_to_the_last_byte(amazon: Amazon) -> None:
    """C04: should a mail go twice, its reader sees one mail twice and not two."""
    channel = ses()
    for _ in range(2):
        deliver(channel, mail(SAM, text="Blodau i Siân\n"))
    first, second = amazon.seen
    assert first["raw"] == second["raw"]


@pytest.mark.parametrize("way", [HANG_UP, RESET, GARBLED, SILENT])
def test_an_answer_that_is_lost_is_not_asked_for_twice(amazon: Amazon, way: str) -> None:
    """C06, C07: the reply never comes: SES saw one request, and whether it took the mail is not known."""
    amazon.answers = {SAM: [Answer(way=way)]}
    results = deliver(ses(), mail(SAM), mail(LEE))
    assert isinstance(results["sam"], Unknown)
    assert isinstance(results["lee"], Accepted)  # one bad mail stops no other
    assert amazon.taken.count(SAM) == 1


def test_nobody_is_there(amazon: Amazon) -> None:
    """C08: no connection at all: surely not taken, no mail's fault, none counts against an address."""
    with running() as gone:
        pass
    nowhere = SesChannel(lambda service, **more: _moved(aws.client(service, **more), gone.address))
    results = deliver(nowhere, mail(SAM), mail(LEE))
    assert all(isinstance(result, Down) for result in results.values())


def _moved(client: object, address: str) -> object:
    import boto3

    return boto3.client(client.meta.service_model.service_name, endpoint_url=address, config=client.meta.config)  # type: ignore[attr-defined]


# what SES says: code, words, and what that makes of the mail

OURS = [
    (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    (400, "ThrottlingException", "Daily message quota exceeded."),
    (400, "LimitExceededException", "Too many."),
    (400, "AccountSuspendedException", "Sending is suspended."),
    (400, "SendingPausedException", "Sending paused for this account."),
    (400, "MailFromDomainNotVerifiedException", "not verified"),
    (404, "NotFoundException", "Configuration set <muster-test> does not exist."),
    (403, "AccessDeniedException", "User is not authorized to perform ses:SendEmail on muster@example.org"),
    (403, "ExpiredTokenException", "The security token included in the request is expired"),
    (400, "MessageRejected", "Email address is not verified. The following identities failed the check: "
                             "muster@example.org, example.org"),
    (503, "ServiceUnavailable", "Please try again"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "code", "words"), OURS)
def test_what_ses_would_say_to_anybody_is_no_mails_fault(amazon: Amazon, status: int, code: str, words: str) -> None:
    """S15, C08: throttled, paused, suspended, not allowed: nothing is lost, nobody is blamed, nothing more is begun."""
    amazon.answers = {SAM: [Answer(status, code, words)]}
    results = deliver(ses(rate=2), mail(SAM), mail("a@good.test"), mail("b@good.test"))
    assert all(isinstance(result, Down) for result in results.values()), results
    assert code in results["sam"].why  # type: ignore[union-attr]
    assert len(amazon.seen) == 1


def test_whoever_waits_for_their_turn_does_not_begin_either(amazon: Amazon) -> None:
    """S15: several are at it; the first is told that sending is paused; the next, whose moment has not come, is not
    tried."""
    amazon.account = account(MaxSendRate=6.0)
    amazon.answers = {f"p{n}@good.test": [Answer(400, "SendingPausedException", "paused")] for n in range(6)}
    results = deliver(ses(), *(mail(f"p{n}@good.test") for n in range(6)))
    assert all(isinstance(result, Down) for result in results.values())
    assert len(amazon.seen) == 1


@pytest.mark.parametrize(("code", "words", "theirs"), [
    ("BadRequestException", "Illegal address", True),
    ("BadRequestException", "Missing final '@domain'", True),
    ("MessageRejected", "Address has an invalid domain name: sam@example..org", True),
    ("MessageRejected", "Virus found", False),
    ("BadRequestException", "Illegal address in From: muster@example.org", False),
    ("MessageRejected", "Email address is not verified. The following identities failed the check: sam@good.test",
     False),
    ("SomethingNew", "We have thought of another reason", False),
])  # fmt: skip
def test_a_recipient_is_blamed_for_their_own_address_alone(amazon: Amazon, code: str, words: str, theirs: bool) -> None:
    """A37, S03, S13: our words, our sender or a sandbox that may not write to Sam spoil no address of his; and the
    other mails go."""
    amazon.answers = {"sam@good.test": [Answer(400, code, words)]}
    results = deliver(ses(), mail("sam@good.test"), mail("bob@good.test"))
    assert isinstance(results["sam"], Refused)
    assert (results["sam"].code, results["sam"].recipient_bad) == (400, theirs)
    assert isinstance(results["bob"], Accepted)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_ses_breaks_with_our_mail_in_hand(amazon: Amazon, status: int) -> None:
    """C05: it may have been taken before something broke: not known, and SES is not asked again at once."""
    amazon.answers = {SAM: [Answer(status, "InternalFailure", "Something is wrong")]}
    assert isinstance(deliver(ses(), mail(SAM))["sam"], Unknown)
    assert len(amazon.seen) == 1


def test_an_address_that_no_mail_can_reach_is_not_tried(amazon: Amazon) -> None:
    """E17: what cannot be written in a mail is refused here; SES never sees it."""
    results = deliver(ses(), mail("ok@good.test", id="ok"), replaced(mail("ok@good.test"), to="a b@good.test"))
    assert isinstance(results["ok"], Accepted)
    refused = results["odd"]
    assert isinstance(refused, Refused)
    assert refused.recipient_bad
    tag = deliver(ses(), replaced(mail("ok@good.test"), id="spaces and \u2603"))["spaces and \u2603"]
    assert isinstance(tag, Refused)
    assert not tag.recipient_bad
    assert len(amazon.seen) == 1


def replaced(given: Mail, **more: str) -> Mail:
    from dataclasses import replace

    return replace(given, **({"id": "odd"} | more))  # type: ignore[arg-type]


# what the account may send


def account(**quota: float) -> dict[str, object]:
    return {**HEALTHY, "SendQuota": {**HEALTHY["SendQuota"], **quota}}


def test_no_faster_than_the_account_may(amazon: Amazon) -> None:
    """The rate is four fifths of the account's, looked up once for many mails, and not faster than our own setting."""
    amazon.account = account(MaxSendRate=25.0)
    deliver(ses(), *(mail(f"p{n}@good.test") for n in range(11)))
    times = sorted(request["at"] for request in amazon.seen)
    assert times[-1] - times[0] > 0.3  # ten gaps of a twentieth of a second, as they arrive
    assert amazon.looks == 1
    amazon.seen.clear()
    deliver(ses(rate=10), *(mail(f"p{n}@good.test") for n in range(4)))
    times = sorted(request["at"] for request in amazon.seen)
    assert times[-1] - times[0] > 0.15


def test_several_are_on_their_way_at_once(amazon: Amazon) -> None:
    """A slow answer holds up nobody else: sixteen at a time."""
    amazon.slow = 0.2
    deliver(ses(), *(mail(f"p{n}@good.test") for n in range(32)))
    assert amazon.most_at_once > 8


def test_the_last_of_the_day_is_for_urgent_mails(amazon: Amazon) -> None:
    """S14: the day's quota is nearly used: what is urgent leaves, the rest waits, and the reason can be read."""
    amazon.account = account(Max24HourSend=200.0, SentLast24Hours=188.0)
    mails = [mail(f"p{n}@good.test") for n in range(4)]
    urgent = [mail(f"u{n}@good.test", urgent=True) for n in range(3)]
    results = deliver(ses(rate=2), *mails, *urgent)
    assert amazon.taken == ["u0@good.test", "u1@good.test", "u2@good.test"]
    waiting = results["p3"]
    assert isinstance(waiting, Down)
    assert "quota is nearly used" in waiting.why


@pytest.mark.parametrize("stopped", [{"SendingEnabled": False}, {"EnforcementStatus": "SHUTDOWN"}])
def test_an_account_that_is_stopped(
    amazon: Amazon, stopped: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """S15: not one mail is tried, none is lost, and the log says so loudly; when it may again, they go at once."""
    amazon.account = {**HEALTHY, **stopped}
    channel = ses()
    with caplog.at_level(logging.ERROR):
        results = deliver(channel, mail(SAM), mail(LEE))
    assert all(isinstance(result, Down) for result in results.values())
    assert amazon.seen == []
    assert "nothing more is sent for now" in caplog.text
    amazon.account = HEALTHY
    assert isinstance(deliver(channel, mail(SAM))["sam"], Accepted)


def test_a_quota_that_cannot_be_read(amazon: Amazon, caplog: pytest.LogCaptureFixture) -> None:
    """We may send but not ask: mails leave at what any account may, one a second, and the log says why."""
    amazon.account = Answer(403, "AccessDeniedException", "not authorized to perform ses:GetAccount")
    with caplog.at_level(logging.WARNING):
        began = time.monotonic()
        results = deliver(ses(), mail(SAM), mail(LEE))
    assert all(isinstance(result, Accepted) for result in results.values())
    assert time.monotonic() - began > 0.9
    assert "AccessDenied" in caplog.text


# the contract of every channel


def test_what_is_not_to_go_any_more_is_not_begun(amazon: Amazon) -> None:
    """A need put on hold keeps back the mails that were claimed and not begun."""
    ledger = Ledger()
    ses().deliver([mail(SAM), mail(LEE)], ledger, lambda m: m.id == "lee")
    assert ledger.results["sam"] == Withheld()
    assert amazon.taken == [LEE]


def test_an_error_while_settling_begins_no_further_mail(amazon: Amazon) -> None:
    """C21: the process is told to stop: the mails on the wire are finished, and no other is begun."""
    amazon.account = account(MaxSendRate=5.0)

    def settle(mail: Mail, result: Result) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ses().deliver([mail(f"p{n}@good.test") for n in range(30)], settle)
    assert len(amazon.seen) <= 4


def test_no_region_and_no_credentials(monkeypatch: pytest.MonkeyPatch, amazon: Amazon) -> None:
    """Whoever has not said where AWS is learns it as "nothing can be sent", not as a crash; no mail is blamed."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    aws.forget_clients()
    result = deliver(ses(), mail(SAM))["sam"]
    assert isinstance(result, Down)
    assert "NoRegion" in result.why


# the stand-ins, for what they really do


def test_ministack_takes_it(on_ministack: str) -> None:
    """The request is one that an independent SES understands: the mail can be read there."""
    to = f"sam-{time.time_ns()}@example.org"
    aws.client("sesv2").create_email_identity(EmailIdentity="muster@example.org")
    (result,) = deliver(SesChannel(aws.client), mail(to, text="Can you help Amina?\n")).values()
    assert isinstance(result, Accepted)
    with urllib.request.urlopen(f"{on_ministack}/_ministack/ses/messages") as answer:  # noqa: S310 - on loopback
        messages = [row for rows in json.load(answer)["messages"].values() for row in rows if row["To"] == [to]]
    assert [(row["MessageId"], row["Subject"]) for row in messages] == [(result.provider_id, "Can you help?")]
    assert "Can you help Amina?" in messages[0]["BodyText"]


def test_moto_takes_it_once_the_sender_is_verified(amazon: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the sender is verified everything waits; then the mail leaves, to the last byte. (Moto knows no accounts:
    that is asked of another.)"""
    quota = _moved(aws.client("sesv2"), amazon.address)
    for name in ("AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name)
    aws.forget_clients()
    with mock_aws():
        channel = SesChannel(lambda service, tries=4: aws.client(service, tries=1) if tries == 1 else quota)
        assert isinstance(deliver(channel, mail(SAM))["sam"], Down)
        aws.client("sesv2").create_email_identity(EmailIdentity="muster@example.org")
        assert isinstance(deliver(channel, mail(SAM))["sam"], Accepted)
        (sent,) = ses_backends[DEFAULT_ACCOUNT_ID][standins.REGION].sent_messages
        assert sent.raw_data == mail(SAM).raw.decode()


def test_threads_end_with_the_batch(amazon: Amazon) -> None:
    """A worker that lives for months keeps no thread of a batch that is over."""
    before = threading.active_count()
    channel = ses()
    for _ in range(3):
        mails: Sequence[Mail] = [mail(f"p{n}@good.test") for n in range(20)]
        channel.deliver(mails, Ledger())
    alive = [thread.name for thread in threading.enumerate() if thread.name.startswith("ses")]
    assert alive == []
    assert threading.active_count() >= before
