"""Nobody answers, or nobody can: the circle widens, and ends at a named person."""

from __future__ import annotations

from pathlib import Path

import yaml

from domain.needs import Outcome
from domain.playbooks import Role
from infra.playbooks import load_playbook
from tests.people import GROUPS, SERVICES, playbook, round_of
from tests.town import Town

TWO_ROUNDS = playbook(
    round_of("neighbours", patience="2h", remind_after="1h"),
    round_of("groups", GROUPS, patience="4h"),
    close_after="1d",
)
ONE_ROUND = playbook(round_of("neighbours", patience="2h"), take_within="30m", close_after="1d")


def test_silence_widens_the_circle(town: Town) -> None:
    """A01, A18: Sam is silent: he is reminded once, and Good Neighbours are asked at two hours, not before."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Bob", "volunteer", "food-parcel")
    town.has("Good Neighbours", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries for two", "food-parcel:2", playbook=TWO_ROUNDS, needed_by="2026-03-03T09:00")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help with 2 food parcels by 9am on Tuesday 3 March")
    town.inbox("Bob").expects("Can you help").and_offers(1)
    town.inbox("Bob").expects("you have promised 1 food parcel")
    town.inbox("Bob").expects("Private")
    town.time_passes("59m")
    town.inbox("Sam").expects_nothing()
    town.time_passes("1m")
    town.inbox("Sam").expects("This is the only reminder", "1 food parcel")
    town.inbox("Bob").expects_nothing()  # he said yes: no reminder
    town.time_passes("59m")
    town.inbox("Good Neighbours").expects_nothing()
    town.time_passes("1m")
    town.inbox("Good Neighbours").expects("Can you help with 1 food parcel").and_says_yes()
    town.inbox("Good Neighbours").expects("you have promised 1 food parcel")
    town.inbox("Good Neighbours").expects("Name: Amina")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("Good Neighbours and a local volunteer will help you")
    assert town.story(need) == ["opened", "asked", "said-yes", "reminded", "asked", "said-yes", "covered"]
    assert "The circle widens" not in " ".join(town.says(need))  # reasons are said of people, not of rounds


def test_a_late_yes_is_still_a_yes(town: Town) -> None:
    """R11: Sam answers a moment before his time is over, and nobody else is asked."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Good Neighbours", "voluntary", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS)
    town.inbox("Amina").expects("We have your request")
    first = town.inbox("Sam").expects("Can you help")
    town.time_passes("1h59m59s")
    town.inbox("Sam").expects("Reminder")
    first.and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.time_passes("1d")
    town.inbox("Amina").expects("A local volunteer will help you")


def test_both_links_work_after_a_reminder(town: Town) -> None:
    """T14: the first mail's link and the reminder's are one; an answer by the first counts."""
    town.has("Sam", "volunteer", "food-parcel")
    town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS)
    town.inbox("Amina").expects("We have your request")
    first = town.inbox("Sam").expects("Can you help")
    town.time_passes("1h")
    second = town.inbox("Sam").expects("Reminder")
    assert "Can you help?" in first.page
    assert "Can you help?" in second.page
    first.and_says_yes()
    assert "You said yes" in second.page
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")


def test_an_empty_round_costs_no_time(town: Town) -> None:
    """A06: no neighbour can do it and the groups are paused, so the services are asked in the same moment."""
    everyday = playbook(round_of("neighbours"), round_of("groups", GROUPS), round_of("services", SERVICES))
    town.has("Sam", "volunteer", "lift")
    town.has("Good Neighbours", "voluntary", "food-parcel", paused_until="2026-12-01T00:00:00Z")
    town.has("Kingsway Care", "provider", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=everyday)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Kingsway Care").expects("Can you help").and_says_yes()
    town.inbox("Kingsway Care").expects("you have promised")
    town.inbox("Kingsway Care").expects("Private")
    town.inbox("Amina").expects("Kingsway Care will help you")
    assert town.story(need) == ["opened", "round-skipped", "round-skipped", "asked", "said-yes", "covered"]
    assert sum("nobody to ask" in sentence for sentence in town.says(need)) == 2


def test_a_no_asks_the_next_at_once(town: Town) -> None:
    """A refusal does not make Amina wait for a deadline; a refusal nobody needs to replace asks nobody."""
    one_at_a_time = playbook(round_of("neighbours", ask=1), round_of("groups", GROUPS))
    town.has("Bob", "volunteer", "lift")
    town.has("Sam", "volunteer", "lift")
    town.has("Dial A Ride", "voluntary", "lift")
    town.resident_needs("A lift to dialysis", "lift:1", playbook=one_at_a_time)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Bob").expects("Can you help").and_says_no()
    town.inbox("Bob").expects("you cannot help this time")
    town.inbox("Dial A Ride").expects_nothing()
    town.inbox("Sam").expects("Can you help").and_says_no()
    town.inbox("Sam").expects("you cannot help this time")
    town.inbox("Dial A Ride").expects("Can you help").and_says_yes()
    town.inbox("Dial A Ride").expects("you have promised")
    town.inbox("Dial A Ride").expects("Private")
    town.inbox("Amina").expects("Dial A Ride will help you")
    town.inbox("Bob").expects_nothing()


def test_a_question_holds_nothing(town: Town) -> None:
    """Bob asks something first: Dana hears his words, Sam is asked meanwhile, and Bob may still say yes."""
    town.has_officer("Dana")
    town.has("Bob", "volunteer", "lift")
    town.has("Sam", "voluntary", "lift")
    town.resident_needs("A lift", "lift:1", playbook=TWO_ROUNDS)
    town.inbox("Amina").expects("We have your request")
    bob = town.inbox("Bob").expects("Can you help").and_asks("Is there a step at the door?")
    town.inbox("Bob").expects("We have your question")
    town.inbox("Dana").expects("Bob has a question", "Is there a step at the door?").and_takes_it()
    town.inbox("Sam").expects("Can you help")
    bob.and_says_yes()
    town.inbox("Bob").expects("you have promised")
    town.inbox("Bob").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("will help you")


def test_a_running_need_keeps_its_playbook(town: Town, tmp_path: Path) -> None:
    """A05: the playbook's file is edited, then deleted, while a need runs; the need goes on as it began."""
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(TWO_ROUNDS.model_dump(mode="json", exclude_defaults=True)))
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Good Neighbours", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=load_playbook(str(file)))
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    file.write_text(file.read_text().replace("2h", "90d").replace("groups", "nobody"))
    load_playbook(str(file))
    file.unlink()
    town.time_passes("2h")
    town.inbox("Sam").expects("Reminder")
    town.inbox("Good Neighbours").expects("Can you help")
    assert town.situation(need).need.playbook == TWO_ROUNDS


def test_nobody_left_means_a_named_officer(town: Town) -> None:
    """Exhausted: Dana, Femi and Marge the manager have half an hour each; Femi takes it late, by her own link."""
    town.has_officer("Dana")
    town.has_officer("Femi")
    town.has_officer("Marge", Role.manager)
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=ONE_ROUND)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help").and_says_no()
    town.inbox("Sam").expects("you cannot help")
    town.inbox("Amina").expects("We are still looking for 2 food parcels", "passed your request to a council officer")
    town.inbox("Dana").expects(
        "Nobody left to ask for 2 food parcels",
        "If nobody takes it, it goes to Femi",
        "- Cannot help this time (not free at that time): Sam",
    )
    town.time_passes("29m59s")
    town.inbox("Femi").expects_nothing()
    town.time_passes("1s")
    femi = town.inbox("Femi").expects("Nobody left to ask")
    town.inbox("Dana").expects("This went to Femi at 9:30am", "You can still take it")
    town.time_passes("30m")
    town.inbox("Marge").expects("Nobody left to ask", "it goes to Dana")
    town.inbox("Femi").expects("This went to Marge at 10am")
    town.time_passes("30m")  # the list begins again, now with twice the wait
    dana = town.inbox("Dana").expects("Nobody left to ask")
    town.inbox("Marge").expects("This went to Dana at 10:30am")
    femi.and_takes_it()  # by the link she was sent; it is hers, whoever it is with now
    town.time_passes("2d")
    assert "Femi has this task" in dana.page
    assert town.story(need)[-4:] == ["task-passed", "task-passed", "task-passed", "task-taken"]
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Amina").expects("We could not get 2 food parcels for you")


def test_the_second_officer_takes_it_by_link(town: Town) -> None:
    """Dana is silent, Femi takes it: nobody is chased any more, and the story says who has it."""
    town.has_officer("Dana")
    town.has_officer("Femi")
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=ONE_ROUND)
    town.inbox("Amina").expects("We have your request, and are still looking")
    dana = town.inbox("Dana").expects("Nobody to ask for 2 food parcels")
    town.time_passes("30m")
    town.inbox("Femi").expects("Nobody to ask").and_takes_it()
    town.inbox("Dana").expects("This went to Femi")
    town.time_passes("1d")
    assert "Femi has this task" in dana.page
    assert "Femi took the task: find help." in town.says(need)
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Amina").expects("We could not get")


def test_somebody_on_duty_at_last(town: Town) -> None:
    """A39, A06: nobody is on duty, so the task waits; as soon as an officer is added, they are told."""
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=ONE_ROUND)
    town.inbox("Amina").expects("We have your request, and are still looking")
    town.time_passes("3h")
    assert town.situation(need).open_tasks[0].officer is None
    assert town.situation(need).need.wake_at is not None
    town.has_officer("Marge", Role.manager)
    town.inbox("Marge").expects("Nobody to ask for 2 food parcels").and_takes_it()
    town.officer_closes(need, Outcome.not_met)
    town.inbox("Amina").expects("We could not get")


def test_urgent_waits_for_no_morning(town: Town) -> None:
    """A13: at midnight an urgent need is asked at once and says so; another waits for 8am, local time."""
    town.has("Sam", "volunteer", "food-parcel", "blanket", weekly_limit=9)
    by_day = playbook(round_of("neighbours", patience="20m"), waking_hours_only=True)
    town.time_passes("15h")
    town.resident_needs("Blankets", "blanket:2", playbook=by_day, urgent=True, needed_by="+12h")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Urgent: can you help", "This is urgent").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.resident_needs("Groceries", "food-parcel:1", playbook=by_day, who="Grace", needed_by="+5d")
    town.inbox("Grace").expects("We have your request")
    town.time_passes("7h59m")
    town.inbox("Sam").expects_nothing()
    town.time_passes("1m")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Grace").expects("will help you")


def test_lines_move_each_at_their_own_pace(town: Town) -> None:
    """Home from hospital: meals and a lift from round one, care from round three at once; the meal moves on alone."""
    rounds = playbook(
        round_of("neighbours", patience="2h"),
        round_of("groups", GROUPS, patience="2h"),
        round_of("services", SERVICES, patience="2h"),
    )
    town.has("Sam", "volunteer", "lift")
    town.has("Mei", "community", "hot-meal")
    town.has("The Larder", "voluntary", "hot-meal", "lift")
    town.has("Kingsway Care", "provider", "personal-care", checks=["enhanced", "enhanced-barred"])
    need = town.resident_needs(
        "Home from hospital", "personal-care:1", "lift:1", "hot-meal:3", playbook=rounds, needed_by="+2d"
    )
    town.inbox("Amina").expects("We have your request", "1 care visit", "1 lift", "3 hot meals")
    town.inbox("Kingsway Care").expects("Can you help", "1 care visit").lacks("hot meal").and_says_yes()
    town.inbox("Kingsway Care").expects("you have promised")
    town.inbox("Kingsway Care").expects("Private")
    town.inbox("Sam").expects("Can you help", "1 lift").lacks("hot meal", "care visit").and_says_yes()
    town.inbox("Sam").expects("you have promised 1 lift")
    town.inbox("Sam").expects("Private")
    town.inbox("Mei").expects("Can you help", "3 hot meals").lacks("care visit")
    assert town.counts(need) == {"personal-care": 1, "lift": 1, "hot-meal": 0}
    town.inbox("The Larder").expects_nothing()
    town.time_passes("2h")
    town.inbox("The Larder").expects("Can you help", "3 hot meals").lacks("care visit", "1 lift").and_says_yes()
    town.inbox("The Larder").expects("you have promised 3 hot meals")
    town.inbox("The Larder").expects("Private")
    town.inbox("Mei").expects("No longer needed: 3 hot meals")
    town.inbox("Amina").expects("Kingsway Care, ", "will help you", "The Larder: 3 hot meals")


def test_a_whole_response_in_a_minute(town: Town, tmp_path: Path) -> None:
    """A playbook in seconds, due in seconds: asked, widened, covered, confirmed and presumed within one minute."""
    file = tmp_path / "minute.yaml"
    file.write_text(
        "name: minute\ntitle: In a minute\n"
        "rounds:\n"
        "  - {name: neighbours, sectors: [volunteer], ask: 4, patience: 6s, remind_after: 3s}\n"
        "  - {name: groups, sectors: [voluntary], ask: 4, patience: 6s}\n"
        "officer: {take_within: 5s}\n"
        "follow_up: {chase_after: 20s, confirm_after: 5s, close_after: 5s}\n"
    )
    town.has("Sam", "volunteer", "blanket")
    town.has("Good Neighbours", "voluntary", "blanket")
    need = town.resident_needs("A blanket", "blanket:1", playbook=load_playbook(str(file)), needed_by="+40s")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help", "9:01am")
    town.time_passes("3s")
    town.inbox("Sam").expects("Reminder")
    town.time_passes("3s")
    town.inbox("Good Neighbours").expects("Can you help").and_says_yes()
    town.inbox("Good Neighbours").expects("you have promised")
    town.inbox("Good Neighbours").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("Good Neighbours will help you")
    town.time_passes("39s")
    town.inbox("Amina").expects("Did you get 1 blanket?")
    town.time_passes("5s")
    town.inbox("Amina").expects("is finished")
    town.inbox("Good Neighbours").expects("Thank you for 1 blanket")
    assert town.situation(need).need.outcome == Outcome.presumed


def test_nobody_is_asked_more_than_their_week_allows(town: Town) -> None:
    """Sam may be asked three times a week: the fourth need goes to others, and on Monday he may be asked again."""
    town.has("Sam", "volunteer", "food-parcel")
    town.has("The Larder", "voluntary", "food-parcel")
    for number in range(5):
        town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS, who=f"Resident {number}")
        town.inbox(f"Resident {number}").expects("We have your request")
    town.inbox("Sam").expects("Can you help with 1 food parcel")
    town.inbox("The Larder").expects("Can you help with 1 food parcel")
    town.time_passes("10m")  # what follows at once comes in one mail
    town.inbox("Sam").expects("2 requests: can you help")
    town.inbox("Sam").expects_nothing()
    town.inbox("The Larder").expects("Can you help with 1 food parcel")
    town.inbox("The Larder").expects_nothing()
    town.time_passes("1d")
    town.inbox("Sam").expects("Reminder: 3 requests")
    town.inbox("Sam").expects_nothing()
    town.inbox("The Larder").expects("3 requests: can you help")
    town.inbox("The Larder").expects_nothing()
    for number in range(5):  # no officer is there, and it takes longer
        town.inbox(f"Resident {number}").expects("We are still looking")
    town.time_passes("6d")  # the week turns on the way; nobody asked before is asked about the same need again
    for number in range(5):
        town.inbox(f"Resident {number}").expects_nothing()
    town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS, who="Resident 6")
    town.inbox("Resident 6").expects("We have your request")
    town.inbox("Sam").expects("Can you help")


def test_a_busy_week(town: Town) -> None:
    """Twelve needs in a week, three volunteers, two of them with limits of their own: no week is ever overdrawn."""
    limits = {"Sam": 3, "Bob": 1, "Jane": 5}
    for name, limit in limits.items():
        town.has(name, "volunteer", "food-parcel", weekly_limit=limit)
    needs = []
    for _ in range(12):
        needs.append(town.resident_needs("Groceries", "food-parcel:2", playbook=ONE_ROUND, email=None))
        town.time_passes("3h")
    asked = [i.responder for need in needs for i in town.situation(need).invitations]
    assert {name: asked.count(name.lower()) for name in limits} == limits
    for name, limit in limits.items():
        for _ in range(limit):
            town.inbox(name).expects("Can you help")


def test_down_across_two_reminders(town: Town) -> None:
    """A08: nothing ran for five hours: one catch-up, in order, and nobody is sent what is no longer true."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("The Larder", "voluntary", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.nothing_runs_for("5h")  # Sam's reminder and the end of round one were missed
    town.settle()
    town.inbox("Sam").expects_nothing()  # it is too late to remind him
    town.inbox("The Larder").expects("Can you help")
    assert town.story(need) == ["opened", "asked", "asked"]
    ends = town.situation(need).need.lines[0].round_ends
    assert ends is not None
    assert ends >= town.moment  # The Larder get a fair time from now on
    town.nothing_runs_for("1d")
    town.settle()
    town.inbox("Amina").expects("We are still looking")
    town.inbox("Dana").expects("Nobody left to ask").and_takes_it()


def test_down_across_one_reminder(town: Town) -> None:
    """A08: nothing ran when the reminder was due; it is sent once, late, while it still helps."""
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=TWO_ROUNDS)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.nothing_runs_for("90m")
    town.settle()
    town.inbox("Sam").expects("Reminder")
    town.time_passes("20m")
    town.inbox("Sam").expects_nothing()
    assert town.story(need).count("reminded") == 1
