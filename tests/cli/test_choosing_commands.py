"""`muster need choose`: who gives paid care is an officer's choice."""

from __future__ import annotations

from pathlib import Path

from cli.doors import open_door
from tasks.moving import move_needs
from tests.cli.conftest import Muster

HEADER = "id,name,sector,email,phone,capabilities,checks\n"
ROWS = (
    "kingsway,Kingsway Care,provider,kingsway@example.org,,care-package,enhanced\n"
    "home-first,Home First,provider,home.first@example.org,,care-package,enhanced\n"
)


def looks() -> None:
    """What the worker would do now."""
    from infra import clock

    with open_door() as door:
        move_needs(door, door.store.due(clock.now(), 100))


def care(muster: Muster, home: Path) -> str:
    """A care package is wanted, two providers are asked, and Kingsway offers by telephone."""
    (home / "people.csv").write_text(HEADER + ROWS)
    assert muster("directory", "import", home / "people.csv").code == 0
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    opened = muster(
        "need", "open", "--summary", "Care after a fall", "--line", "care-package:1", "--area", "Norbiton",
        "--resident-name", "Amina Khan", "--resident-email", "amina@example.org", "--address", "1 Test Street",
        "--needed-by", "+3d", "--json",
    )  # fmt: skip
    reference = str(opened.json["need"])
    looks()
    unnamed = muster("need", "answer", reference, "kingsway", "yes", "--officer", "dana@example.org")
    assert unnamed.code == 1
    assert "full name of whoever comes" in unnamed.err
    named = ("--name", "Kim Park", "--officer", "dana@example.org")
    said = muster("need", "answer", reference, "kingsway", "yes", *named)
    assert (said.code, "offers 1 care package" in said.out) == (0, True)
    looks()
    return reference


def test_offers_are_shown_and_one_is_chosen(muster: Muster, home: Path) -> None:
    """Without a name the offers; with one the choice; the same again is said to be so; nothing private anywhere."""
    need = care(muster, home)
    shown = muster("need", "choose", need)
    assert (shown.code, "kingsway" in shown.out, "1 care package" in shown.out) == (0, True, True)
    assert f"muster need choose {need} kingsway" in shown.out
    details = muster("need", "show", need, "--json").json
    assert details["lines"][0]["offered"] == 1
    assert [i["offered"] for i in details["invitations"] if i["responder"] == "kingsway"] == [{"care-package": 1}]
    chosen = muster("need", "choose", need, "kingsway", "care-package:1", "--officer", "dana@example.org")
    assert chosen.code == 0
    assert "Kingsway Care is chosen: 1 care package" in chosen.out
    assert "It is covered" in chosen.out
    again = muster("need", "choose", need, "kingsway", "--officer", "dana@example.org")
    assert (again.code, "chosen already" in again.out) == (0, True)
    assert "Nothing waits to be chosen" in muster("need", "choose", need).out
    assert "Kim Park" not in muster("need", "show", need).out
    private = muster("need", "show", need, "--private").out
    assert "Words at the door: Kingsway Care" in " ".join(private.split())


def test_what_cannot_be_chosen_is_said(muster: Muster, home: Path) -> None:
    """Unknown people and parts, no offer, more than there is, an old version: each is exit code 1."""
    need = care(muster, home)
    for words, said in (
        (("nobody",), "in the directory has the id 'nobody'"),
        (("home-first",), "Home First has offered nothing here"),
        (("kingsway", "lift:1"), "'lift' is no part of"),
        (("kingsway", "care-package:2"), "2 care packages cannot be chosen: 1 care package offered"),
        (("kingsway", "care-package"), "is not a quantity"),
        (("kingsway", "--version", "1"), "has changed since you looked"),
    ):
        refused = muster("need", "choose", need, *words)
        assert refused.code == 1, words
        assert said in " ".join(refused.err.split()), words


def test_a_check_without_a_reason_is_pointed_out(muster: Muster, home: Path) -> None:
    """The law: asking for a check above basic needs a reason; basic does not. It is said with its line."""
    file = home / "categories.yaml"
    file.write_text(
        "categories: {food: Food}\n"
        "capabilities:\n"
        "  - {code: parcel, title: Parcel, unit: parcel, units: parcels, category: food, check: basic}\n"
        "  - {code: visit, title: Visit, unit: visit, units: visits, category: food,\n"
        "     check: enhanced-barred}\n"
        "  - {code: care, title: Care, unit: visit, units: visits, category: food, sectors: [provider],\n"
        "     check: enhanced, eligible: Personal care}\n"
    )
    done = muster("playbook", "check", file)
    assert done.code == 0
    said = " ".join(done.err.split())
    assert "categories.yaml:5: visit asks for the check enhanced-barred of everybody, volunteers too" in said
    assert "is an offence" in said
    assert "parcel asks" not in said
    assert "care asks" not in said
