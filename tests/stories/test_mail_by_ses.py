"""Mail by Amazon SES, from the first ask to the last event: real requests, a real town, and what SES tells later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from domain.needs import Outcome
from infra import aws
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.settings import Settings
from infra.store import MessageState
from notifications.channels import open_channel, open_texts
from tasks.checking_promises import find_broken_promises
from tasks.receipts import Came, receive
from tests import standins
from tests.amazon import HANG_UP, Amazon, Answer, running
from tests.people import playbook, round_of
from tests.sesevents import TOPIC, record
from tests.town import Town, town_at

ONE_BY_ONE = playbook(round_of("neighbours", ask=1, patience="2h"))
OLA = "+447700900010"


@dataclass
class Postbox:
    """Where the town reads what Amazon took."""

    amazon: Amazon

    def received(self) -> list[dict[str, Any]]:
        return [{"raw": sent["raw"].decode()} for sent in self.amazon.seen if sent["taken"] and "raw" in sent]


@dataclass
class AmazonTown:
    """A town whose mails and texts leave through Amazon, and what Amazon tells of them."""

    town: Town
    amazon: Amazon
    door: Door

    def tells(self, person: str, kind: str, **details: Any) -> Came:
        """What becomes of the newest mail to somebody."""
        sent = next(sent for sent in reversed(self.amazon.seen) if sent["to"].startswith(person))
        came = receive(self.door, record(sent["tags"]["message"], kind, **details))
        self.town.settle()
        return came


@pytest.fixture
def by_ses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonTown]:
    with running() as amazon, town_at(tmp_path, load_catalogue()) as town:
        for name, value in standins.aws_environment(amazon.address).items():
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        chosen = {"email": "ses://muster-test", "sms": "sns", "receipts_topic": TOPIC}
        settings = Settings(**{**town.door.settings.model_dump(), **chosen})
        town.door = replace(town.door, settings=settings)
        town.channel = open_channel(settings.email, town.home, 0, aws.client)
        town.texts = open_texts(settings.texts, town.home, aws.client)
        town.server = Postbox(amazon)  # type: ignore[assignment]
        yield AmazonTown(town, amazon, town.door)
        aws.forget_clients()


def test_sams_mail_bounces_and_the_next_is_asked(by_ses: AmazonTown) -> None:
    """S01: SES takes Sam's mail, and learns a second later that nobody is there: Zoe is asked at once, says yes, and
    Amina is told; no hour of hers is spent waiting for Sam."""
    town = by_ses.town
    town.has("Sam", "volunteer", "lift")
    town.has("Zoe", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    assert by_ses.tells("sam", "Send") is Came.old
    assert by_ses.tells("sam", "Bounce") is Came.recorded
    town.inbox("Zoe").expects("Can you help").and_says_yes()
    town.inbox("Zoe").expects("you have promised")
    town.inbox("Zoe").expects("Private")
    town.inbox("Amina").expects("will help you")
    assert by_ses.tells("sam", "Bounce") is Came.old
    assert "No address we have for Sam works, so we count it as a no." in town.says(need)
    assert town.counts(need) == {"lift": 1}
    town.quiet()


def test_a_slow_mail_is_a_mail_all_the_same(by_ses: AmazonTown) -> None:
    """A35: SES tells that Bob's server is slow with his ask, and Amina needs nothing any more: Bob is told, for the ask
    may be with him by then."""
    town = by_ses.town
    town.has("Bob", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Bob").expects("Can you help")
    assert by_ses.tells("bob", "DeliveryDelay") is Came.recorded
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Bob").expects("No longer needed")


def test_a_returned_list_reaches_no_need(by_ses: AmazonTown) -> None:
    """S01, A40: one mail asks Bob for three needs, SES takes it, and it comes back a second later: each goes on."""
    town = by_ses.town
    town.has("Bob", "volunteer", "food-parcel", weekly_limit=9)
    needs = [town.resident_needs(f"Food {n}", "food-parcel:1", playbook=ONE_BY_ONE, email=None) for n in range(3)]
    town.time_passes("10m")
    assert by_ses.tells("bob", "Bounce") is Came.recorded
    assert ["undeliverable" in town.story(need) for need in needs] == [False, True, True]


def test_a_reply_that_was_lost(by_ses: AmazonTown) -> None:
    """C06: SES takes Sam's mail and its reply is lost: the event says that it was taken, and he has it once."""
    town = by_ses.town
    by_ses.amazon.answers = {"sam@example.org": [Answer(way=HANG_UP)]}
    town.has("Sam", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    assert town.rows(need, "invitation")[0].state is MessageState.unknown
    assert by_ses.tells("sam", "Send", ses_id="0100-99") is Came.recorded
    town.time_passes("1h")
    assert by_ses.amazon.taken.count("sam@example.org") == 1
    assert town.rows(need, "invitation")[0].provider_id == "0100-99"
    town.quiet()


def test_sending_is_paused_for_an_hour(by_ses: AmazonTown) -> None:
    """S15: Amazon pauses the account: nothing is lost, nobody counts as out of reach, the check of promises says that
    messages are stuck; when it goes on, each mail leaves once."""
    town = by_ses.town
    paused = Answer(400, "SendingPausedException", "Sending paused for this account.")
    by_ses.amazon.answers = {"amina@example.org": [paused], "sam@example.org": [paused]}
    town.has("Sam", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.time_passes("20m")
    assert by_ses.amazon.taken == []
    assert {row.state for row in town.rows(need)} == {MessageState.pending}
    assert any(
        "on their way for more than 15 minutes" in problem
        for problem in find_broken_promises(town.door.store, town.moment)
    )
    by_ses.amazon.answers = {}
    town.time_passes("15s")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    assert town.story(need) == ["opened", "asked"]
    town.quiet()


def test_an_officer_is_texted_too(by_ses: AmazonTown) -> None:
    """A need nobody can meet: Ola has a mail by SES and a text by SNS, with the same link."""
    town = by_ses.town
    town.has_officer("Ola", phone=OLA)
    town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request, and are still looking")
    mail = town.inbox("Ola").expects("Nobody to ask")
    (text,) = [sent for sent in by_ses.amazon.seen if sent["to"] == OLA]
    assert mail.link in text["words"]
    assert town.texted() == []  # none is written beside
    town.quiet()


def test_texts_to_somebody_who_wants_none(by_ses: AmazonTown) -> None:
    """S18: Ola has opted out of texts: her mail comes, no text is tried, nothing is thought to be wrong."""
    town = by_ses.town
    by_ses.amazon.opted_out = {OLA}
    town.has_officer("Ola", phone=OLA)
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request, and are still looking")
    town.inbox("Ola").expects("Nobody to ask")
    (row,) = [row for row in town.rows(need, "officer-task") if row.message.channel == "sms"]
    assert (row.state, row.why) == (MessageState.bounced, "They have asked for no text messages.")
    town.quiet()
