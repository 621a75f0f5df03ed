"""`muster need …`: Amina needs something, an officer records it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Muster

AMINA = ("--area", "Norbiton", "--resident-name", "Amina Khan", "--resident-email", "amina@example.org")
FOOD = ("need", "open", "--summary", "Food after an operation", *AMINA)
REFERENCE = re.compile(r"N-[2-9CFGHJKMPQRVWX]{6}")


def test_a_need_is_recorded_and_its_reference_given(muster: Muster) -> None:
    """One command records a need, says what happens next, and gives a reference that finds it again."""
    done = muster(*FOOD, "--line", "food-parcel:2", "--line", "lift:1@09:00")
    assert done.code == 0
    reference = REFERENCE.search(done.out)
    assert reference
    assert "neighbours are asked" in done.out
    shown = muster("need", "show", reference[0].lower().removeprefix("n-"), "--json").json
    assert shown["need"] == reference[0]
    assert [(line["what"], line["quantity"]) for line in shown["lines"]] == [("food-parcel", 2), ("lift", 1)]
    assert shown["story"][0]["what"] == "Recorded"
    assert shown["wake_at"]
    assert "amina" not in str(shown).casefold()


def test_json_is_the_reference_and_nothing_else(muster: Muster) -> None:
    """Programs read stdout; notes for people go to stderr."""
    done = muster(*FOOD, "--line", "food-parcel:2", "--json")
    assert REFERENCE.fullmatch(done.json["need"])
    assert "duty officer" in done.err


def test_the_category_is_that_of_the_first_line(muster: Muster) -> None:
    """Who says what is needed need not say what kind of thing that is."""
    muster(*FOOD, "--line", "lift:1", "--line", "food-parcel:1")
    assert muster("need", "list", "--json").json[0]["category"] == "transport"


def test_urgent_needs_take_the_urgent_playbook(muster: Muster) -> None:
    """An urgent need is answered in minutes, without a word more."""
    reference = muster(*FOOD, "--line", "food-parcel:1", "--urgent", "--json").json["need"]
    shown = muster("need", "show", reference, "--json").json
    assert (shown["playbook"], shown["urgent"]) == ("urgent", True)


def test_the_same_key_is_the_same_need(muster: Muster) -> None:
    """Sending twice what was cut short records it once."""
    first = muster(*FOOD, "--line", "food-parcel:1", "--key", "CRM-77", "--json").json
    again = muster(*FOOD, "--line", "food-parcel:1", "--key", "CRM-77")
    assert first["need"] in again.out
    assert "already" in again.out
    assert len(muster("need", "list", "--json").json) == 1


@pytest.mark.parametrize("quantity", ["0", "-1", "2.5", "1e9", "1000000000", "ten", "", "٣"])
def test_a_quantity_is_a_whole_number(muster: Muster, quantity: str) -> None:
    """Nothing, a part, a word or a billion of something is refused, naming the line."""
    done = muster(*FOOD, "--line", f"food-parcel:{quantity}")
    assert done.code == 1
    assert done.err.startswith(f"--line 'food-parcel:{quantity}'")
    assert "whole number" in done.err
    assert muster("need", "list", "--json").json == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--needed-by", "2020-01-01"), "--needed-by: '2020-01-01' is in the past"),
        (("--needed-by", "soon"), "--needed-by: 'soon' is not a time"),
        (("--resident-email", "a@example.org,b@example.org"), "--resident-email: must be one e-mail address"),
        (("--resident-name", "Amina\r\nBcc: all@example.org"), "--resident-name: must be one line"),
        (("--resident-phone", "12"), "--resident-phone: is not a telephone number"),
        (("--summary", "x" * 1_000_000), "--summary: is longer than 500 characters"),
        (("--summary", "   "), "--summary: must not be empty"),
        (("--category", "fod"), "--category: no category is called 'fod'; did you mean food"),
        (("--line", "food-parcels:1"), "did you mean food-parcel"),
        (("--line", "lift:1@25:00"), "--line 'lift:1@25:00': '25:00' is not a time of day"),
        (("--at", "100,0"), "--at: there is no place at '100,0'"),
        (("--at", "here"), "--at: 'here' is not a place"),
        (("--key", "two words"), "--key: must be"),
    ],
)
def test_bad_input_is_refused_naming_the_option(muster: Muster, words: tuple[str, str], said: str) -> None:
    """Every refusal is one sentence with the place, and leaves nothing behind."""
    done = muster(*FOOD, *(() if words[0] == "--line" else ("--line", "food-parcel:1")), *words)
    assert done.code == 1
    assert said in done.err
    assert done.out == ""
    assert muster("need", "list", "--json").json == []


def test_a_missing_option_or_an_unknown_playbook_is_bad_usage(muster: Muster) -> None:
    """A command typed wrong ends with 2, one that was refused with 1."""
    assert muster("need", "open", "--summary", "Food").code == 2
    done = muster(*FOOD, "--line", "food-parcel:1", "--playbook", "everday")
    assert (done.code, "did you mean everyday?" in done.err) == (2, True)


def test_a_playbook_without_rounds_is_refused_with_its_line(muster: Muster, home: Path) -> None:
    """A need never opens with a playbook that could not respond."""
    path = home / "empty.yaml"
    path.write_text("name: empty\ntitle: Nothing\nrounds: []\n")
    done = muster(*FOOD, "--line", "food-parcel:1", "--playbook", path)
    assert done.code == 1
    assert f"{path}:3: rounds: there are no rounds" in done.err


def test_the_officer_hears_what_partners_will_see(muster: Muster) -> None:
    """A name, number, postcode or address in the summary is pointed out, not forbidden."""
    done = muster(
        *("need", "open", "--line", "food-parcel:1", "--area", "KT1 1AA", "--resident-name", "Amina Khan"),
        *("--summary", "Food for Mrs Khan, 07700 900123, KT2 6QQ, amina@example.org"),
    )
    assert done.code == 0
    for what in (
        "telephone number",
        "full postcode",
        "e-mail address",
        "resident's name",
        "area holds",
        "asked to phone",
    ):
        assert what in done.err


def test_nobody_to_ask_is_said_at_once(muster: Muster, home: Path) -> None:
    """An officer learns at the desk, not hours later, that the directory holds nobody for a line."""
    people = home / "people.csv"
    people.write_text("id,name,sector,capabilities,email\nsam,Sam Lee,volunteer,food-parcel,sam@example.org\n")
    muster("directory", "import", people)
    done = muster(*FOOD, "--line", "food-parcel:1", "--line", "sandbag:5")
    assert "Nobody in the directory could give 5 sandbags" in done.err
    assert "food parcel here" not in done.err


def test_needs_are_listed_and_shown_to_people(muster: Muster) -> None:
    """The human pages name labels, never codes; the private record only where asked for."""
    reference = muster(*FOOD, "--line", "food-parcel:2", "--json").json["need"]
    assert "Looking for help" in muster("need", "list").out
    shown = muster("need", "show", reference).out
    assert "the first to ask are neighbours" in shown
    assert "Amina" not in shown
    assert "Amina Khan" in muster("need", "show", reference, "--private").out


def test_a_list_can_be_narrowed(muster: Muster) -> None:
    """`--status` shows only what stands so."""
    reference = muster(*FOOD, "--line", "food-parcel:2", "--json").json["need"]
    muster(*FOOD, "--line", "food-parcel:3")
    muster("need", "withdraw", reference)
    assert [row["need"] for row in muster("need", "list", "--status", "closed", "--json").json] == [reference]
    assert len(muster("need", "list", "--status", "closed", "--status", "open", "--json").json) == 2


def test_ending_a_need_twice_is_the_same_answer(muster: Muster) -> None:
    """Withdrawn is withdrawn; to close it otherwise afterwards is refused."""
    reference = muster(*FOOD, "--line", "food-parcel:2", "--json").json["need"]
    assert muster("need", "close", reference, "--outcome", "met").code == 1
    assert muster("need", "withdraw", reference).code == 0
    assert "already" in muster("need", "withdraw", reference).out
    done = muster("need", "close", reference, "--outcome", "not-met")
    assert (done.code, "closed already" in done.err) == (1, True)
    assert muster("need", "show", reference, "--json").json["outcome"] == "withdrawn"


def test_an_officer_takes_what_waits(muster: Muster) -> None:
    """Closing a need of somebody without e-mail asks the duty officer to phone; she takes it, twice without harm."""
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    opened = muster("need", "open", "--summary", "Food", "--area", "KT1", "--line", "food-parcel:1", "--json")
    reference = opened.json["need"]
    assert muster("need", "take", reference).code == 1
    muster("need", "withdraw", reference)
    assert muster("need", "show", reference, "--json").json["with_officer"] is True
    assert "Dana Duty has it: phone the resident" in muster("need", "take", reference).out
    assert muster("need", "take", reference, "--officer", "DANA@example.org").code == 0
    assert muster("need", "take", reference, "--officer", "nobody@example.org").code == 1


def test_an_unknown_reference_is_one_sentence(muster: Muster) -> None:
    """Whatever is typed for a reference, the answer is a sentence."""
    for reference in ("N-999999", "nonsense", "", "N-999999; drop table needs"):
        done = muster("need", "show", reference)
        assert (done.code, "no need has the reference" in done.err.casefold()) == (1, True)


# --- from a CSV -----------------------------------------------------------------

HEAD = "summary,lines,area,needed_by,urgent,key,resident_email\n"


def test_rows_are_recorded_and_bad_ones_said(muster: Muster, home: Path) -> None:
    """A bad row never stops the rest, and is named by its line."""
    path = home / "needs.csv"
    path.write_text(
        HEAD
        + "Food,food-parcel:2;lift:1,KT1,+2h,no,A1,amina@example.org\n"
        + "Food,food-parcel:ten,KT1,,,A2,\n"
        + "Sandbags,sandbag:400,Norbiton,,yes,A3,\n"
        + "Food,food-parcel:1,KT1,,perhaps,A4,\n"
        + "Food,food-parcel:1,KT1,2020-01-01,,A5,\n"
    )
    done = muster("need", "import", path)
    assert done.code == 1
    assert "2 recorded, 0 on record already, 3 refused" in done.out
    for line in (3, 5, 6):
        assert f"{path}:{line}: refused" in done.err
    assert len(muster("need", "list", "--json").json) == 2


def test_importing_twice_records_once(muster: Muster, home: Path) -> None:
    """With a key or without, the same file again is the same needs."""
    path = home / "needs.csv"
    path.write_text(HEAD + "Food,food-parcel:2,KT1,,,A1,\nFood,food-parcel:2,KT1,,,,\nFood,food-parcel:3,KT1,,,,\n")
    assert muster("need", "import", path, "--json").json["recorded"] == 3
    again = muster("need", "import", path, "--json")
    assert (again.code, again.json["recorded"], again.json["repeated"]) == (0, 0, 3)


def test_a_file_in_another_encoding_is_refused_whole(muster: Muster, home: Path) -> None:
    """Windows-1252 is never guessed at: no need is recorded with a garbled name."""
    path = home / "needs.csv"
    path.write_bytes((HEAD + "Café lunch,hot-meal:2,KT1,,,,\n").encode("cp1252"))
    done = muster("need", "import", path)
    assert (done.code, "Windows-1252" in done.err, "'Café lunch'" in done.err) == (1, True, True)
    assert muster("need", "import", home / "nowhere.csv").code == 2
