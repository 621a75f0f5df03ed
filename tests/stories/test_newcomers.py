"""Partners are brought in while a need waits: those who could help are asked, nobody twice, nobody without need."""

from __future__ import annotations

from domain.events import EventCode
from infra.commands.partners import bring_in_csv
from tests.people import GROUPS, playbook, round_of
from tests.town import Town

TWO_ROUNDS = playbook(
    round_of("neighbours", patience="2h"), round_of("groups", GROUPS, patience="4h"), take_within="30m"
)
HEAD = "id,name,sector,capabilities,email,areas\n"
JANE = "jane,Jane,volunteer,food-parcel,jane@example.org,Norbiton\n"
LARDER = "larder,Larder,voluntary,food-parcel,larder@example.org,Norbiton\n"
FAR_AWAY = "tom,Tom,volunteer,food-parcel,tom@example.org,Elsewhere\n"
DRIVER = "ann,Ann,volunteer,lift,ann@example.org,Norbiton\n"


def bring_in(town: Town, *rows: str) -> None:
    """Ravi Manager imports a file."""
    bring_in_csv(town.door, (HEAD + "".join(rows)).encode(), town.catalogue, "officer:O-Ravi")
    town.settle()


def set_aside(town: Town, *names: str) -> None:
    """What these people also got is another story's."""
    for name in names:
        town.read |= {key for key, _ in town.inbox(name).unread}


def noticed(town: Town, need: str) -> int:
    return town.story(need).count(EventCode.newcomers)


def test_a_need_that_has_run_out_of_people_asks_the_newcomers(town: Town) -> None:
    """Sam could not, and Dana has it; then Jane and Larder come into the directory: they are asked in turn, Sam is not
    asked again, and Dana gets no second task. Larder brings it."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel", areas=("Norbiton",))
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=TWO_ROUNDS)
    town.inbox("Sam").expects("Can you help").and_says_no()
    assert len(town.situation(need).open_tasks) == 1
    bring_in(town, JANE, LARDER, FAR_AWAY, DRIVER)
    town.inbox("Jane").expects("Can you help with 2 food parcels")
    town.inbox("Larder").expects_nothing()
    town.time_passes("2h")
    town.inbox("Larder").expects("Can you help with 2 food parcels").and_says_yes()
    assert town.situation(need).covered
    assert noticed(town, need) == 1
    assert [i.responder for i in town.situation(need).invitations] == ["sam", "jane", "larder"]
    assert "Partners were brought in or changed who may help with food parcels: Jane and Larder." in " ".join(
        town.says(need)
    )
    assert len([task for task in town.situation(need).tasks if task.kind == "hand-over"]) == 1
    town.inbox("Jane").expects("No longer needed")
    town.inbox("Tom").expects_nothing()
    town.inbox("Ann").expects_nothing()
    set_aside(town, "Amina", "Dana", "Sam", "Larder")


def test_a_need_that_waits_in_a_round_has_them_in_it(town: Town) -> None:
    """Good Neighbours could give half of it: in the groups' round, Jane, a neighbour, is asked too, though hers is
    over; and no more are asked than it takes."""
    town.has("Good Neighbours", "voluntary", "food-parcel", areas=("Norbiton",), capacity=1)
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=TWO_ROUNDS)
    town.inbox("Good Neighbours").expects("Can you help")
    bring_in(town, JANE)
    town.inbox("Jane").expects("Can you help with 2 food parcels")
    assert town.situation(need).need.lines[0].rounds == (1, 2)
    assert noticed(town, need) == 1
    set_aside(town, "Amina")


def test_the_same_file_again_changes_nothing(town: Town) -> None:
    """Jane was brought in, asked, and said no: brought in again, or with another capacity, she is not asked again."""
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=TWO_ROUNDS)
    bring_in(town, JANE)
    town.inbox("Jane").expects("Can you help").and_says_no()
    before = town.situation(need).need.version
    bring_in(town, JANE)
    bring_in(town, JANE.replace("Jane,", "Jane Example,"))
    assert town.situation(need).need.version == before
    assert noticed(town, need) == 1
    set_aside(town, "Amina", "Jane")


def test_nobody_is_asked_without_need(town: Town) -> None:
    """What is covered, or waits for somebody who could cover it, asks nobody for being new; nor what is on hold."""
    town.has("Sam", "volunteer", "food-parcel", areas=("Norbiton",))
    covered = town.resident_needs("Groceries", "food-parcel:2", playbook=TWO_ROUNDS)
    town.inbox("Sam").expects("Can you help").and_says_yes()
    bring_in(town, JANE, FAR_AWAY, DRIVER)
    assert noticed(town, covered) == 0
    for name in ("Jane", "Tom", "Ann"):
        town.inbox(name).expects_nothing()
    held = town.resident_needs("Milk", "food-parcel:1", playbook=TWO_ROUNDS, who="Ben")
    town.inbox("Jane").expects("Can you help with 1 food parcel")
    town.is_held()
    bring_in(town, JANE.replace("jane", "mia").replace("Jane", "Mia"))
    town.inbox("Mia").expects_nothing()
    assert not town.situation(held).covered
    set_aside(town, "Amina", "Ben", "Sam")
