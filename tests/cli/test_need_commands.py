"""`muster need …`: Amina needs something, an officer records it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra import clock
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
    assert "Next to be asked: neighbours" in done.out
    assert "Of it 1 lift by 9am on" in done.out
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
        *("--resident-phone", "07700 900002"),
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


@pytest.mark.parametrize(
    ("summary", "what"),
    [
        ("Mrs Jones needs food", "a person's name (Mrs Jones)"),
        ("Food for number 12 Acacia Avenue", "a street address"),
        ("Food at 7b, St Mark's Rd today", "a street address"),
        ("food for 12 acacia avenue", "a street address"),
        ("Food, Flat 3 on the green", "a street address"),
    ],
)
def test_names_with_a_title_and_street_addresses_are_pointed_out(muster: Muster, summary: str, what: str) -> None:
    """Whoever is meant need not be on record as the resident for partners to learn too much."""
    done = muster("need", "open", "--line", "food-parcel:1", *AMINA, "--summary", summary)
    assert f"The summary seems to hold {what}, and partners will see it." in done.err


@pytest.mark.parametrize("summary", ["Lift to the hospital in Kingston Road", "20 boxes on the way", "Food for 4"])
def test_ordinary_summaries_are_left_alone(muster: Muster, summary: str) -> None:
    """A road without a number is nobody's home."""
    assert "seems to hold" not in muster("need", "open", "--line", "lift:1", *AMINA, "--summary", summary).err


def test_without_an_address_the_officer_is_told_how_to_add_it(muster: Muster) -> None:
    """Whoever says yes could not be told where to come; the note names the command, and the command works."""
    done = muster(*FOOD, "--line", "food-parcel:1")
    (reference,) = set(REFERENCE.findall(done.err))
    assert f'muster need amend {reference} --address "…"' in done.err
    assert muster("need", "amend", reference, "--address", "9 New Road").code == 0
    assert "9 New Road" in muster("need", "show", reference, "--private").out
    assert "no address" not in muster(*FOOD, "--line", "food-parcel:1", "--address", "9 New Road").err


def test_an_area_nobody_names_is_pointed_out_with_what_is_near(muster: Muster, home: Path) -> None:
    """Nortbiton for Norbiton: recorded all the same, with a note; a place known from a need or responder has none."""
    people = home / "people.csv"
    people.write_text("id,name,sector,capabilities,email,areas\nsam,Sam,volunteer,lift,sam@example.org,KT1;Norbiton\n")
    open_at = ("need", "open", "--line", "lift:1", "--summary", "A lift", *AMINA[2:], "--area")
    assert "names the area" not in muster(*open_at, "Anywhere").err, "nothing to compare with"
    muster("directory", "import", people)
    slip = muster(*open_at, "Nortbiton")
    assert (slip.code, "names the area 'Nortbiton'. Did you mean Norbiton?" in slip.err) == (0, True)
    for known in ("Norbiton", "norbiton", "KT1", "Anywhere", "Coombe, KT1"):
        assert "names the area" not in muster(*open_at, known).err


def test_a_part_due_after_the_whole_is_said(muster: Muster) -> None:
    """It may be meant and may be a slip: the need is needed by its last part, and the officer reads both times."""
    done = muster(*FOOD, "--line", "food-parcel:1@+3d", "--needed-by", "+2d")
    assert done.code == 0
    assert "A part is due at" in done.err
    assert "Parts without a time of their own stay due by" in done.err
    assert "after the need itself" in done.err
    (row,) = muster("need", "list", "--json").json
    (line,) = muster("need", "show", row["need"], "--json").json["lines"]
    assert row["needed_by"] == line["due"]
    assert "A part is due" not in muster(*FOOD, "--line", "food-parcel:1@+3d").err, "due with its last part"


def test_a_time_that_is_over_today_says_which_day_it_means(muster: Muster) -> None:
    """18:00 said at eight in the evening is tomorrow's, and the officer reads so."""
    clock.set_source(lambda: datetime(2026, 11, 21, 20, 0, tzinfo=UTC))
    try:
        done = muster(*FOOD, "--line", "hot-meal:3@18:00", "--needed-by", "+2d")
        assert "It is past 18:00 today, so this is taken as 6pm on Sunday 22 November." in done.err
        assert "It is past" not in muster(*FOOD, "--line", "hot-meal:3@21:00", "--needed-by", "+2d").err
    finally:
        clock.set_source(lambda: datetime.now(UTC))


def test_an_import_gives_references_and_the_same_notes(muster: Muster, home: Path) -> None:
    """Each row's need can be found again, and what an officer would have been told at `need open` is told here."""
    path = home / "needs.csv"
    path.write_text(HEAD + "Food for Mrs Jones,food-parcel:2,KT1,,,,amina@example.org\n")
    done = muster("need", "import", path)
    (reference,) = set(REFERENCE.findall(done.out))
    assert f"needs.csv:2: {reference}" in done.out
    assert f"{reference}: The summary seems to hold a person's name" in done.err
    assert f"{reference}: Nobody in the directory could give 2 food parcels" in done.err
    assert "on record already" in muster("need", "import", path).out


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
    assert "first to be asked: neighbours" in shown
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
    phoned = ("--area", "KT1", "--resident-phone", "07700 900002")
    opened = muster("need", "open", "--summary", "Food", *phoned, "--line", "food-parcel:1", "--json")
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
        + "Sandbags,sandbag:400,Norbiton,,yes,A3,amina@example.org\n"
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
    rows = ("Food,food-parcel:2,KT1,,,A1,", "Food,food-parcel:2,KT1,,,,", "Food,food-parcel:3,KT1,,,,")
    path.write_text(HEAD + "".join(f"{row}amina@example.org\n" for row in rows))
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


# --- steering -------------------------------------------------------------------


@pytest.fixture
def need(muster: Muster) -> str:
    return str(muster(*FOOD, "--line", "food-parcel:2", "--needed-by", "+2h", "--json").json["need"])


def test_an_amendment_says_how_it_is_now(muster: Muster, need: str) -> None:
    """The command says what is needed now and the new version, which `need show` has too."""
    done = muster("need", "amend", need, "--line", "food-parcel:5", "--line", "lift:1", "--summary", "Food and a lift")
    assert done.code == 0
    assert "5 food parcels and 1 lift" in done.out
    assert "Version 2" in done.out
    assert muster("need", "show", need, "--json").json["version"] == 2
    assert "so already" in muster("need", "amend", need, "--line", "food-parcel:5").out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("amend",), 2, "say what changes"),
        (("amend", "--line", "food-parcels:5"), 1, "did you mean food-parcel"),
        (("amend", "--line", "food-parcel:many"), 1, "--line: 'many' is not a quantity"),
        (("amend", "--needed-by", "2020-01-01"), 1, "--needed-by: '2020-01-01' is in the past"),
        (("amend", "--line", "food-parcel:0"), 1, "muster need withdraw"),
        (("amend", "--summary", "Call 020 8547 5000\x1b[2J"), 1, "--summary"),
        (("extend", "--needed-by", "+1h"), 1, "muster need amend"),
        (("hold", "--until", "+1h", "--end"), 2, "not both"),
        (("ask",), 2, "say whom to ask"),
        (("ask", "nobody"), 1, "muster directory list"),
        (("answer", "sam", "part"), 2, "part of what"),
    ],
)
def test_what_is_wrong_is_said_with_the_option(
    muster: Muster, need: str, words: tuple[str, ...], code: int, said: str
) -> None:
    """1 refused, 2 bad usage; the sentence names the option and what to do; nothing is changed."""
    done = muster("need", words[0], need, *words[1:])
    assert done.code == code
    assert said in " ".join(re.sub(r"[^\x20-\x7e]", " ", done.err).split())
    assert muster("need", "show", need, "--json").json["version"] == 1


def test_a_hold_is_shown_and_ended(muster: Muster, need: str) -> None:
    """On hold until when, in both forms of `need show`; ended, it goes on."""
    assert "Answers are still taken" in muster("need", "hold", need, "--until", "+1h").out
    shown = muster("need", "show", need, "--json").json
    assert (shown["status"], shown["held"]) == ("on-hold", True)
    assert "On hold until" in muster("need", "show", need).out
    assert "goes on" in muster("need", "hold", need, "--end").out
    assert muster("need", "show", need, "--json").json["status"] == "open"
    assert "was not on hold" in muster("need", "hold", need, "--end").out


@pytest.mark.parametrize(
    "words",
    [
        ("amend", "--line", "food-parcel:5"),
        ("hold",),
        ("extend", "--needed-by", "+3d"),
        ("ask", "--next-round"),
        ("withdraw",),
        ("close", "--outcome", "withdrawn"),
        ("take",),
    ],
)
def test_who_may_only_look_changes_nothing(muster: Muster, need: str, words: tuple[str, ...]) -> None:
    """A viewer is on the list of officers, and decides nothing: one sentence says so. No name at all is no officer."""
    muster("officer", "add", "--name", "Vera View", "--email", "vera@example.org", "--role", "viewer")
    done = muster("need", words[0], need, *words[1:], "--officer", "vera@example.org")
    assert done.code == 1
    assert "Vera View is a viewer, who may look and change nothing" in done.err
    assert muster("need", words[0], need, *words[1:], "--officer", "").code == 1
    shown = muster("need", "show", need, "--json").json
    assert (shown["version"], shown["status"]) == (1, "open")


@pytest.mark.parametrize(
    "option", ["--keep-from", "--needed-by", "--urgent-because", "--incident", "--key", "--at", "--playbook"]
)
def test_an_empty_value_is_not_left_out(muster: Muster, option: str) -> None:
    """A script whose variable is empty is told so: nobody is asked who was to be kept away."""
    done = muster(*FOOD, "--line", "food-parcel:2", option, "")
    assert done.code in (1, 2)
    assert f"{option}: must not be empty" in done.err
    assert muster("need", "list", "--json").json == []


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "--until", ""),
        ("amend", "--line", "food-parcel:5", "--needed-by", ""),
        ("amend", "--line", "food-parcel:5", "--place", ""),
        ("amend", "--line", "food-parcel:5", "--address", ""),
        ("amend", "--line", "food-parcel:5", "--summary", ""),
    ],
)
def test_an_empty_value_changes_nothing(muster: Muster, need: str, words: tuple[str, ...]) -> None:
    """An hour that was lost on the way is not a hold without an end."""
    done = muster("need", words[0], need, *words[1:])
    assert done.code == 1
    assert f"{words[-2]}: " in done.err
    shown = muster("need", "show", need, "--json").json
    assert (shown["version"], shown["status"]) == (1, "open")


def test_a_street_is_no_area(muster: Muster) -> None:
    """D03: recorded all the same, said to whoever typed it; what partners will read has no number of a house."""
    words = ("need", "open", "--summary", "Food", "--line", "food-parcel:2", "--resident-email", "a@example.org")
    done = muster(*words, "--area", "12 Example Road, KT1 2AB")
    assert done.code == 0
    assert "The area seems to hold a street address, and partners will see 'Example Road, KT1' of it" in done.err
    assert "street address" not in muster(*words, "--area", "Norbiton, KT1").err
