"""Amazon SNS takes each text once, to a mobile, and nobody who has opted out is texted."""

from __future__ import annotations

from functools import partial

import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from infra import aws
from notifications.channels import Accepted, Down, Mail, Refused, Result, Unknown
from notifications.channels.sns import SnsChannel
from tests import standins
from tests.amazon import HANG_UP, RESET, SILENT, Amazon, Answer
from tests.notifications.test_channels import Ledger

OLA, DANA = "+447700900010", "+447700900011"
OPTED_OUT = "+447700900099"  # in moto, those that end so
WORDS = "Ambleford Council: N-7K3QX2 needs an officer. http://town.example.org/t/k1.x"


def text(to: str, words: str = WORDS) -> Mail:
    return Mail(to, to, f"To: {to}\n\n{words}\n".encode(), "muster@example.org", urgent=True)


def deliver(channel: SnsChannel, *texts: Mail) -> dict[str, Result]:
    ledger = Ledger()
    channel.deliver(texts, ledger)
    assert set(ledger.results) == {one.id for one in texts}
    for result in ledger.results.values():
        assert "7700" not in getattr(result, "why", "")
    return ledger.results


def sns(sender: str = "") -> SnsChannel:
    return SnsChannel(partial(aws.client, patience=0.5), sender=sender)


def test_a_text_leaves_with_its_words_alone(amazon: Amazon) -> None:
    """To the number as networks write it, at once and not as an advertisement, for half a dollar at most."""
    assert deliver(sns("Ambleford"), text("07700 900010"))["07700 900010"] == Accepted("text-1")
    (sent,) = amazon.seen
    assert (sent["to"], sent["words"]) == (OLA, WORDS)
    pairs = [(key, value) for key, value in sent["asked"].items() if key.startswith("MessageAttributes")]
    assert {value for _, value in pairs} >= {"Transactional", "Ambleford", "0.50", "AWS.SNS.SMS.MaxPrice"}


def test_without_a_name_the_accounts_own_is_shown(amazon: Amazon) -> None:
    """`MUSTER_SMS=sns`: what the account shows as its sender stays as it is."""
    deliver(sns(), text(OLA))
    assert "SenderID" not in str(amazon.seen[0]["asked"])


def test_who_has_opted_out_is_not_texted(amazon: Amazon) -> None:
    """S18: Dana's number is left out, and says why; Ola has hers."""
    amazon.opted_out = {DANA}
    results = deliver(sns(), text(DANA), text(OLA))
    assert results[DANA] == Refused(0, "They have asked for no text messages.", recipient_bad=True)
    assert amazon.taken == [OLA]


@pytest.mark.parametrize("way", [HANG_UP, RESET, SILENT])
def test_an_answer_that_is_lost_is_not_asked_for_twice(amazon: Amazon, way: str) -> None:
    """C06, C07: SNS saw one request, and whether it took the text is not known."""
    amazon.answers = {OLA: [Answer(way=way)]}
    assert isinstance(deliver(sns(), text(OLA))[OLA], Unknown)
    assert amazon.taken == [OLA]


@pytest.mark.parametrize(("status", "code", "words", "expected"), [
    (400, "InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {OLA} is not valid to publish to", "theirs"),
    (400, "InvalidParameter", "Invalid parameter: Message too long", "ours"),
    (403, "AuthorizationError", f"User is not authorized to perform: SNS:Publish on resource: {OLA}", "down"),
    (429, "Throttled", "Rate exceeded", "down"),
    (500, "InternalError", "sorry", "unknown"),
    (503, "ServiceUnavailable", "later", "down"),
])  # fmt: skip
def test_what_sns_says(amazon: Amazon, status: int, code: str, words: str, expected: str) -> None:
    """A37: a number is blamed for itself alone; what SNS would say to any text ends the delivery."""
    amazon.answers = {OLA: [Answer(status, code, words)]}
    results = deliver(sns(), text(OLA), text(DANA))
    kinds = {"theirs": Refused, "ours": Refused, "down": Down, "unknown": Unknown}
    assert type(results[OLA]) is kinds[expected]
    if isinstance(results[OLA], Refused):
        assert results[OLA].recipient_bad is (expected == "theirs")  # type: ignore[union-attr]
    assert isinstance(results[DANA], Down if expected == "down" else Accepted)


def test_a_number_that_is_none(amazon: Amazon) -> None:
    """What no network knows is refused here; SNS never sees it."""
    refused = deliver(sns(), text("ring the bell"))["ring the bell"]
    assert isinstance(refused, Refused)
    assert refused.recipient_bad
    assert amazon.seen == []


def test_moto_takes_it() -> None:
    """The request is one that an independent SNS understands, and its list of those who opted out is asked."""
    aws.forget_clients()
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", standins.REGION)
        results = deliver(SnsChannel(aws.client), text(OLA), text(OPTED_OUT))
        assert isinstance(results[OLA], Accepted)
        assert isinstance(results[OPTED_OUT], Refused)
        sent = sns_backends[DEFAULT_ACCOUNT_ID][standins.REGION].sms_messages
        assert [(number, words) for number, words, *_ in sent.values()] == [(OLA, WORDS)]
    aws.forget_clients()


def test_ministack_takes_it(on_ministack: str) -> None:
    """And a second one."""
    assert isinstance(deliver(SnsChannel(aws.client), text(OLA))[OLA], Accepted)
