"""`muster incident …` and the parts of `muster need open` that go with it: Ada leads, the rest centre needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from tests.cli.conftest import Muster

CENTRE = "Kings Rest Centre, Norbiton Road"
REFERENCE = re.compile(r"X-[2-9CFGHJKMPQRVWX]{6}")
BLANKETS = ("need", "open", "--summary", "For everybody there", "--line", "blanket:40", "--area", "Norbiton")
FOOD = ("need", "open", "--summary", "Food", "--line", "food-parcel:1", "--area", "Norbiton")
AMINA = ("--resident-name", "Amina Khan", "--resident-email", "amina@example.org")


@pytest.fixture
def flood(muster: Muster) -> str:
    """An incident that Ada leads."""
    muster("officer", "add", "--name", "Ada Lead", "--email", "ada@example.org", "--role", "duty")
    opened = muster(*incident("Flood at Kingsmead"), "--json")
    return str(opened.json["incident"])


def incident(name: str, *more: str) -> tuple[str, ...]:
    return ("incident", "open", "--name", name, "--place", CENTRE, "--lead", "ADA@example.org", *more)


# --- incidents --------------------------------------------------------------------


def test_an_incident_is_opened_listed_and_shown(muster: Muster, flood: str) -> None:
    """One command gives a reference that people can read out; the others find it again, however it is written."""
    assert REFERENCE.fullmatch(flood)
    need = muster(*BLANKETS, "--incident", flood, "--json").json["need"]
    (listed,) = muster("incident", "list", "--json").json
    assert (listed["incident"], listed["lead"], listed["status"]) == (flood, "Ada Lead", "open")
    shown = muster("incident", "show", flood.lower().removeprefix("x-"), "--json").json
    assert [row["need"] for row in shown["needs"]] == [need]
    printed = muster("incident", "show", flood).out
    assert CENTRE in printed
    assert "Ada Lead leads" in printed
    assert need in printed
    assert flood in muster("need", "show", need).out


def test_what_is_wrong_is_said_by_its_option(muster: Muster, flood: str) -> None:
    """Nobody of that address leads, a place is needed, and no incident has a made-up reference."""
    unknown = muster(*incident("Fire")[:-1], "eve@example.org")
    assert (unknown.code, "--lead: nobody here" in unknown.err) == (1, True)
    assert "--name" in muster(*incident("two\nlines")).err
    assert muster("incident", "open", "--name", "Fire").code == 2
    for words in (("show", "X-999999"), ("show", "nonsense"), ("hold", "X-999999"), ("close", "X-999999")):
        done = muster("incident", *words)
        assert (done.code, "incident" in done.err) == (1, True)
    assert "--incident: no incident" in muster(*BLANKETS, "--incident", "X-999999").err


def test_holding_and_going_on(muster: Muster, flood: str) -> None:
    """One incident or everything; twice is the same; which of the two must be said."""
    need = muster(*BLANKETS, "--incident", flood, "--json").json["need"]
    assert "nothing leaves" in muster("incident", "hold", flood).out
    assert "already" in muster("incident", "hold", flood).out
    assert muster("need", "show", need, "--json").json["held"] is True
    assert muster("incident", "list", "--json").json[0]["status"] == "on-hold"
    assert "goes on" in muster("incident", "resume", flood).out
    assert "not on hold" in muster("incident", "resume", flood).out
    assert "Everything is on hold" in muster("incident", "hold", "--all").out
    assert "everything is on hold" in muster("incident", "list").err
    muster("incident", "hold", flood)
    assert flood in muster("incident", "resume", "--all").err
    for words in ((), (flood, "--all")):
        assert muster("incident", "hold", *words).code == 2


def test_an_incident_is_closed_when_its_needs_are(muster: Muster, flood: str) -> None:
    """Not before, and not while messages wait; then it takes no more needs."""
    need = muster(*BLANKETS, "--incident", flood, "--json").json["need"]
    refused = muster("incident", "close", flood)
    assert (refused.code, "1 need that is not closed" in refused.err) == (1, True)
    muster("need", "withdraw", need)
    muster("incident", "hold", flood)
    assert "on hold" in muster("incident", "close", flood).err
    muster("incident", "resume", flood)
    assert muster("incident", "close", flood).code == 0
    assert "is closed" in muster(*BLANKETS, "--incident", flood).err


def test_exercises_are_marked_and_apart(muster: Muster, flood: str) -> None:
    """A list shows which needs are practice, and can show only those, or only what is real."""
    drill = muster(*incident("Drill", "--exercise"), "--json").json["incident"]
    practice = muster(*BLANKETS, "--incident", drill, "--json").json["need"]
    real = muster(*BLANKETS, "--incident", flood, "--json").json["need"]
    assert [row["need"] for row in muster("need", "list", "--exercise", "--json").json] == [practice]
    assert [row["need"] for row in muster("need", "list", "--real", "--json").json] == [real]
    assert "(exercise)" in muster("need", "list").out
    assert muster("need", "show", practice, "--json").json["exercise"] is True
    assert "(exercise)" in muster("need", "show", practice).out


# --- opening a need well ------------------------------------------------------------


def test_a_resident_nobody_can_tell_is_refused(muster: Muster) -> None:
    """The sentence says what to give; a way that lacks what it takes is refused by its option."""
    refused = muster(*FOOD)
    assert (refused.code, "no way to tell the resident" in refused.err) == (1, True)
    assert muster("need", "list", "--json").json == []
    phone = muster(*FOOD, *AMINA, "--contact-by", "phone")
    assert (phone.code, phone.err.startswith("--resident-phone: ")) == (1, True)
    assert muster(*FOOD, *AMINA, "--contact-by", "pigeon").code == 2
    for way in (
        ("--resident-phone", "07700 900001"),
        ("--address", "12 Elm Road"),
        ("--referrer-email", "n@example.org"),
    ):
        assert muster(*FOOD, *way).code == 0


def test_why_it_is_urgent_and_whom_to_keep_away(muster: Muster, home: Path) -> None:
    """A reason without urgency, and a responder nobody knows, are refused; both are shown."""
    people = home / "people.csv"
    people.write_text("id,name,sector,capabilities,email\nsam,Sam Lee,volunteer,food-parcel,sam@example.org\n")
    muster("directory", "import", people)
    assert muster(*FOOD, *AMINA, "--urgent-because", "No food").err.startswith("--urgent-because: ")
    assert muster(*FOOD, *AMINA, "--keep-from", "eve").err.startswith("--keep-from: nobody in the directory")
    said = ("--urgent", "--urgent-because", "No food since Sunday", "--keep-from", "sam", "--sensitive")
    need = muster(*FOOD, *AMINA, *said, "--json").json["need"]
    shown = muster("need", "show", need)
    for words in ("No food since Sunday", "Kept from: Sam Lee", "Sensitive"):
        assert words in shown.out


def test_the_same_twice_is_said_and_both_are_recorded(muster: Muster, home: Path) -> None:
    """On the command line and for a CSV's rows; the officer who looks finds it in a task."""
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    first = muster(*FOOD, *AMINA, "--json").json["need"]
    again = muster(*FOOD, "--resident-email", "Amina@example.org")
    assert f"same kind of help in {first}" in again.err
    rows = home / "needs.csv"
    rows.write_text("summary,lines,area,resident_phone\n" + "Food,food-parcel:1,KT1,07700 900001\n" * 2)
    imported = muster("need", "import", rows, "--json").json
    one, two = imported["rows"]
    assert (imported["recorded"], one["like"], two["like"]) == (2, None, one["need"])
    assert muster("need", "show", two["need"], "--json").json["tasks"][0]["kind"] == "duplicate"


def test_a_csv_says_all_that_a_command_can(muster: Muster, flood: str, home: Path) -> None:
    """Contact, referrer, reason, incident, whom to keep away: a column each; a bad cell is refused by its column."""
    path = home / "needs.csv"
    head = "summary,lines,area,contact_by,referrer_name,referrer_email,urgent,urgent_because,sensitive,incident\n"
    path.write_text(
        head
        + "Food,food-parcel:1,KT1,person,Nurse Ng,ng@example.org,yes,No food,yes,\n"
        + f"Blankets,blanket:9,KT1,,,,,,,{flood}\n"
        + "Food,food-parcel:1,KT1,pigeon,,ng@example.org,,,,\n"
        + "Food,food-parcel:1,KT1,,,,,,,\n"
        + "Food,food-parcel:1,KT1,,,ng@example.org,,,perhaps,\n"
    )
    done = muster("need", "import", path)
    assert "2 recorded, 0 on record already, 3 refused" in done.out
    for line, column in ((4, "contact_by"), (5, "resident"), (6, "sensitive")):
        assert f"{path}:{line}: refused: {column}: " in done.err


def test_private_words_are_asked_about_on_a_terminal(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is recorded, an officer at a terminal may still mend the summary; --yes asks nothing."""
    words = ("need", "open", "--line", "food-parcel:1", "--area", "KT1", *AMINA, "--summary", "Food for Mrs Khan")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    asked: list[str] = []

    def no(question: str, **_: object) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(typer, "confirm", no)
    refused = muster(*words)
    assert (refused.code, "the resident's name" in refused.err, len(asked)) == (1, True, 1)
    assert muster("need", "list", "--json").json == []
    assert muster(*words, "--yes").code == 0
    assert len(asked) == 1


def test_a_viewer_does_not_lead(muster: Muster) -> None:
    """Who may only look gets no task, so nobody waits for them."""
    muster("officer", "add", "--name", "Vera View", "--email", "ada@example.org", "--role", "viewer")
    refused = muster(*incident("Flood at Kingsmead"))
    assert refused.code == 1
    assert "--lead: Vera View is a viewer" in refused.err
    assert muster("incident", "list", "--json").json == []


def test_bytes_that_are_no_text_are_said_plainly(muster: Muster) -> None:
    """An id typed in another encoding: one sentence of ours, with the option."""
    refused = muster(*FOOD, *AMINA, "--keep-from", "caf\udce9")
    assert refused.code == 1
    assert refused.err.startswith("--keep-from: must be UTF-8 text")


# --- who does it ------------------------------------------------------------------


def test_a_closed_incident_cannot_be_held(muster: Muster, flood: str) -> None:
    """It would be on hold for good: said in a sentence, nothing changed."""
    muster("incident", "close", flood)
    refused = muster("incident", "hold", flood)
    assert (refused.code, f"{flood} is closed" in refused.err) == (1, True)
    assert muster("incident", "list", "--json").json[0]["status"] == "closed"


def test_only_who_has_access_and_the_right_acts(muster: Muster, flood: str) -> None:
    """Olu left; Ada leads the incident and holds it, but not everything; Vera only looks; none keeps house."""
    for name, role in (("Olu", "duty"), ("Vera", "viewer"), ("Ravi", "manager")):
        muster("officer", "add", "--name", name, "--email", f"{name.lower()}@example.org", "--role", role)
    muster("officer", "disable", "olu@example.org")
    need = muster(*FOOD, *AMINA, "--json").json["need"]

    def said(email: str, *words: str) -> tuple[int, str]:
        done = muster(*words, "--officer", f"{email}@example.org")
        return done.code, done.err

    assert said("olu", "need", "withdraw", need)[0] == 1
    assert "nobody here has the address" in said("olu", "incident", "hold", flood)[1]
    assert "may look and change nothing" in said("vera", "incident", "hold", flood)[1]
    assert "a manager may" in said("ada", "incident", "hold", "--all")[1]
    assert "an administrator may" in said("ada", "need", "keep", need, "--because", "A complaint")[1]
    assert said("ada", "incident", "hold", flood)[0] == 0
    assert said("ravi", "incident", "hold", "--all")[0] == 0
