"""What is past its time is not read, and is erased; one person leaves no byte behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.forgetting import ALL, GONE, SAID, forget, keep, keep_no_longer
from domain.keeping import Kept, Periods
from domain.needs import NeedStatus, Outcome, Resident
from infra import clock
from infra.looking import look_private
from infra.store import TOLD, MessageState, Store, TokenRow
from tests.store.builders import (
    AMINA,
    HOUR,
    KID,
    LONDON,
    N1,
    N2,
    NOW,
    a_responder,
    asking,
    everything,
    lease,
    must_commit,
    put_need,
    put_responders,
    read,
)
from tests.store.conftest import Place

DAY = timedelta(days=1)
SECRETS = ("Amina Yusuf", "amina@example.org", "3 Hill Street", "Two steps", "She sounded worried")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


def at(moment: datetime) -> None:
    clock.set_source(lambda: moment)


def closed(store: Store, need: str = N1, now: datetime = NOW, **more: Any) -> str:
    """Amina's need with words in it, closed now."""
    put_need(store, need, **more)
    put_responders(store, a_responder("sam"))
    must_commit(store, everything(read(store, need)), [TokenRow(f"h-{need}", "status", need, need)])
    draft = Draft(read(store, need), now)
    draft.note_event(EventCode.closed, outcome="met")
    draft.set_need(status=NeedStatus.closed, outcome=Outcome.met, closed_at=now)
    must_commit(store, draft.change(wake_at=None))
    return need


def test_past_its_time_nobody_reads_it(store: Store) -> None:
    """P02: 90 days after closing, with nothing swept yet, Amina's details and everybody's words are not readable."""
    need = closed(store)
    at(NOW + 90 * DAY - timedelta(seconds=1))
    assert store.resident(need) == AMINA
    assert store.notes(need)
    at(NOW + 90 * DAY)
    assert store.resident(need) == Resident()
    assert store.notes(need) == {}
    assert not read(store, need).resident_has_email


def test_an_open_need_is_never_past_its_time(store: Store) -> None:
    """Amina's need is open for years: whoever helps still has to find her."""
    need = put_need(store)
    at(NOW + 3000 * DAY)
    assert store.resident(need) == AMINA
    assert store.needs_past(Kept.contact, clock.now(), 10) == []


def test_the_council_decides_how_long(store: Store) -> None:
    """A council that keeps details for ten days has them unreadable on the tenth."""
    need = closed(store)
    store.set_periods(Periods.model_validate({"contact": "10d"}))
    assert str(store.periods().contact) == "10d"
    at(NOW + 10 * DAY)
    assert store.resident(need) == Resident()
    assert store.notes(need)
    assert store.needs_past(Kept.contact, clock.now(), 10) == [need]
    assert store.needs_past(Kept.words, clock.now(), 10) == []


def test_kept_for_longer(store: Store) -> None:
    """P03: an officer keeps it: it stays readable, and unswept; when that ends its time is over at once."""
    need = closed(store)
    kept = keep(read(store, need), "Her family has complained", "officer:dee", NOW)
    assert kept is not None
    must_commit(store, kept)
    later = NOW + 7 * 366 * DAY
    at(later)
    assert store.resident(need) == AMINA
    assert store.count_past(later).keys().isdisjoint({Kept.contact, Kept.words, Kept.story, Kept.links})
    assert [store.sweep(kind, later, 10) for kind in (Kept.story, Kept.links, Kept.resident_keys)] == [0, 0, 0]
    assert "Her family has complained" in store.notes(need).values()
    ended = keep_no_longer(read(store, need), "officer:dee", later)
    assert ended is not None
    must_commit(store, ended)
    assert store.resident(need) == Resident()
    assert store.count_past(later)[Kept.story] == 1


def test_forgetting_goes_with_its_event(store: Store, place: Place) -> None:
    """P01: forgotten in the commit that says so: nothing private is left in any table, and the story reads."""
    need = closed(store)
    other = put_need(store, N2)
    gone = forget(read(store, need), ALL, "asked", "officer:dee", NOW)
    assert hasattr(gone, "forgets")
    must_commit(store, gone)
    assert store.resident(other) == AMINA
    left = [line for line in place.dump().splitlines() if need in line]
    assert not [secret for secret in (*SECRETS, "family of five") if any(secret in line for line in left)]
    assert store.find_token(f"h-{need}") is None
    assert read(store, need).need.summary == GONE
    last = store.story(need)[-1]
    assert (last.code, last.facts) == (EventCode.forgotten, {"why": "asked", "what": "contact,words,shared-words"})


def test_sweeping_in_batches(store: Store) -> None:
    """Links, keys and counts of asks go when their time is over, so many at once; what is in time stays."""
    for need in (N1, N2):
        closed(store, need)
    later = NOW + 90 * DAY
    assert store.count_past(NOW) == {}
    assert store.sweep(Kept.links, later - timedelta(seconds=1), 10) == 0
    assert [store.sweep(Kept.links, later, 1) for _ in range(3)] == [1, 1, 0]
    assert store.sweep(Kept.ask_counts, later, 10) == 0
    assert store.sweep(Kept.ask_counts, later + 7 * DAY, 10) == 1
    assert Kept.links not in store.count_past(later)


def test_what_mails_said_goes_after_a_month(store: Store) -> None:
    """P02, P03: after 30 days nothing is left of what a mail server said; what an officer keeps is kept whole."""
    for need in (N1, N2):
        closed(store, need)
    kept = keep(read(store, N2), "Her family has complained", "officer:dee", NOW)
    assert isinstance(kept, Change)
    must_commit(store, kept)
    held = lease(store)
    rows = store.claim(held, NOW, 10)
    assert {row.message.need for row in rows} == {N1, N2}
    store.settle([replace(row, state=MessageState.accepted, provider_id="0100018f") for row in rows], held)
    later = NOW + 30 * DAY
    assert store.sweep(Kept.message_bodies, later - timedelta(seconds=1), 10) == 0
    assert store.count_past(later)[Kept.message_bodies] == store.sweep(Kept.message_bodies, later, 10) > 0
    assert Kept.message_bodies not in store.count_past(later)
    assert [row.provider_id for row in store.messages(N1)] == [None] * len(store.messages(N1))
    assert "0100018f" in {row.provider_id for row in store.messages(N2)}


@pytest.mark.parametrize("state", TOLD)
def test_nothing_of_a_mail_outlives_its_time(store: Store, state: MessageState) -> None:
    """P01, P02: whatever was last heard of a mail, a delay included, what its server said goes with the rest."""
    need, later = closed(store), NOW + 30 * DAY
    held = lease(store)
    rows = [row for row in store.claim(held, NOW, 10) if row.message.need == need]
    store.freeze([(row.message.id, "Dear Amina Yusuf") for row in rows], held)
    news = [replace(row, state=state, why="451 amina@example.org", provider_id="0100018f") for row in rows]
    store.settle(news)  # heard before we have written that it was taken
    assert {row.frozen for row in store.messages(need)} == {None}
    assert store.count_past(later)[Kept.message_bodies] == store.sweep(Kept.message_bodies, later, 10) == len(rows)
    assert {(row.why, row.provider_id) for row in store.messages(need)} == {(None, None)}


@pytest.mark.parametrize("state", TOLD)
def test_nothing_of_a_mail_outlives_its_reader(store: Store, state: MessageState) -> None:
    """P01: Amina asks to be forgotten: no server's words about her mail are left, nor what it knows the mail by."""
    need = closed(store)
    held = lease(store)
    rows = [row for row in store.claim(held, NOW, 10) if row.message.need == need]
    store.settle([replace(r, state=state, why="451 amina@example.org", provider_id="0100018f") for r in rows], held)
    gone = forget(read(store, need), ALL, "asked", "officer:dee", NOW)
    assert isinstance(gone, Change)
    must_commit(store, gone)
    assert {(row.why, row.provider_id) for row in store.messages(need)} == {(None, None)}


def test_closed_again_counts_from_then(store: Store) -> None:
    """A need was closed, went on, and was closed again: its times begin with the second closing."""
    need = closed(store)
    draft = Draft(read(store, need), NOW + DAY)
    draft.set_need(status=NeedStatus.open, outcome=None, closed_at=None)
    must_commit(store, draft.change(wake_at=NOW + DAY))
    later = NOW + 91 * DAY
    at(later)
    assert store.needs_past(Kept.contact, later, 10) == []
    draft = Draft(read(store, need), later)
    draft.set_need(status=NeedStatus.closed, outcome=Outcome.met, closed_at=later)
    must_commit(store, draft.change(wake_at=None))
    assert store.needs_past(Kept.contact, later + 89 * DAY, 10) == []
    assert store.needs_past(Kept.contact, later + 90 * DAY, 10) == [need]


def test_nothing_is_erased_twice(store: Store) -> None:
    """What has been erased is not past its time any more, though its need is on record for years."""
    need = closed(store)
    later = NOW + 400 * DAY
    at(later)
    assert [store.needs_past(kept, later, 10) for kept in SAID] == [[need]] * 3
    gone = forget(read(store, need), SAID, "time", "muster", later)
    assert isinstance(gone, Change)
    must_commit(store, gone)
    draft = Draft(read(store, need), later)
    draft.note_event(EventCode.extended)
    must_commit(store, draft.change(wake_at=None))
    assert [store.needs_past(kept, later, 10) for kept in SAID] == [[]] * 3


def test_after_six_years_the_need_is_gone(store: Store, place: Place) -> None:
    """K12: closed on 29 February, its six years are over on 1 March, not on the last of February."""
    leap = datetime(2028, 2, 29, 12, 0, tzinfo=UTC)
    need = closed(store, now=leap, key="CASE-7", incident="X-222222", opened_at=NOW)
    assert store.sweep(Kept.story, datetime(2034, 2, 28, 23, 59, tzinfo=UTC), 10) == 0
    assert store.sweep(Kept.story, datetime(2034, 3, 1, 12, 0, tzinfo=UTC), 10) == 1
    assert store.situation(need, LONDON, KID) is None
    assert store.need_with_key("CASE-7") is None
    assert store.counts_of("X-222222") == {}
    assert need not in place.dump()


def test_a_look_is_recorded_without_what_was_seen(store: Store, place: Place) -> None:
    """P06: who looked, at which need, at which kinds of detail; none of their values."""
    need = closed(store)
    found = look_private(store, "officer:dee", need)
    assert found.resident == AMINA
    (look,) = store.looks(need)
    assert (look.who, look.about, look.detail) == ("officer:dee", need, "name,email,address,notes,words")
    said = [line for line in place.dump().splitlines() if "looked" in line]
    assert said
    assert not [secret for secret in SECRETS if any(secret in line for line in said)]
    assert store.verify_audit() is None


def test_a_helper_is_a_helper_from_then_on(store: Store, place: Place) -> None:
    """P01: Sam asked to be forgotten: his name and id stand nowhere, and what he did is still told."""
    put_need(store)
    sam = a_responder("sam-jones", name="Sam Jones", weekly_limit=3)
    put_responders(store, sam, a_responder("sam"))
    must_commit(store, asking(read(store), [sam, a_responder("sam")]), [TokenRow("h", "partner", "sam-jones", None)])
    draft = Draft(read(store), NOW)
    draft.note_event(EventCode.said_yes, responders=("sam-jones", "sam"))
    must_commit(store, draft.change(wake_at=None))
    store.rename_responder("sam-jones", "helper-22")
    assert "sam-jones" not in place.dump()
    assert "Sam Jones" not in place.dump()
    assert sorted(i.responder for i in read(store).invitations) == ["helper-22", "sam"]
    assert store.story(N1)[-1].responders == ("helper-22", "sam")
    assert store.contacts("sam-jones") == []
    assert store.find_token("h") is None
    states = {row.message.to: row.state for row in store.messages(N1)}
    assert states["responder:helper-22"] == "skipped"
    assert states["responder:sam"] == "pending"


def test_no_byte_is_left(store: Store, place: Place) -> None:
    """P01: what was erased stands nowhere, an address amended earlier included: neither in a database's file nor in its
    log."""
    need = closed(store)
    draft = Draft(read(store, need), NOW + HOUR)
    draft.keep_resident(AMINA.but(address="9 Long Lane " * 8))
    must_commit(store, draft.change(wake_at=None))
    gone = forget(read(store, need), ALL, "asked", "officer:dee", NOW)
    assert hasattr(gone, "forgets")
    must_commit(store, gone)
    store.compact()
    left = place.bytes_left()
    assert not [secret for secret in (*SECRETS, "9 Long Lane") if secret.encode() in left]
    assert store.tables_with(SECRETS) == {}


def test_where_words_are_left(store: Store) -> None:
    """A search says in which tables a word still stands, whatever its letters' size; a % in it is only a %."""
    put_need(store)
    assert store.tables_with(["AMINA@example.org"]) == {"residents": 1}
    assert store.tables_with(["%"]) == {}
