"""`directory pause|apart|postcodes`, `need show --why`: what people want, where places are, why somebody was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.door import Door
from infra.settings import settings
from infra.store import open_store
from tasks.moving import move_need
from tests.cli.conftest import Muster

PEOPLE = (
    "id,name,sector,email,capabilities,lat,lon,days_off\n"
    "sam,Sam Example,volunteer,sam@example.org,food-parcel;lift,51.41,-0.30,\n"
    "bob,Bob Example,volunteer,bob@example.org,food-parcel,51.41,-0.40,\n"
    "drives,Dial A Ride,voluntary,ride@example.org,lift,51.41,-0.30,\n"
)
NEED = ("need", "open", "--summary", "Groceries", "--line", "food-parcel:2", "--area", "Norbiton",
        "--at", "51.41,-0.30", "--resident-email", "amina@example.org", "--json")  # fmt: skip


@pytest.fixture
def town(muster: Muster, home: Path) -> Muster:
    """Three who could help, and an officer."""
    (home / "people.csv").write_text(PEOPLE)
    assert muster("directory", "import", home / "people.csv").code == 0
    muster("officer", "add", "--name", "Ola", "--email", "ola@example.org", "--role", "duty")
    return muster


def look(reference: str) -> None:
    """What a worker does."""
    door = Door(open_store(settings().store_url), settings())
    move_need(door, reference)
    door.store.close()


def opened(muster: Muster, *more: str) -> str:
    reference = str(muster(*NEED, *more).json["need"])
    look(reference)
    return reference


def test_a_pause_and_its_end(town: Muster) -> None:
    """For a week, until a day, and ask again: `directory show` says how it stands."""
    assert "Sam Example is passed over until" in town("directory", "pause", "sam", "--for", "1w").out
    assert town("directory", "show", "sam", "--json").json["paused_until"]
    assert town("directory", "pause", "sam", "--resume").out == "Sam Example may be asked again.\n"
    assert town("directory", "show", "sam", "--json").json["paused_until"] is None
    assert town("directory", "pause", "sam", "--until", "+3d").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("nobody", "--for", "1w"), 1, "in the directory has the id 'nobody'"),
        (("sam",), 2, "say one of --until WHEN, --for LENGTH and --resume"),
        (("sam", "--for", "1w", "--resume"), 2, "say one of"),
        (("sam", "--for", "soon"), 2, "'soon' is not a length of time"),
        (("sam", "--until", "2020-01-01"), 2, "'2020-01-01' is in the past"),
        (("sam", "--for", "60w"), 2, "at most a year"),
    ],
)
def test_a_pause_that_cannot_be_read(town: Muster, words: tuple[str, ...], code: int, said: str) -> None:
    """What is wrong, and where; nothing is changed."""
    done = town("directory", "pause", *words)
    assert done.code == code
    assert said in " ".join(done.err.replace("│", " ").split())
    assert town("directory", "show", "sam", "--json").json["paused_until"] is None


def test_how_often_somebody_is_asked(town: Muster) -> None:
    """At most twice a week, said back and on record; an organisation as often as it takes; a helper never without."""
    assert town("directory", "limit", "sam", "--most", 2).out == "Sam Example is asked at most 2 times a week.\n"
    assert town("directory", "show", "sam", "--json").json["weekly_limit"] == 2
    assert town("directory", "limit", "drives").out == "Dial A Ride is asked as often as it takes.\n"
    endless = town("directory", "limit", "sam")
    assert (endless.code, "a helper always has a limit" in endless.err) == (1, True)
    assert town("directory", "limit", "sam", "--most", -1).code == 2
    assert town("directory", "limit", "nobody", "--most", 1).code == 1
    assert town("directory", "show", "sam", "--json").json["weekly_limit"] == 2


def test_why_somebody_was_asked_or_not(town: Muster) -> None:
    """Everybody considered, round by round; one of them by id; the same for programs."""
    town("directory", "pause", "drives", "--for", "1w")
    reference = opened(town)
    shown = town("need", "show", reference, "--why")
    assert shown.code == 0
    assert "Chosen as number 1 of" in shown.out
    assert "this round goes to 3 km" in shown.out
    [sam] = town("need", "show", reference, "--why", "sam", "--json").json
    assert (sam["responder"], sam["asked"], sam["code"]) == ("sam", True, None)
    bob = town("need", "show", reference, "--why", "bob", "--json").json[0]
    assert (bob["asked"], bob["code"]) == (False, "too-far")
    rides = town("need", "show", reference, "--why", "drives", "--json").json[0]
    assert rides["because"] == "They do not give food parcels."
    assert town("need", "show", reference, "--why", "nobody").code == 1
    assert town("need", "show", reference, "sam").code == 2
    assert town("need", "show", reference, "--all").code == 2


def test_a_pair_is_kept_apart_and_the_contact_is_not_kept(town: Muster, home: Path) -> None:
    """Sam is not asked about any need of Amina's, known by e-mail or phone; the store holds neither of them for it."""
    done = town(
        "directory", "apart", "sam", "--resident-email", "Amina@example.org", "--resident-phone", "07700 900001"
    )
    assert done.out == "Sam Example is kept from this resident: not asked about any need of theirs from now on.\n"
    assert b"amina" not in (home / "home" / "muster.db").read_bytes().lower()
    reference = opened(town)
    [row] = town("need", "show", reference, "--why", "sam", "--json").json
    assert (row["asked"], row["because"]) == (False, "They are kept apart from this resident.")
    other = str(town(*NEED[:-2], "grace@example.org", "--json").json["need"])
    look(other)
    assert town("need", "show", other, "--why", "sam", "--json").json[0]["asked"]
    assert town("directory", "apart", "sam", "--resident-email", "amina@example.org", "--end").code == 0
    again = town("directory", "apart", "sam", "--resident-email", "amina@example.org", "--end")
    assert (again.code, "was not kept from a resident with this contact" in again.err) == (1, True)


def test_a_pair_holds_in_a_need_under_way(town: Muster) -> None:
    """Sam was asked this morning: his ask is taken back, and the story says who said so."""
    reference = opened(town)
    done = town("directory", "apart", "sam", "--resident-email", "amina@example.org", "--officer", "ola@example.org")
    assert f"{reference} is under way: what they were asked is taken back." in done.err
    shown = town("need", "show", reference, "--json").json
    [sam] = [i for i in shown["invitations"] if i["responder"] == "sam"]
    assert sam["status"] == "cancelled"
    assert any("Ola said that Sam Example and this resident must not meet." in e["because"] for e in shown["story"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sam",), 2, "say who the resident is"),
        (("sam", "--resident-email", "nonsense"), 2, "--resident-email"),
        (("sam", "--resident-phone", "12"), 2, "is not a telephone number"),
        (("nobody", "--resident-email", "a@example.org"), 1, "in the directory has the id"),
        (("sam", "--resident-email", "a@example.org", "--officer", "x@example.org"), 1, "nobody here has the address"),
    ],
)
def test_a_pair_that_cannot_be_read(town: Muster, words: tuple[str, ...], code: int, said: str) -> None:
    """What is wrong, and where."""
    done = town("directory", "apart", *words)
    assert done.code == code
    assert said in " ".join(done.err.replace("│", " ").split())


def test_the_doctor_misses_the_key_of_a_pair(town: Muster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that pairs are known by must not be retired: without it they would meet."""
    town("directory", "apart", "sam", "--resident-email", "amina@example.org")
    monkeypatch.setenv("MUSTER_KEYS", "k9:" + "z" * 40)
    settings.cache_clear()
    findings = {finding["about"]: finding for finding in town("doctor", "--json").json}
    assert findings["pairs kept apart"]["ok"] is False
    assert "k1" in findings["pairs kept apart"]["sentence"]


def test_a_need_is_placed_by_its_postcode(town: Muster, home: Path) -> None:
    """The file is read once; then `--postcode` says place and area, on the command line and in a CSV."""
    (home / "onspd.csv").write_text("pcds,doterm,osward,lat,long\nKT2 6QN,,E05013936,51.41,-0.3\n")
    (home / "wards.csv").write_text("WD25CD,WD25NM\nE05013936,Norbiton\n")
    unknown = town(*NEED[:6], "--postcode", "KT2 6QN", "--resident-email", "amina@example.org")
    assert unknown.code == 1
    assert "--postcode: 'KT2 6QN' is not a postcode we know; `muster directory postcodes FILE`" in unknown.err
    done = town("directory", "postcodes", home / "onspd.csv", "--wards", home / "wards.csv")
    assert done.out.startswith("1 postcodes taken; left out: 0 that have ended")
    placed = town(*NEED[:6], "--postcode", "kt2 6qn", "--resident-email", "amina@example.org", "--json").json["need"]
    assert town("need", "show", placed, "--json").json["area"] == "Norbiton, KT2"
    (home / "needs.csv").write_text(
        "summary,lines,area,postcode,resident_email\nA lift,lift:1,,KT2 6QN,grace@example.org\n"
    )
    assert town("need", "import", home / "needs.csv").code == 0
    [newest] = [n for n in town("need", "list", "--json").json if n["category"] == "transport"]
    assert newest["area"] == "Norbiton, KT2"
