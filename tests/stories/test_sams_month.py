"""Sam's month: forty needs, and Sam is asked about as many of them as he wants to be. `--why` can explain each."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from domain.askable import Against
from domain.needs import Outcome
from infra.explaining import explain_one
from tests.people import GROUPS, playbook, round_of
from tests.town import START, Town

LARDER = "Norbiton Larder"
PLAYBOOK = playbook(round_of("neighbours", patience="1h"), round_of("groups", GROUPS, patience="1h"))
PAUSED = datetime(2026, 3, 16, 8, tzinfo=START.tzinfo), datetime(2026, 3, 23, 8, tzinfo=START.tzinfo)
MUTED_AFTER = START + timedelta(days=9)  # the next lift he is asked about is his last
URGENT = "The family has nothing to eat tonight"


def moments() -> list[datetime]:
    """Forty moments in thirty days from Monday 2 March: 10am every day, and 2pm on every third."""
    days = [START + timedelta(days=day) for day in range(30)]
    return sorted([*(d.replace(hour=10) for d in days), *(d.replace(hour=14) for d in days[::3])])


def test_sams_month(town: Town) -> None:
    """At most three a week, no Tuesdays, a week's pause, one mute: never exceeded, always explained, urgent or not."""
    town.has("Sam", "volunteer", "food-parcel", "lift", days_off=("tuesday",), weekly_limit=3)
    town.has(LARDER, "voluntary", "food-parcel", "lift")
    month = Month(town)
    for number, moment in enumerate(moments()):
        month.play(number, moment)
    assert len(month.reasons) == 40
    assert max(Counter(day.isocalendar()[:2] for day in month.asked_on).values()) == 3
    assert not [day for day in month.asked_on if day.weekday() == 1]
    counted = Counter(month.reasons)
    assert set(counted) == {
        "",
        Against.week_full,
        Against.paused,
        Against.muted,
        Against.not_now,
        Against.off_when_due,
    }
    assert len(month.asked_on) == counted[""] >= 9
    assert month.urgent_and_not_asked >= 4


class Month:
    """Plays need after need, and keeps its own account of what Sam wants, to hold Muster's against."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.asked_on: list[date] = []
        self.reasons: list[str] = []
        self.urgent_and_not_asked = 0
        self.muted = False

    def play(self, number: int, moment: datetime) -> None:
        town, urgent = self.town, number % 4 == 1
        self.pass_time_to(moment)
        what = "lift" if number % 3 == 2 else "food-parcel"
        days = 1 if number % 5 == 0 else 2
        need = town.resident_needs(
            f"Need number {number}",
            f"{what}:1",
            playbook=PLAYBOOK,
            who=f"Resident {number}",
            needed_by=f"+{days}d",
            urgent=urgent,
            urgent_because=URGENT if urgent else None,
        )
        town.inbox(f"Resident {number}").expects("We have your request")
        expected = self.why_sam_is_not_asked(what, moment, moment + timedelta(days=days))
        if expected:
            self.explains(need, expected)
            self.urgent_and_not_asked += urgent
            town.inbox("Sam").expects_nothing()
            helper = LARDER
        else:
            self.asked_on.append(moment.date())
            helper = "Sam"
        self.reasons.append(expected)
        mail = town.inbox(helper).expects("an you help with")
        if helper == "Sam":
            self.explains(need, "")
            if what == "lift" and moment >= MUTED_AFTER:
                self.mutes_lifts(mail.last)
        mail.and_says_yes()
        town.inbox(helper).expects("you have promised")
        town.inbox(helper).expects("Private")
        town.inbox(f"Resident {number}").expects("will help you")
        town.officer_closes(need, Outcome.met)
        town.inbox(f"Resident {number}").expects("Your request")
        town.inbox(helper).expects("Thank you")

    def pass_time_to(self, moment: datetime) -> None:
        begins, ends = PAUSED
        if self.town.moment < begins <= moment:
            self.town.time_passes(f"{int((begins - self.town.moment).total_seconds())}s")
            assert self.town.door.store.pause("sam", ends, self.town.moment)
        self.town.time_passes(f"{int((moment - self.town.moment).total_seconds())}s")

    def why_sam_is_not_asked(self, what: str, moment: datetime, due: datetime) -> str:
        """What Sam would say himself, the weightiest first; empty when he would like to be asked."""
        week = moment.isocalendar()[:2]
        asks = sum(1 for day in self.asked_on if day.isocalendar()[:2] == week)
        if self.muted and what == "lift":
            return Against.muted
        if PAUSED[0] <= moment < PAUSED[1]:
            return Against.paused
        if asks == 3:
            return Against.week_full
        if due.weekday() == 1:
            return Against.off_when_due
        return Against.not_now if moment.weekday() == 1 else ""

    def explains(self, need: str, expected: str) -> None:
        """`muster need show REF --why sam` says the same, in a sentence."""
        town = self.town
        [row] = explain_one(town.door.store, town.situation(need), "sam", town.moment)
        assert (row.asked, row.code) == (not expected, expected), (need, row)
        words = {
            "": "Chosen as number 1 of 1 in order",
            Against.muted: "do not want to be asked for this kind of help",
            Against.paused: "passed over until 8am on Monday 23 March",
            Against.week_full: "have had 3 of 3 asks this week",
            Against.off_when_due: "which is their day off",
            Against.not_now: "Tuesdays are their days off",
        }
        assert words[Against(expected) if expected else ""] in row.because

    def mutes_lifts(self, mail: EmailMessage | None) -> None:
        """Sam presses the button his mail program shows beside the ask he is reading."""
        assert mail is not None
        link = str(mail["List-Unsubscribe"]).strip("<>")
        status, _ = self.town.post(link, **{"List-Unsubscribe": "One-Click"})
        assert status == 200
        self.muted = True
