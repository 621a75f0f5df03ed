"""Rest centre, 02:10: blankets by four, hot meals by half past six, a Korean interpreter who is not to be found."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.amending import Amendment, Wanted, amend
from domain.changes import Refusal
from domain.needs import Outcome
from domain.officers import TaskKind
from tests.people import playbook, round_of
from tests.town import Inbox, Town

TEN_PAST_TWO = datetime(2026, 1, 14, 2, 10, tzinfo=UTC)  # a Wednesday; in winter London keeps UTC
EVERYBODY = ("voluntary", "business", "community", "public")
AT_ONCE = playbook(
    round_of("everybody", EVERYBODY, "40m", ask=20),  # type: ignore[arg-type]
    take_within="15m",
    chase_after="12h",
    confirm_after="1h",
    close_after="2d",
)
OLA, DUNCAN = "+447700900010", "+447700900011"


def offers(inbox: Inbox, line: int, count: int, ready: str = "") -> None:
    """They offer so much of one line, and agree to what the check page says it comes to."""
    inbox.answers(answer="part", **{f"quantity-{line}": str(count)}, **({f"ready-by-{line}": ready} if ready else {}))


def test_rest_centre_at_ten_past_two(town: Town) -> None:
    """What is late stands by, what is too much is agreed down, and whom nobody knows is found by a person."""
    town.moment = TEN_PAST_TWO
    town.has("River Church", "community", "blanket", capacity=40)
    town.has("Red Cross", "voluntary", "blanket", capacity=60)
    town.has("Harbour Cafe", "business", "hot-meal", capacity=25)
    town.has("Wheatsheaf Catering", "business", "hot-meal", capacity=50)
    town.has_officer("Ola", phone=OLA)
    town.has_officer("Duncan", phone=DUNCAN)
    flood = town.has_incident("Hogsmill flood", "Kings Rest Centre, Norbiton Road", "Ola")
    need = town.incident_needs(
        flood, "blanket:40@04:00", "hot-meal:60@06:30", "interpreter-korean:1@03:30", playbook=AT_ONCE, urgent=True
    )

    # Nobody in the place speaks Korean for the council: at once a task, by mail and text, for the lead.
    ola = town.inbox("Ola").expects("interpreting", "Take this by")
    assert "http://" in town.phone(OLA)
    church = town.inbox("River Church").expects(
        "Urgent: can you help with 40 blankets", "Kings Rest Centre, Norbiton Road"
    )
    red_cross = town.inbox("Red Cross").expects("40 blankets by 4am on Wednesday 14 January")
    cafe = town.inbox("Harbour Cafe").expects("60 hot meals")
    caterer = town.inbox("Wheatsheaf Catering").expects("60 hot meals")

    # The church can bring forty at five, which is too late for four: they stand by. The Red Cross comes at 03:45.
    offers(church, 1, 40, ready="05:00")
    church.expects("40 blankets", "ready by 5am", "needed by 4am")
    offers(red_cross, 1, 40, ready="03:45")
    red_cross.expects("you have promised 40 blankets", "ready by 3:45am")
    assert town.counts(need)["blanket"] == 40

    # Twenty-five meals, then fifty: thirty-five of those count.
    offers(cafe, 2, 25)
    cafe.expects("you have promised 25 hot meals")
    offers(caterer, 2, 50)
    caterer.expects("you have promised 35 hot meals", "15 hot meals")
    assert town.counts(need) == {"blanket": 40, "hot-meal": 60, "interpreter-korean": 0}

    # Ola is asleep. After a quarter of an hour Duncan has it, and both are told; he takes it.
    town.time_passes("15m")
    ola.expects("Duncan")
    duncan = town.inbox("Duncan").expects("interpreting", "Take this by 2:40am")
    assert "http://" in town.phone(DUNCAN)
    duncan.and_takes_it()
    situation = town.situation(need)
    (task,) = [task for task in situation.tasks if task.kind is TaskKind.hand_over]
    assert (task.status.value, task.officer) == ("taken", "O-duncan")

    # A telephone line for interpreters answers him, so an hour of it is no longer needed from anybody.
    korean = town.catalogue.find("interpreter-korean")
    wanted = Amendment(wanted=(Wanted(capability=korean, quantity=0),))
    done = town.door.change(
        need, lambda s, now: amend(s, wanted, town.door.store.resident(need), "officer:O-duncan", now)
    )
    assert not isinstance(done, Refusal)
    town.settle()
    assert town.situation(need).covered

    # Half past seven: those who came say so, and Ola, who leads, says that it happened.
    town.time_passes("4h")
    red_cross.answers(answer="done")
    caterer.answers(answer="done")
    cafe.answers(answer="done")
    for inbox in (red_cross, caterer, cafe):
        inbox.expects("Thank you")
    church.expects("No longer needed: 40 blankets", "do not need to stand by")
    town.time_passes("2h")
    ola.expects("Did it happen: 40 blankets and 60 hot meals?").lacks("Urgent", "interpreting")
    ola.and_takes_it().ends_it("yes")
    assert town.situation(need).need.outcome is Outcome.met
    for name in ("Red Cross", "Harbour Cafe", "Wheatsheaf Catering"):
        town.inbox(name).expects("Thank you for")
    said = "\n".join(town.says(need))
    assert "There was nobody we could ask for hours of Korean interpreting" in said
    assert "Red Cross said yes: 40 blankets" in said
    assert "We asked everybody for 40 blankets and 60 hot meals" in said
    assert "Ola says that it happened, so this is closed." in said
    assert "resident says" not in said
    town.time_passes("5d")
