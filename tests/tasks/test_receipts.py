"""What Amazon tells of our mails: believed from one place, acted upon once, in whatever order it comes."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.needs import Outcome
from infra import clock
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.settings import Settings
from infra.store import DELIVERING, MessageState, OutboxRow, StoreError
from notifications.channels.outbox import OutboxChannel
from tasks.hearing import News, Reception, hear
from tasks.receipts import Came, NotYet, receive
from tests.people import playbook, round_of
from tests.sesevents import DETAILS, TOPIC, bounce, enclosed, event, record
from tests.town import Town, town_at

ONE_BY_ONE = playbook(round_of("neighbours", ask=1, patience="2h"))
CATALOGUE = load_catalogue()


@contextmanager
def asked(home: Path) -> Iterator[tuple[Town, Door, str]]:
    """Bob has been asked, Sam would be next, Dana is on duty. With the town, the door of whoever hears of mails."""
    with town_at(home, CATALOGUE) as town:
        town.has_officer("Dana")
        town.has("Bob", "volunteer", "lift")
        town.has("Sam", "volunteer", "lift")
        need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
        town.inbox("Amina").expects("We have your request")
        town.inbox("Bob").expects("Can you help")
        yield town, listening(town), need


def listening(town: Town) -> Door:
    """The door of the receipts function: it knows where receipts come from."""
    heard_from = {"receipts_topic": TOPIC, "email": "ses://muster-test"}
    return replace(town.door, settings=Settings(**{**town.door.settings.model_dump(), **heard_from}))


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[tuple[Town, Door, OutboxRow]]:
    with asked(tmp_path) as (town, door, need):
        yield town, door, the_ask(town, need)


def the_ask(town: Town, need: str) -> OutboxRow:
    return town.rows(need, "invitation")[0]


def state_of(town: Town, row: OutboxRow) -> MessageState:
    return next(r.state for r in town.rows(row.message.need) if r.message.id == row.message.id)


Asked = tuple[Town, Door, OutboxRow]


# what each event makes of a mail, and of the need


@pytest.mark.parametrize(("kind", "details", "state"), [
    ("Send", {}, MessageState.accepted),
    ("Delivery", {}, MessageState.delivered),
    ("DeliveryDelay", {}, MessageState.delayed),
    ("Bounce", {}, MessageState.bounced),
    ("Bounce", bounce("Permanent", "OnAccountSuppressionList"), MessageState.bounced),
    ("Bounce", bounce("Transient", "MailboxFull"), MessageState.bounced),
    ("Bounce", bounce("Undetermined", "Undetermined"), MessageState.bounced),
    ("Bounce", bounce("Transient", "General"), MessageState.delayed),  # it may be an out-of-office answer
    ("Bounce", bounce("Transient", "ContentRejected"), MessageState.bounced),
    ("Reject", {}, MessageState.bounced),
    ("Complaint", {}, MessageState.complained),
    ("Complaint", {"complaint": {"complaintSubType": "OnAccountSuppressionList"}}, MessageState.bounced),
    ("Complaint", {"complaint": {"complaintFeedbackType": "not-spam"}}, None),
    ("Open", {}, None),
])  # fmt: skip
def test_what_is_recorded(ask: Asked, kind: str, details: dict[str, Any], state: MessageState | None) -> None:
    """Each of SES's events has its meaning; the row says what became of the mail, and why, without an address."""
    town, door, row = ask
    came = receive(door, record(row.message.id, kind, **details))
    assert came is {None: Came.nothing, MessageState.accepted: Came.old}.get(state, Came.recorded)
    assert state_of(town, row) is (state or MessageState.accepted)
    (now,) = [r for r in town.rows(row.message.need) if r.message.id == row.message.id]
    assert "@" not in (now.why or "")
    assert "sam" not in (now.why or "")
    town.settle()


def test_a_raw_event_is_as_good(ask: Asked) -> None:
    """A subscription may deliver the event without SNS's envelope."""
    town, door, row = ask
    assert receive(door, json.dumps(event(row.message.id, "Delivery"))) is Came.recorded
    assert state_of(town, row) is MessageState.delivered


def test_a_dead_address_asks_the_next_at_once(ask: Asked) -> None:
    """S01, S06: the only address of whoever was asked bounces: the next is asked without any wait."""
    town, door, row = ask
    receive(door, record(row.message.id, "Bounce", **bounce("Permanent", "OnAccountSuppressionList")))
    town.settle()
    assert "undeliverable" in town.story(row.message.need)
    town.inbox("Sam").expects("Can you help")
    (now,) = [r for r in town.rows(row.message.need) if r.message.id == row.message.id]
    assert "OnAccountSuppressionList" in (now.why or "")
    town.quiet()


def test_the_second_contact_is_asked_first(tmp_path: Path) -> None:
    """S02: an organisation has two addresses: the second is asked before anybody else is."""
    with town_at(tmp_path, CATALOGUE) as town:
        town.has("Sam", "volunteer", "lift", emails=("sam@example.org", "sam.at.work@example.org"))
        town.has("Zoe", "volunteer", "lift")
        need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
        town.inbox("Amina").expects("We have your request")
        town.inbox("Sam").expects("Can you help")
        receive(listening(town), record(the_ask(town, need).message.id, "Bounce"))
        town.settle()
        town.inbox("Sam").expects("Can you help")
        assert [row.message.contact for row in town.rows(need, "invitation")] == [0, 1]
        town.quiet()


def test_an_urgent_mail_that_is_held_up(tmp_path: Path) -> None:
    """S04: a delay of an urgent ask: the second address has it at once; the first link still answers."""
    with town_at(tmp_path, CATALOGUE) as town:
        town.has("Sam", "volunteer", "lift", emails=("sam@example.org", "sam.at.work@example.org"))
        need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE, urgent=True, needed_by="+1d")
        town.inbox("Amina").expects("We have your request")
        sam = town.inbox("Sam").expects("Urgent: can you help")
        receive(listening(town), record(the_ask(town, need).message.id, "DeliveryDelay"))
        town.settle()
        town.inbox("Sam").expects("Urgent: can you help")
        sam.and_says_yes().expects("you have promised")
        town.inbox("Sam").expects("Private")
        town.inbox("Amina").expects("will help you")
        town.quiet()


def test_words_a_server_will_not_take_are_our_fault(ask: Asked) -> None:
    """S03: their mail server refuses what we wrote: the ask stands, nobody's address is spoilt, an officer phones."""
    town, door, row = ask
    receive(door, record(row.message.id, "Bounce", **bounce("Transient", "ContentRejected")))
    receive(door, record(row.message.id, "Bounce", **bounce("Transient", "ContentRejected")))
    town.settle()
    town.inbox("Dana").expects("their mail server refused our email", "Take this task")
    assert "undeliverable" not in town.story(row.message.need)
    assert all(invitation.open for invitation in town.situation(row.message.need).invitations)
    town.quiet()


def test_a_resident_whose_mail_comes_back_is_phoned(ask: Asked) -> None:
    """Amina's address is dead, or her server will not have our words: Dana is asked to phone her, once for each."""
    town, door, row = ask
    (news,) = town.rows(row.message.need, to="resident")
    receive(door, record(news.message.id, "Bounce"))
    town.settle()
    town.inbox("Dana").expects("Phone the resident")
    town.quiet()


def test_a_complaint_mutes_and_an_officer_phones(ask: Asked) -> None:
    """S05: whoever marks our ask as unwanted is asked for nothing of its kind any more, and the next is asked."""
    town, door, row = ask
    receive(door, record(row.message.id, "Complaint"))
    town.settle()
    town.inbox("Dana").expects("they marked our email as unwanted")
    town.inbox("Sam").expects("Can you help")
    town.officer_closes(row.message.need, Outcome.withdrawn)
    town.inbox("Amina").expects("withdrawn")
    town.inbox("Sam").expects("No longer needed")
    town.time_passes("11m")
    another = town.resident_needs("Another lift", "lift:1", playbook=ONE_BY_ONE, who="Ada")
    town.inbox("Ada").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    assert [r.message.to for r in town.rows(another, "invitation")] == ["responder:sam"]
    town.quiet()


# a mail whose fate was not known


def sending(town: Town) -> tuple[str, OutboxRow]:
    """A deliverer has claimed Sam's mail and was stopped before it could say what became of it."""
    town.has("Sam", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE, email=None, phone="07700 900001", look=False)
    town.decides()
    lease = town.door.store.take_lease("deliver", "gone", town.moment, town.moment + timedelta(seconds=15))
    assert lease is not None
    (row,) = [r for r in town.door.store.claim(lease, town.moment, 10) if r.message.kind == "invitation"]
    return need, row


class Telling(OutboxChannel):
    """A channel that promises to say later what became of each mail."""

    tells = True


@pytest.mark.parametrize("kind", ["Send", "Delivery"])
def test_killed_after_ses_took_it(town: Town, kind: str) -> None:
    """C03: SES took it, the process died before it could write that down; the event comes in 5 s: one mail."""
    town.channel = Telling(town.home)
    _, row = sending(town)
    town.time_passes("5s")
    assert receive(listening(town), record(row.message.id, kind, ses_id="0100-7")) is Came.recorded
    town.time_passes("1h")
    town.inbox("Sam").expects_nothing()
    (now,) = town.rows(row.message.need, "invitation")
    assert (now.state.value, now.provider_id, now.attempt) == (
        "accepted" if kind == "Send" else "delivered", "0100-7", 1,
    )  # fmt: skip
    assert now.frozen is None


def test_killed_and_told_within_the_grace(town: Town) -> None:
    """C03: the next process finds the mail cut short: it waits two minutes, hears that it was taken, sends nothing."""
    town.channel = Telling(town.home)
    _, row = sending(town)
    town.time_passes("1m")
    assert state_of(town, row) is MessageState.unknown
    town.inbox("Sam").expects_nothing()
    assert receive(listening(town), record(row.message.id, "Send")) is Came.recorded
    town.time_passes("1h")
    town.inbox("Sam").expects_nothing()


def test_killed_and_never_told(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """C04, C05: nothing is heard: it goes once more after the grace, the same; what is heard late changes nothing, and
    that it came twice is counted."""
    town.channel = Telling(town.home)
    _, row = sending(town)
    town.time_passes("1m")
    town.inbox("Sam").expects_nothing()
    town.time_passes("2m")
    town.inbox("Sam").expects("Can you help")
    door = listening(town)
    assert receive(door, record(row.message.id, "Send", ses_id="0100-1")) is Came.old
    assert "was taken twice" in caplog.text
    town.time_passes("30m")
    town.quiet()


def test_an_answer_that_came_by_event_is_not_undone_by_the_sender(town: Town) -> None:
    """R09, C12: the event is faster than the process that sent it: its own note comes late and changes nothing."""
    _, row = sending(town)
    receive(listening(town), record(row.message.id, "Bounce", ses_id="0100-7"))
    (lease,) = [town.door.store.take_lease(DELIVERING[row.message.channel], "gone", town.moment, town.moment)]
    late = replace(row, state=MessageState.accepted, provider_id="0100-7")
    if lease:
        town.door.store.settle([late], lease)
    assert state_of(town, row) is MessageState.bounced
    town.settle()


def test_news_while_it_is_being_sent_again(town: Town) -> None:
    """The news is written upon the attempt that is under way, not upon the one it was read with."""
    _, row = sending(town)
    door = listening(town)
    overtaken = Overtaken(door, row)
    assert hear(replace(door, store=overtaken), row.message.need, row.message.id, News(MessageState.delivered)) is (  # type: ignore[arg-type]
        Reception.recorded
    )
    (now,) = town.rows(row.message.need, "invitation")
    assert (now.state, now.attempt) == (MessageState.delivered, 2)


class Overtaken:
    """A store in which another attempt begins between reading and writing, once."""

    def __init__(self, door: Door, row: OutboxRow) -> None:
        self._door, self._row, self._done = door, row, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._door.store, name)

    def settle(self, rows: list[OutboxRow], lease: Any = None) -> None:
        if not self._done:
            self._done = True
            later = clock.now() + timedelta(seconds=16)
            claimant = self._door.store.take_lease("deliver", "next", later, later + timedelta(seconds=15))
            assert claimant is not None
            self._door.store.claim(claimant, later, 10)
        self._door.store.settle(rows, lease)


# in any order, any number of times

TALE = ["Send", "DeliveryDelay", "Delivery", "Bounce", "Complaint"]


@given(order=st.lists(st.sampled_from(TALE), min_size=1, max_size=9))
@hypothesis_settings(max_examples=40)
def test_disorder_ends_the_same(order: list[str]) -> None:
    """C16, R10: each three times, shuffled: what says most is what stays, and what follows from it follows once."""
    with TemporaryDirectory() as home, asked(Path(home)) as (town, door, need):
        row = the_ask(town, need)
        for kind in order:
            receive(door, record(row.message.id, kind))
            town.settle()
        expected = max(["Send", *order], key=TALE.index)
        states = ["accepted", "delayed", "delivered", "bounced", "complained"]
        assert state_of(town, row).value == states[TALE.index(expected)]
        story = town.story(need)
        assert story.count("undeliverable") <= 1
        assert story.count("complained") == (1 if "Complaint" in order else 0)
        asked_of = [r.message.to for r in town.rows(need, "invitation")]
        ended = {"Bounce", "Complaint"} & set(order)
        assert len(asked_of) == len(set(asked_of)) == (2 if ended else 1)


def test_after_the_need_is_closed(ask: Asked) -> None:
    """R10: a bounce and a complaint after the end: recorded, the complaint is phoned about, nothing reopens."""
    town, door, row = ask
    town.officer_closes(row.message.need, Outcome.withdrawn)
    town.inbox("Amina").expects("withdrawn")
    town.inbox("Bob").expects("No longer needed")
    receive(door, record(row.message.id, "Bounce"))
    receive(door, record(row.message.id, "Complaint"))
    town.settle()
    assert town.situation(row.message.need).need.closed
    town.inbox("Dana").expects("unwanted")
    town.quiet()


# what is not ours, and what is nothing at all


def test_another_topic_is_refused(ask: Asked, caplog: pytest.LogCaptureFixture) -> None:
    """S12: whoever else may write into our queue is not believed: another topic, another's certificate, another
    account, another configuration set. Each is counted in the log, and nothing changes."""
    town, door, row = ask
    ours = event(row.message.id, "Bounce")
    mail = ours["mail"]
    foreign = [
        enclosed(ours, topic="arn:aws:sns:eu-west-2:123456789012:another"),
        enclosed(ours, topic="arn:aws:sns:eu-west-2:999999999999:muster-test-receipts"),
        enclosed(ours, certificate="https://s3.amazonaws.com/mine/SimpleNotificationService-1.pem"),
        enclosed(ours, certificate="https://sns.eu-west-2.amazonaws.com.example.org/x.pem"),
        enclosed({**ours, "mail": {**mail, "sendingAccountId": "999999999999"}}),
        enclosed({**ours, "mail": {**mail, "tags": {**mail["tags"], "ses:configuration-set": ["another"]}}}),
        json.dumps({**ours, "mail": {**mail, "sendingAccountId": "999999999999"}}),
    ]
    with caplog.at_level(logging.WARNING):
        assert [receive(door, body) for body in foreign] == [Came.refused] * len(foreign)
    assert caplog.text.count("receipt refused") == len(foreign)
    assert state_of(town, row) is MessageState.accepted
    town.quiet()


def test_without_a_topic_nothing_is_believed(ask: Asked) -> None:
    """Nobody has said where receipts come from: then none is believed."""
    town, _, row = ask
    assert receive(town.door, record(row.message.id, "Bounce")) is Came.refused
    assert state_of(town, row) is MessageState.accepted


@pytest.mark.parametrize("tag", [None, "", "M123", "N-7K3QX2", "N-7K3QX2-' OR 1=1 --", "N-7K3QX2-0\udcff"])
def test_no_tag_of_ours(ask: Asked, tag: str | None) -> None:
    """S11: an event that no mail of ours can have caused is ignored, and counted."""
    _, door, _ = ask
    told = event(tag or "", "Bounce")
    if tag is None:
        del told["mail"]["tags"]["message"]
    assert receive(door, enclosed(told)) is Came.unmatched


def test_a_message_that_is_not_known(ask: Asked) -> None:
    """S10: our shape, and nobody knows it: told again for five minutes, then counted and dropped."""
    town, door, row = ask
    unknown = row.message.id[:-4] + "ffff"
    elsewhere = "N-222222-" + "0" * 24
    for message in (unknown, elsewhere):
        body = record(message, "Bounce")
        with pytest.raises(NotYet):
            receive(door, body)
    town.time_passes("5m")
    for message in (unknown, elsewhere):
        assert receive(door, record(message, "Bounce", at=town.moment - timedelta(minutes=5))) is Came.unmatched


def test_a_message_that_was_never_sent(town: Town) -> None:
    """S11: it waits in the outbox and nobody has tried it: SES cannot have it; it is sent all the same."""
    town.has("Sam", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE, look=False)
    town.decides()
    (row,) = town.rows(need, "invitation")
    later = town.moment - timedelta(minutes=6)
    assert receive(listening(town), record(row.message.id, "Send", at=later)) is Came.unmatched
    town.settle()
    town.inbox("Sam").expects("Can you help")
    town.inbox("Amina").expects("We have your request")


POISON = [
    "", "null", "[]", "7", '"x"', "{}", "{", "\x00", "[" * 100_000, "{" * 1000, "x" * 2_000_000, "9" * 10_000,
    '{"Type": "Notification"}', '{"TopicArn": 7, "Message": {}}', enclosed("not json"), enclosed("[]"), enclosed({}),
    enclosed({"eventType": "Bounce"}), enclosed({"eventType": None, "mail": None}),
    enclosed({"eventType": {}, "mail": []}), enclosed("[" * 100_000),
]  # fmt: skip


@pytest.mark.parametrize("body", POISON, ids=range(len(POISON)))
def test_poison_is_dropped(ask: Asked, body: str) -> None:
    """C17: what cannot be read is counted and dropped, at once, and holds up no other."""
    town, door, row = ask
    assert receive(door, body) is Came.poison
    assert receive(door, record(row.message.id, "Delivery")) is Came.recorded
    assert state_of(town, row) is MessageState.delivered


@pytest.mark.parametrize("said", ["Successfully validated SNS topic for Amazon SES event publishing.",
                                  json.dumps({"notification": {"messageId": "x"}, "delivery": {"destination": "+447"},
                                              "status": "SUCCESS"})])  # fmt: skip
def test_what_is_no_event_of_a_mail(ask: Asked, said: str) -> None:
    """SES says once that it can be heard; a text message's status names no message of ours. Neither is poison."""
    _, door, _ = ask
    assert receive(door, enclosed(said)) is Came.nothing


@pytest.mark.parametrize("odd", ["0100-\ud800", "", "x" * 201, "sam@example.org\n", 7, None])
def test_an_id_that_is_none(ask: Asked, odd: object) -> None:
    """C17: of a message of ours, with an id that Amazon never gave: dropped, and nothing of it is kept."""
    town, door, row = ask
    told = event(row.message.id, "Delivery")
    told["mail"]["messageId"] = odd
    assert receive(door, enclosed(told)) is Came.poison
    assert state_of(town, row) is MessageState.accepted


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
@hypothesis_settings(max_examples=150)
def test_whatever_is_in_an_event(data: st.DataObject) -> None:
    """C17: a field replaced by anything at all: an answer, never an exception that comes back for ever."""
    told = event("N-222222-" + "0" * 24, data.draw(st.sampled_from(["Bounce", *DETAILS])))
    where = data.draw(st.sampled_from(["eventType", "mail", "bounce", "complaint", "timestamp", "messageId", "tags",
                                       "destination", "sendingAccountId", "message", "bouncedRecipients"]))  # fmt: skip
    odd = data.draw(ODD)
    mail = told["mail"]
    holder = (
        told if where in ("eventType", "mail", "bounce", "complaint") else mail["tags"] if where == "message" else mail
    )
    if where == "bouncedRecipients":
        holder = told.setdefault("bounce", {})
    holder[where] = odd
    try:
        assert receive(QUIET_DOOR, enclosed(told)) in Came
    except NotYet:
        pass


class NoNeeds:
    """A store that knows no need; it refuses what no real one could look up."""

    def messages(self, need: str) -> list[OutboxRow]:
        with closing(sqlite3.connect(":memory:")) as db:
            db.execute("SELECT ?", (need,))
        return []


QUIET_DOOR = Door(NoNeeds(), Settings(receipts_topic=TOPIC, email="ses://muster-test"))  # type: ignore[arg-type]


# privacy, and what a retry may mend


def test_no_address_in_any_log(ask: Asked, caplog: pytest.LogCaptureFixture) -> None:
    """S19: a bounce repeats whom it was for, and their server's words; the log has ids and what became of it."""
    town, door, row = ask
    with caplog.at_level(logging.DEBUG):
        receive(door, record(row.message.id, "Bounce"))
        receive(door, record(row.message.id, "Complaint"))
        receive(door, enclosed({**event(row.message.id, "Bounce"), "mail": {"destination": ["sam@example.org"]}}))
    ours = "\n".join(entry.getMessage() for entry in caplog.records if entry.name.startswith("muster"))
    assert row.message.id in ours
    assert "sam" not in ours
    assert "@" not in ours
    town.settle()


def test_a_store_that_is_away_is_told_again(ask: Asked) -> None:
    """C14: the store cannot be reached: the record goes back into the queue, and does its work the next time."""
    town, door, row = ask

    class Away:
        def messages(self, need: str) -> list[OutboxRow]:
            raise StoreError("away")

    body = record(row.message.id, "Delivery")
    with pytest.raises(StoreError):
        receive(replace(door, store=Away()), body)  # type: ignore[arg-type]
    assert receive(door, body) is Came.recorded
    assert state_of(town, row) is MessageState.delivered
