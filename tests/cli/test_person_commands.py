"""Ada Admin says what the council holds on somebody, erases them, keeps a need for longer; every look is recorded."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doors import open_door
from infra import clock
from tasks.keeping_house import keep_house
from tests.cli.conftest import Muster

AMINA = ("--resident-name", "Amina Yusuf", "--resident-email", "amina@example.org", "--resident-phone", "07700 900001",
         "--address", "12 Example Road", "--notes", "Two steps at the door")  # fmt: skip
ADA = ("--officer", "ada@example.org")


@pytest.fixture
def need(muster: Muster) -> str:
    """Amina's need, recorded by nobody in particular."""
    for name, role in (("Ada Admin", "admin"), ("Vera Viewer", "viewer"), ("Dana Duty", "duty")):
        email = f"{name.split()[0].lower()}@example.org"
        assert muster("officer", "add", "--name", name, "--email", email, "--role", role).code == 0
    opened = muster("need", "open", "--summary", "Groceries", "--line", "food-parcel:2", "--area", "Norbiton", "--json",
                    "--yes", *AMINA)  # fmt: skip
    return str(opened.json["need"])


def test_a_look_is_recorded(muster: Muster, need: str) -> None:
    """P06: who looked, when, at what kinds of detail; the details themselves are not in the record."""
    assert "Nobody has looked" in muster("need", "looks", need).out
    assert "amina@example.org" in muster("need", "show", need, "--private", "--officer", "dana@example.org").out
    muster("need", "show", need, "--private")
    muster("need", "show", need)
    first, second = muster("need", "looks", need, "--json").json
    assert first["who"] == "command"
    assert second["who"].startswith("officer:")
    assert second["what"] == "name,email,phone,address,notes"
    shown = muster("need", "looks", need).out
    assert "Dana Duty" in shown
    assert "somebody at this machine" in shown
    assert "Amina" not in shown


def test_what_is_held_on_amina(muster: Muster, need: str, tmp_path: Path) -> None:
    """P04: all of it in a file only its owner may read, by her number as well; the export is a look, too."""
    file = tmp_path / "amina.json"
    assert muster("person", "export", "07700 900001", "--json", file, *ADA).code == 0
    held = json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    (mine,) = held["resident_of"]
    assert mine["you"] == {
        "name": "Amina Yusuf",
        "email": "amina@example.org",
        "phone": "+447700900001",
        "address": "12 Example Road",
        "notes": "Two steps at the door",
    }
    assert mine["lawful_basis"] == "public-task"
    assert muster("need", "looks", need, "--json").json[0]["what"].startswith("export: name")


def test_only_an_administrator_may(muster: Muster, need: str) -> None:
    """Dana is on duty, and what is known of a person is not hers to give away or erase."""
    for words in (("export", "amina@example.org"), ("erase", "amina@example.org", "--because", "asked", "--yes")):
        ran = muster("person", *words, "--officer", "dana@example.org")
        assert ran.code == 1
        assert "an administrator may" in ran.err


def test_who_is_meant(muster: Muster, need: str) -> None:
    """A name alone is refused; two people with one address are told apart by name; nobody is nobody."""
    muster("need", "open", "--summary", "A bed", "--line", "blanket:1", "--area", "Norbiton", "--yes",
           "--resident-name", "Ben Yusuf", "--resident-email", "amina@example.org")  # fmt: skip
    assert "say in which needs" in muster("person", "export", "Amina Yusuf").err
    assert "--name: this is 2 people: " in muster("person", "export", "amina@example.org").err
    assert len(muster("person", "export", "amina@example.org", "--name", "amina yusuf").json["resident_of"]) == 1
    assert len(muster("person", "export", "Amina Yusuf", "--need", need).json["resident_of"]) == 1
    assert "nobody was found" in muster("person", "export", "grace@example.org").err
    assert muster("person", "export", "grace@").code == 1


def test_erasing_asks_first_and_says_what_hinders(muster: Muster, need: str) -> None:
    """An open need is not erased under those who help; without a terminal to ask at, it takes --yes."""
    hindered = muster("person", "erase", "amina@example.org", "--because", "asked", "--yes")
    assert hindered.code == 1
    assert f"{need} is not closed yet" in hindered.err
    unasked = muster("person", "erase", "amina@example.org", "--because", "asked", "--withdraw")
    assert unasked.code == 1
    assert "They are the resident of" in unasked.out
    assert muster("need", "show", need, "--json").json["status"] == "open"
    assert muster("person", "erase", "amina@example.org", "--because", "a long story").code == 2


def test_amina_is_forgotten(muster: Muster, need: str, home: Path) -> None:
    """P01: 0 hits afterwards, in any file there is; the story says that details were erased."""
    erased = muster("person", "erase", "AMINA@example.org", "--because", "asked", "--withdraw", "--yes", *ADA)
    assert erased.code == 0, erased.err
    assert "Nothing that names them is left" in erased.out
    for path in (home / "home").rglob("*"):
        if path.is_file():
            assert not [
                w
                for w in ("amina", "yusuf", "7700900001", "7700 900001", "example road")
                if w.encode() in path.read_bytes().lower()
            ]
    story = muster("need", "show", need, "--json").json["story"]
    assert story[-1]["because"].startswith("Erased, as the council was asked to: the resident's details, what people")
    assert "nobody was found" in muster("person", "export", "amina@example.org").err


def test_a_need_is_kept_for_longer(muster: Muster, need: str) -> None:
    """P03: her son has complained: nothing is erased, even where she asks, until it is ended; why is a private note."""
    muster("need", "withdraw", need)
    kept = muster("need", "keep", need, "--because", "Her son complained to the ombudsman", *ADA)
    assert kept.code == 0, kept.err
    assert "already" in muster("need", "keep", need, "--because", "Twice").out
    assert muster("need", "keep", need).code == 2
    hindered = muster("person", "erase", "amina@example.org", "--because", "asked", "--yes")
    assert "nothing of" in hindered.err
    story = muster("need", "show", need, "--json").out
    assert "Ada Admin said that nothing of this may be erased for now" in story
    assert "ombudsman" not in story
    assert "ombudsman" in muster("need", "show", need, "--private").out
    assert muster("need", "keep", need, "--end").code == 0
    assert muster("person", "erase", "amina@example.org", "--because", "asked", "--yes").code == 0


def test_why_the_council_may(muster: Muster, need: str) -> None:
    """The lawful basis is said when the need is recorded, and read by officers."""
    opened = muster("need", "open", "--summary", "A bed", "--line", "blanket:1", "--area", "Norbiton", "--json",
                    "--yes", "--resident-email", "grace@example.org", "--lawful-basis", "consent")  # fmt: skip
    assert muster("need", "show", opened.json["need"], "--json").json["lawful_basis"] == "consent"
    assert "They have agreed to it" in muster("need", "show", opened.json["need"], "--private").out
    assert "A public task of the council" in muster("need", "show", need, "--private").out


def test_the_doctor_sees_what_is_past_its_time(muster: Muster, need: str, home: Path) -> None:
    """Nothing may be there past its time; a file of periods with a slip in it is found before it matters."""
    muster("need", "withdraw", need)

    def retention() -> dict[str, object]:
        return next(finding for finding in muster("doctor", "--json").json if finding["about"] == "retention")

    assert retention()["ok"] is True
    clock.set_source(lambda: datetime.now(UTC) + timedelta(days=91))
    try:
        found = retention()
        assert found["ok"] is False
        assert "1 contact" in str(found["sentence"])
        with open_door() as door:
            keep_house(door)
        assert retention()["ok"] is True
    finally:
        clock.set_source(None)
    (home / "home" / "retention.yaml").write_text("contact: ever\n")
    assert "not a length of time" in str(retention()["sentence"])
