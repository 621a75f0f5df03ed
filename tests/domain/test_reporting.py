"""What a head of service sees, worked by hand from a few needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.capabilities import Sector
from domain.events import EventCode
from domain.figures import say_report, say_share, sheets
from domain.invitations import Reason
from domain.needs import NeedStatus, Outcome
from domain.periods import Period, PeriodWrong, read_period, say_period
from domain.reporting import COVERED, DONE, FIRST_YES, Report, Tally
from domain.seen import COUNTED, AskSeen, CapabilitySeen, EventSeen, LineSeen, NeedFacts, NeedSeen, ShareSeen
from domain.times import say_length
from domain.waits import Length

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = NOON + 100 * HOUR
NOVEMBER = Period(first=date(2026, 11, 1), last=date(2026, 11, 30))


def need(
    outcome: Outcome | None = None,
    *,
    area: str = "Norbiton",
    what: str = "food-parcel",
    quantity: int = 4,
    **more: object,
) -> NeedSeen:
    """Amina's need, opened at noon and due a day later; closed after ten hours if it has an outcome."""
    kind = CapabilitySeen(code=what, title=what.replace("-", " ").capitalize())
    return NeedSeen(
        id="N-222222",
        status=NeedStatus.closed if outcome else NeedStatus.open,
        outcome=outcome,
        area=area,
        needed_by=NOON + 24 * HOUR,
        opened_at=NOON,
        closed_at=NOON + 10 * HOUR if outcome else None,
        lines=(LineSeen(number=1, capability=kind, quantity=quantity),),
    ).but(**more)


def ask(responder: str = "sam", sector: Sector | None = Sector.volunteer, hours: float = 0, **share: int) -> AskSeen:
    return AskSeen(
        id=f"{responder}-{hours}",
        responder=responder,
        asked_at=NOON + hours * HOUR,
        sector=sector,
        shares=(ShareSeen(line=1, **share),),
    )


def event(code: EventCode, hours: float, by: str = "muster", *responders: str, **facts: str) -> EventSeen:
    return EventSeen(at=NOON + hours * HOUR, code=code, by=by, responders=responders, facts=dict(facts))


def met(**more: object) -> NeedFacts:
    """Sam says yes after 1 hour, it is covered after 2, done after 6, and the resident says so after 10."""
    return NeedFacts(
        need(Outcome.met, **more),  # type: ignore[arg-type]
        (ask(pledged=4, delivered=4),),
        (
            event(EventCode.opened, 0, "officer"),
            event(EventCode.said_yes, 1, "partner", "sam"),
            event(EventCode.covered, 2),
            event(EventCode.said_done, 6, "partner", "sam"),
            event(EventCode.resident_said, 10, "resident"),
            event(EventCode.closed, 10, "resident"),
        ),
    )


def count(*needs: NeedFacts, now: datetime = NOW) -> Report:
    tally = Tally(now)
    for facts in needs:
        tally.add(facts)
    return tally.report(NOVEMBER)


def test_an_empty_period_says_so_and_does_not_break() -> None:
    """No needs: one honest sentence, and tables that can still be made."""
    report = count()
    assert say_report(report) == ["No needs were recorded from 1 to 30 November 2026."]
    assert sheets(report)


def test_one_need_that_is_met() -> None:
    """Each time is counted from when it was recorded; the loop is closed; no officer was needed."""
    report = count(met())
    assert report.outcomes[Outcome.met] == 1
    assert {name: time.median for name, time in report.times.items()} == {
        FIRST_YES: Length(seconds=3600),
        COVERED: Length(seconds=2 * 3600),
        DONE: Length(seconds=6 * 3600),
    }
    assert (report.closed, report.loops_closed, report.touches, report.untouched) == (1, 1, 0, 1)
    assert say_report(report)[0] == "1 need was recorded from 1 to 30 November 2026: 1 was met."


@pytest.mark.parametrize("code", [code for code in EventCode if code not in COUNTED])
def test_a_store_may_leave_the_rest_of_a_story_unread(code: EventCode) -> None:
    """What nobody in the council did and no figure names changes no figure, whenever it happened."""
    facts = met()
    more = [event(code, hours, by, "sam", kind="call-resident", outcome="told") for hours in (0, 3, 20)
            for by in ("muster", "partner", "resident", "key:K1")]  # fmt: skip
    stories = [replace(facts, events=tuple(events)) for events in ((*more, *facts.events), (*facts.events, *more))]
    assert [count(story) for story in stories] == [count(facts)] * 2


def test_needs_that_are_all_open_are_waiting_and_not_dropped() -> None:
    """Two needs opened 100 hours ago, nobody has answered: more than 4 days, and honest words."""
    report = count(NeedFacts(need()), NeedFacts(need()))
    assert report.times[FIRST_YES].median == Length(seconds=100 * 3600, more=True)
    first, second, *_ = say_report(report)
    assert first == "2 needs were recorded from 1 to 30 November 2026: none has ended yet. 2 are still open."
    assert second == "So far 0 of 2 had a first yes; to get to half of them takes more than 4 days and 4 hours."


def test_needs_that_ended_unmet_hold_the_times_up() -> None:
    """One met and two not: half of them were never done, so no time is claimed within which half were."""
    report = count(met(), *(NeedFacts(need(Outcome.not_met)) for _ in range(2)))
    assert report.times[DONE].median == Length(seconds=None)
    assert (report.times[DONE].reached, report.times[DONE].never) == (1, 2)
    assert any("No time can be given" in sentence for sentence in say_report(report))


def test_a_withdrawn_need_was_watched_until_it_was_withdrawn() -> None:
    """It counts as waiting for its ten hours, neither as a success nor as a failure."""
    report = count(NeedFacts(need(Outcome.withdrawn)))
    assert report.times[COVERED].median == Length(seconds=10 * 3600, more=True)
    assert report.outcomes[Outcome.withdrawn] == 1


def test_exercises_and_duplicates_are_left_out() -> None:
    """They are counted apart and in no other figure."""
    report = count(met(), NeedFacts(need(Outcome.duplicate)), NeedFacts(need(exercise=True)))
    assert (report.needs, report.exercises, report.duplicates, report.still_open) == (1, 1, 1, 0)
    assert say_report(report)[-1] == "Left out: 1 duplicate and 1 need of an exercise."


def test_a_need_that_was_closed_and_begins_again_is_open() -> None:
    """Its old outcome does not count while it is looked for again."""
    report = count(NeedFacts(need(Outcome.met, status=NeedStatus.open)))
    assert (report.still_open, report.outcomes[Outcome.met]) == (1, 0)


def test_who_was_asked_and_what_they_gave() -> None:
    """Three asks for one yes; Sam promised 4 and brought 3; whose mail came back was not asked."""
    bounced = ask("gone").but(reason=Reason.undeliverable)
    facts = NeedFacts(
        need(Outcome.partly_met),
        (
            ask(pledged=3, lost=1, delivered=3),
            ask("dial-a-ride", Sector.voluntary),
            ask("dial-a-ride", Sector.voluntary, hours=5),
            bounced,
        ),
        (event(EventCode.said_yes, 1, "partner", "sam"),),
    )
    report = count(facts)
    assert (report.asking.asks, report.asking.yes, report.asking.responders) == (3, 1, 2)
    assert report.asking.per_yes == 3
    assert report.asking.per_responder == 1.5
    assert report.asking.busiest == pytest.approx(2 / 3)
    assert report.asking_helpers.asks == 1
    assert report.sectors["volunteer"].model_dump() == {"asked": 1, "yes": 1, "promised": 1, "brought": 1}
    given = report.quantities["food-parcel", "volunteer"]
    assert (given.promised, given.delivered) == (4, 3)


def test_a_yes_counts_for_the_ask_it_answered() -> None:
    """Sam is asked twice, in two cycles, and says yes to the second, twice over: one yes of two asks."""
    facts = NeedFacts(
        need(),
        (ask(), ask(hours=5)),
        tuple(event(EventCode.said_yes, hours, "partner", "sam") for hours in (6, 7)),
    )
    assert (count(facts).asking.asks, count(facts).asking.yes) == (2, 1)


def test_officers_touches_are_moments() -> None:
    """Recording it is none; one press that does two things is one; two presses are two."""
    facts = NeedFacts(
        need(),
        events=(
            event(EventCode.opened, 0, "officer:O-1"),
            event(EventCode.said_yes, 1, "officer:O-1", "sam"),
            event(EventCode.task_done, 1, "officer:O-1"),
            event(EventCode.amended, 2, "officer:O-2"),
        ),
    )
    assert (count(facts).touches, count(facts).untouched) == (2, 0)


def called(outcome: str) -> EventSeen:
    return event(EventCode.task_done, 5, "officer:O-1", kind="call-resident", outcome=outcome)


@pytest.mark.parametrize(
    ("events", "told", "closed"),
    [
        ((), True, 1),
        ((event(EventCode.resident_said, 5, "resident"),), False, 1),
        ((called("told"),), False, 1),
        ((called("no-answer"),), False, 0),
        ((), False, 0),
    ],
)
def test_a_loop_is_closed_when_the_resident_knows(events: tuple[EventSeen, ...], told: bool, closed: int) -> None:
    """Word was sent, an officer spoke to them, or they said how it went themselves; trying alone is not enough."""
    assert count(NeedFacts(need(Outcome.met), events=events, told=told)).loops_closed == closed


def test_what_was_unmet_is_counted_by_ward_and_kind() -> None:
    """Six in Norbiton, written in three ways, and five past their time in Hill; a yes in time is not unmet."""
    areas = ("Norbiton", "norbiton", "Norbiton, KT2") * 2
    unmet = [NeedFacts(need(Outcome.not_met, area=area)) for area in areas]
    late = [NeedFacts(need(area="Hill", what="lift", quantity=1)) for _ in range(5)]
    covered = NeedFacts(need(area="Hill", status=NeedStatus.covered), (ask(pledged=4),))
    report = count(*unmet, *late, covered)
    table = report.unmet_by_place
    assert table is not None
    assert table.row_totals == {"Hill": 5, "Norbiton": 6}
    assert table.cells["Norbiton", "food-parcel"] == 6
    assert table.total == report.unmet == 11


def test_of_a_need_met_in_part_only_what_did_not_come_is_unmet() -> None:
    """Blankets came, parcels did not."""
    blanket = LineSeen(number=2, capability=CapabilitySeen(code="blanket", title="Blanket"), quantity=2)
    seen = need(Outcome.partly_met)
    both = seen.but(lines=(*seen.lines, blanket))
    brought = AskSeen(id="I1", responder="sam", asked_at=NOON, shares=(ShareSeen(line=2, pledged=2, delivered=2),))
    report = count(*(NeedFacts(both, (brought,)) for _ in range(5)))
    assert report.unmet_by_place is not None
    assert report.unmet_by_place.column_totals == {"food-parcel": 5}


def test_few_unmet_needs_are_not_shown_by_ward() -> None:
    """Two in one ward: the table says why it is empty, in no words that tell how many or where."""
    sheet = next(s for s in sheets(count(*(NeedFacts(need(Outcome.not_met)) for _ in range(2)))) if s.name == "unmet")
    assert sheet.rows == ()
    assert sheet.note.startswith("Too few to show")


def test_every_table_has_as_many_cells_as_heads() -> None:
    """No row is longer or shorter than what names its columns."""
    report = count(met(), NeedFacts(need(Outcome.not_met)), *(NeedFacts(need(area="Hill")) for _ in range(6)))
    for sheet in sheets(report):
        assert {len(row) for row in sheet.rows} <= {len(sheet.heads)}, sheet.name


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "no time"),
        (45, "45 seconds"),
        (7800, "2 hours and 10 minutes"),
        (90061, "1 day and 1 hour"),
        (3600, "1 hour"),
    ],
)
def test_lengths_are_said_in_their_two_largest_units(seconds: float, said: str) -> None:
    """As people say them."""
    assert say_length(timedelta(seconds=seconds)) == said


def test_shares_keep_their_edges() -> None:
    """One of a thousand is not none, and 999 are not all."""
    assert [say_share(*pair) for pair in ((0, 9), (1, 1000), (999, 1000), (9, 9), (1, 3), (0, 0))] == [
        "0%",
        "under 1%",
        "over 99%",
        "100%",
        "33%",
        "–",
    ]


# --- periods ------------------------------------------------------------------

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, "1 to 31 October 2026"),
        ("2026-11-01", None, "1 to 22 November 2026"),
        (None, "2026-11-10", "1 to 10 November 2026"),
        ("2026-10-28", "2026-11-03", "28 October to 3 November 2026"),
        ("2025-12-30", "2026-01-02", "30 December 2025 to 2 January 2026"),
        ("2026-11-22", "2026-11-22", "22 November 2026"),
    ],
)
def test_a_period_is_read_and_said(first: str | None, last: str | None, said: str) -> None:
    """Whole days; what is left out is the last whole month, the month so far, or until today."""
    assert say_period(read_period(first, last, TODAY)) == said


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        ("soon", None, "from"),
        (None, "2026-02-30", "to"),
        ("2026-11-10", "2026-11-01", "to"),
        ("2026-12-01", None, "from"),
    ],
)
def test_a_period_nobody_can_have_is_refused(first: str | None, last: str | None, place: str) -> None:
    """It says which of the two days is wrong."""
    with pytest.raises(PeriodWrong) as wrong:
        read_period(first, last, TODAY)
    assert wrong.value.place == place
