"""What needs a person: taken or passed on, called about, ended. Dana, Duncan and Marge work for the council."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from domain.needs import NeedStatus, Outcome
from domain.playbooks import Role
from infra.officers import set_disabled
from tests.people import playbook, round_of
from tests.town import Town

NEIGHBOURS = playbook(
    round_of("neighbours", patience="2h"), take_within="1h", confirm_after="2h", close_after="2d", chase_after="9d"
)
TUESDAY = "2026-03-03T09:00"


def on_call(town: Town) -> None:
    for name in ("Dana", "Duncan"):
        town.has_officer(name)


def sam_helps_grace(town: Town, parcels: int = 20) -> str:
    """Grace has no e-mail; Sam promises her parcels for Tuesday at nine. Dana phones her with the news."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs(
        "Groceries", f"food-parcel:{parcels}", playbook=NEIGHBOURS, needed_by=TUESDAY,
        who="Grace", email=None, phone="07700 900002",
    )  # fmt: skip
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    dana = town.inbox("Dana").expects("Phone the resident: help is found", "07700 900002").and_takes_it()
    dana.ends_it("told")
    return need


# --- taken, or passed on ------------------------------------------------------


def test_silent_then_taken_by_the_next_and_both_are_told(town: Town) -> None:
    """Dana does not take it within the hour: Duncan has it, Dana hears so, Duncan takes it, and it goes no further."""
    on_call(town)
    need = town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS, needed_by="+5d")
    town.inbox("Amina").expects("We have your request, and are still looking")
    dana = town.inbox("Dana").expects("Nobody to ask", "If nobody takes it, it goes to Duncan")
    town.time_passes("1h")
    duncan = town.inbox("Duncan").expects("Nobody to ask", "If nobody takes it, it goes to Dana")
    passed = town.inbox("Dana").expects("This went to Duncan at 10am", "You can still take it")
    assert passed.link == dana.link
    duncan.and_takes_it()
    assert "Duncan has this task" in dana.page
    town.time_passes("1d")
    assert any("Duncan took the task: find help" in line for line in town.says(need))


def test_tasks_of_one_who_leaves_go_to_others_at_once(town: Town) -> None:
    """W04: Dana's access ends while one task waits for her and she has taken another: Duncan has both, she no mail."""
    on_call(town)
    for summary in ("Groceries", "More groceries"):
        need = town.resident_needs(summary, "food-parcel:6", playbook=NEIGHBOURS, needed_by="+5d", who=summary)
        town.inbox(summary).expects("We have your request, and are still looking")
        dana = town.inbox("Dana").expects("Nobody to ask")
    dana.and_takes_it()
    (officer,) = (o for o in town.door.store.officers() if o.name == "Dana")
    set_disabled(town.door, officer, True, "command")
    town.settle()
    town.inbox("Duncan").expects("Nobody to ask")
    town.inbox("Duncan").expects("Nobody to ask").and_takes_it()
    assert "no longer on the council" in dana.sees(confirm="yes")[1]
    assert any("took this task has no access any more, so it went to Duncan" in line for line in town.says(need))


def test_it_may_still_be_taken_after_it_went_on(town: Town) -> None:
    """Dana comes back from a meeting and takes what went to Duncan: his page says that she has it."""
    on_call(town)
    town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS, needed_by="+5d")
    town.inbox("Amina").expects("We have your request, and are still looking")
    town.inbox("Dana").expects("Nobody to ask")
    town.time_passes("1h")
    duncan = town.inbox("Duncan").expects("Nobody to ask")
    town.inbox("Dana").expects("This went to Duncan").and_takes_it()
    assert "Dana has this task" in duncan.page
    town.time_passes("1d")


def test_the_rota_over_midnight(town: Town) -> None:
    """A06: the night is Duncan's until six; a task of 5:30 he lets pass is Dana's; Marge stands in after her."""
    for name, role in (("Dana", Role.duty), ("Duncan", Role.duty), ("Marge", Role.manager)):
        town.has_officer(name, role)
    has_rota(
        town,
        "shifts:",
        "  - {hours: 06:00-22:00, officers: [dana@example.org]}",
        "  - {hours: 22:00-06:00, officers: [duncan@example.org, gone@example.org]}",
        "fallback: [marge@example.org]",
    )
    town.moment = datetime(2026, 3, 3, 5, 30, tzinfo=UTC)
    town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS, needed_by="+5d")
    town.inbox("Amina").expects("We have your request, and are still looking")
    town.inbox("Duncan").expects("Nobody to ask")
    town.time_passes("1h")
    town.inbox("Dana").expects("Nobody to ask", "If nobody takes it, it goes to Marge")
    town.inbox("Duncan").expects("This went to Dana at 6:30am")
    town.time_passes("1h")
    town.inbox("Marge").expects("Nobody to ask").and_takes_it()
    town.inbox("Dana").expects("This went to Marge at 7:30am")
    town.time_passes("1d")


def test_a_broken_rota_stops_nothing(town: Town) -> None:
    """A39: a slip of the pen in the rota: officers are asked as they were added, and the need goes on."""
    on_call(town)
    has_rota(town, "shifts: [{hours: nine to five, officers: [duncan@example.org]}]")
    town.resident_needs("Groceries", "food-parcel:6", playbook=NEIGHBOURS, needed_by="+5d")
    town.inbox("Amina").expects("We have your request, and are still looking")
    town.inbox("Dana").expects("Nobody to ask").and_takes_it()


def has_rota(town: Town, *lines: str) -> None:
    Path(town.home, "rota.yaml").write_text("\n".join(lines) + "\n")


# --- somebody without e-mail --------------------------------------------------


def test_a_yes_by_phone_is_met(town: Town) -> None:
    """Dana phones Grace after it was due; yes, it came: met, not presumed; Sam is thanked; nobody phones again."""
    on_call(town)
    need = sam_helps_grace(town)
    town.time_passes("26h")
    dana = town.inbox("Dana").expects("did it happen?", "Then open the link again and say how it ended").and_takes_it()
    assert "Did it happen: yes, partly or no?" in dana.page
    dana.ends_it("yes")
    town.inbox("Sam").expects("Thank you for 20 food parcels")
    assert town.situation(need).need.outcome is Outcome.met
    assert "Finished: Yes" in dana.page
    town.time_passes("30d")
    assert any("Dana finished the task: phone the resident" in line for line in town.says(need))


def test_three_calls_nobody_answers_are_silence(town: Town) -> None:
    """Two hours later, then at eight the next day, Dana is asked again. Then it is presumed, as with silence."""
    on_call(town)
    need = sam_helps_grace(town)
    town.time_passes("26h")
    dana = town.inbox("Dana")
    dana.expects("did it happen?").and_takes_it().ends_it("no-answer")  # 11am on Tuesday
    assert "Nobody answered (1 of 3). We will ask you again at 1pm on Tuesday 3 March" in dana.page
    town.time_passes("1h59m")
    dana.expects_nothing()
    town.time_passes("1m")
    dana.expects("did it happen?", "Nobody answered when we called before (1 of 3)").and_takes_it()
    dana.ends_it("no-answer")
    assert "We will ask you again at 8am on Wednesday 4 March" in dana.page
    town.time_passes("19h")
    dana.expects("did it happen?", "(2 of 3)").and_takes_it().ends_it("no-answer")
    assert town.situation(need).need.status is NeedStatus.confirming
    assert town.situation(need).tasks[-1].outcome == "no-answer"
    town.time_passes("2d")
    assert town.situation(need).need.outcome is Outcome.presumed
    town.inbox("Sam").expects("Thank you for")
    town.inbox("Dana").expects("Phone the resident: it is finished").and_takes_it().ends_it("told")
    town.time_passes("10d")


def test_nobody_is_presumed_to_have_been_asked(town: Town) -> None:
    """Neither officer takes the call for days: Grace was never asked, so her silence closes nothing."""
    on_call(town)
    need = sam_helps_grace(town)
    town.time_passes("26h")
    town.time_passes("4d")
    assert town.situation(need).need.status is NeedStatus.confirming
    for name in ("Dana", "Duncan"):
        while town.inbox(name).unread:
            inbox = town.inbox(name).expects("did it happen?")
    inbox.and_takes_it().ends_it("yes")
    town.inbox("Sam").expects("Thank you for 20 food parcels")
    assert town.situation(need).need.outcome is Outcome.met
