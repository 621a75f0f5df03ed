"""A store that is away, a message that cannot be worded, a decision that fails: it is said, and the others go on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from cli.demo.pages import FormReader
from infra.store import MessageState, StoreError
from notifications import rendering
from tasks.checking_promises import find_broken_promises
from tests.people import playbook, round_of
from tests.town import Town

NEIGHBOURS = playbook(round_of("neighbours", patience="2h"))


@contextmanager
def store_away(town: Town) -> Iterator[None]:
    """The store cannot be reached while the block runs; then it is there again as it was."""
    file, aside = town.home / "muster.db", town.home / "aside"
    town.door.store.close()
    for ending in ("", "-wal", "-shm"):
        if file.with_name(file.name + ending).exists():
            file.with_name(file.name + ending).rename(aside.with_name(aside.name + ending))
    file.mkdir()
    try:
        yield
    finally:
        file.rmdir()
        for ending in ("", "-wal", "-shm"):
            if aside.with_name(aside.name + ending).exists():
                aside.with_name(aside.name + ending).rename(file.with_name(file.name + ending))


def test_the_store_is_down(town: Town) -> None:
    """C14: every page says 503, try again; no answer is falsely taken; one press sends it once the store is back."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS)
    amina = town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    confirm = FormReader(sam.sees(answer="accept")[1]).as_served
    with store_away(town):
        for link in (sam.link, amina.link):
            status, page = town.send("GET", link)
            assert status == 503
            assert "We cannot reach our records just now" in page
        status, page = town.post(sam.link, **confirm)
        assert status == 503
        assert "we do not know whether what you sent has been recorded" in page
        again = FormReader(page).as_served
        status, page = town.post("/r/new", email="sam@example.org", reference=need)
        assert status == 503
        assert town.send("GET", "/healthz")[0] == 200
        assert town.send("GET", "/readyz")[0] == 503
        with pytest.raises(StoreError):
            town.settle()
    assert town.counts(need) == {"food-parcel": 0}
    assert "You said yes" in town.post(sam.link, **again)[1]
    town.settle()
    assert town.counts(need) == {"food-parcel": 1}
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")


def test_a_template_that_asks_too_much(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """E15: the reminder's template names what no reminder has: each is put aside and reported, all other mail flows."""
    reminding = playbook(round_of("neighbours", patience="2h", remind_after="1h"))
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=reminding)
    town.inbox("Amina").expects("We have your request")
    bob = town.inbox("Bob").expects("Can you help")
    town.inbox("Sam").expects("Can you help")
    subject, text, html = rendering._templates("reminder")
    broken = text.environment.from_string("Hello {{ to_name }}, bring {{ a_cake }}.")
    whole = rendering._templates
    monkeypatch.setattr(rendering, "_templates", lambda f: (subject, broken, html) if f == "reminder" else whole(f))
    town.time_passes("1h")
    bob.and_offers(1)
    town.inbox("Bob").expects("you have promised 1 food parcel")
    town.inbox("Bob").expects("Private")
    assert [(r.state, r.why) for r in town.rows(need, "reminder")] == [
        (MessageState.failed, "cannot be composed: CannotRender")
    ] * 2
    problems = find_broken_promises(town.door.store, town.moment)
    assert any("could not be sent" in problem and need in problem for problem in problems)


def test_words_of_an_older_release(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """E15: a row frozen without a field that is needed now is put aside, and the log says where in the code that was
    found; the other recipient has theirs."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=NEIGHBOURS, look=False)
    town.decides()
    frozen = json.dumps({"kind": "invitation", "words": {"council": "Ambleford"}, "date": "2026-03-02T09:00:00+00:00",
                         "boundary": "x" * 24})  # fmt: skip
    with closing(sqlite3.connect(town.home / "muster.db")) as db, db:
        db.execute("UPDATE messages SET frozen = ? WHERE recipient = 'responder:sam'", (frozen,))
    town.settle()
    town.inbox("Amina").expects("We have your request")
    town.inbox("Bob").expects("Can you help")
    (ask,) = town.rows(need, to="responder:sam")
    assert (ask.state, ask.why) == (MessageState.failed, "cannot be composed: ValidationError")
    assert "wording.py" in caplog.text


def test_a_decision_that_fails_ends_with_a_person(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """A14, decision 2: a need nobody can decide about waits longer each time, then Dana must look; others go on."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    bad = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, look=False)
    with closing(sqlite3.connect(town.home / "muster.db")) as db, db:
        (doc,) = db.execute("SELECT doc FROM needs WHERE id = ?", (bad,)).fetchone()
        broken = json.loads(doc)
        broken["lines"][0]["round"] = -3  # what no code of ours writes
        db.execute("UPDATE needs SET doc = ? WHERE id = ?", (json.dumps(broken), bad))
    good = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, who="Grace")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Grace").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("10m")
    assert town.story(good) == ["opened", "asked"]
    town.inbox("Dana").expects("We could not decide what to do next").and_takes_it()
    assert "decision-failed" in town.story(bad)
    assert any(bad in record.getMessage() for record in caplog.records)
    assert town.situation(bad).need.wake_at is not None
