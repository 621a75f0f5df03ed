"""What a head of service sees of a week that really ran: the figures are those of the story."""

from __future__ import annotations

from datetime import date

from domain.needs import Outcome
from domain.periods import Period
from domain.reporting import COVERED, DONE, FIRST_YES, Report
from domain.waits import Length
from infra.reporting import make_report
from tests.people import playbook, round_of
from tests.town import Town

ROUNDS = playbook(round_of("neighbours", patience="6h"), take_within="1h", confirm_after="2h", close_after="1d")
MARCH = Period(first=date(2026, 3, 1), last=date(2026, 3, 31))
TUESDAY = "2026-03-03T09:00"
HOUR = 3600


def report(town: Town, period: Period = MARCH) -> Report:
    return make_report(town.door.store, period, town.moment, town.door.settings.zone)


def test_a_week_in_figures(town: Town) -> None:
    """Bob says yes after an hour and brings Amina there; for Jane nobody can, and Ola closes it as not met."""
    town.has("Bob", "volunteer", "lift")
    town.has("Cara", "volunteer", "food-parcel")
    amina = town.resident_needs("A lift to dialysis", "lift:1", playbook=ROUNDS, needed_by=TUESDAY)
    town.has_officer("Ola")
    town.time_passes("1h")
    town.inbox("Bob").expects("Can you help").and_says_yes().expects("you have promised")
    town.inbox("Bob").expects("Private")
    town.time_passes("25h")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Amina").expects("will help you")
    town.inbox("Amina").expects("Did you get").and_says("yes").expects("You told us that you got 1 lift")
    town.inbox("Bob").expects("Thank you for 1 lift")
    jane = town.resident_needs("Groceries", "food-parcel:2", playbook=ROUNDS, who="Jane", needed_by="+2d")
    town.inbox("Cara").expects("Can you help").and_says_no().expects("you cannot help this time")
    town.inbox("Ola").expects("Still missing").and_takes_it()
    town.officer_closes(jane, Outcome.not_met)
    for mail in ("We have your request", "We are still looking for 2 food parcels", "could not"):
        town.inbox("Jane").expects(mail)

    figures = report(town)
    assert town.situation(amina).need.outcome is Outcome.met
    assert (figures.needs, figures.outcomes[Outcome.met], figures.outcomes[Outcome.not_met]) == (2, 1, 1)
    assert figures.times[FIRST_YES].median == Length(seconds=HOUR)
    assert figures.times[COVERED].median == Length(seconds=HOUR)
    assert figures.times[DONE].median == Length(seconds=26 * HOUR)
    assert {name: time.never for name, time in figures.times.items()} == {FIRST_YES: 1, COVERED: 1, DONE: 1}
    assert (figures.asking.asks, figures.asking.yes, figures.asking.responders) == (2, 1, 2)
    assert (figures.quantities["lift", "volunteer"].delivered, figures.untouched, figures.loops_closed) == (1, 1, 2)
    assert figures.unmet_by_place is None
    assert report(town, Period(first=date(2026, 4, 1), last=date(2026, 4, 30))).needs == 0
