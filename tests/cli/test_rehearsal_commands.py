"""`muster playbook dry-run` and `compare`: what would happen, said without asking anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Muster

PEOPLE = "id,name,sector,capabilities,email,capacity\n" + "".join(
    f"h{n},Helper {n},community,food-parcel,h{n}@example.org,5\n" for n in range(12)
)
NEED = (
    "summary,lines,area,needed_by\nFood for a street,food-parcel:20,Norbiton,+1d\nMore food,food-parcel:0,Norbiton,\n"
)


@pytest.fixture
def files(muster: Muster, home: Path) -> Path:
    """Twelve groups in the directory, and a file with a good need and one that is wrong."""
    (home / "people.csv").write_text(PEOPLE)
    (home / "need.csv").write_text(NEED)
    assert muster("directory", "import", home / "people.csv").code == 0
    return home / "need.csv"


def test_a_dry_run_asks_nobody(muster: Muster, files: Path, home: Path) -> None:
    """It says how often, when and who; afterwards there is no need on record and no mail, and nobody lost an ask."""
    done = muster("playbook", "dry-run", "everyday", "--need", files, "--runs", 20)
    assert done.code == 0
    assert "20 food parcels: 20 rehearsals, seed 1, 12 who could be asked" in done.out
    assert "Covered in time" in done.out
    assert muster("need", "list", "--json").json == []
    assert not list(home.glob("home/outbox/*"))


def test_the_same_seed_says_the_same(muster: Muster, files: Path) -> None:
    """A rehearsal can be repeated to the letter."""
    words = ("playbook", "dry-run", "everyday", "--need", files, "--runs", 20, "--at", "2026-12-01T09:00", "--json")
    told = muster(*words).json
    assert told == muster(*words).json
    assert told != muster(*words, "--seed", 2).json
    assert 0 <= told["covered_in_time"] <= 1
    assert told["candidates"] == 12


def test_two_playbooks_side_by_side(muster: Muster, files: Path) -> None:
    """The urgent one is no slower: the same people are of the same mood, and are asked sooner."""
    everyday, urgent = muster("playbook", "compare", "everyday", "urgent", "--need", files, "--runs", 20, "--json").json
    assert (everyday["playbook"], urgent["playbook"]) == ("everyday", "urgent")
    assert urgent["covered_after"]["median"] <= everyday["covered_after"]["median"]
    table = muster("playbook", "compare", "everyday", "urgent", "--need", files, "--runs", 5).out
    assert "everyday" in table and "urgent" in table and "People asked, mean" in table  # noqa: PT018


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--row", "2"], "line 1: '0' is not a quantity"),
        (["--row", "3"], "has no row 3"),
        (["--answers-within", "soon"], "--answers-within: 'soon' is not a length of time"),
        (["--at", "yesterday"], "--at: 'yesterday' is not a time"),
        (["--at", "9999-12-31"], "--at: '9999-12-31' is more than a year away"),
        (["--at", "0001-01-02"], "--at: '0001-01-02' is more than a year away"),
        (["--at", ""], "--at: '' is not a time"),
    ],
)
def test_what_is_wrong_is_said(muster: Muster, files: Path, words: list[str], sentence: str) -> None:
    """A slip is refused with a sentence, and no rehearsal is shown."""
    done = muster("playbook", "dry-run", "everyday", "--need", files, *words)
    assert done.code == 1
    assert sentence in done.err


def test_one_playbook_is_not_a_comparison(muster: Muster, files: Path) -> None:
    """To compare takes two."""
    done = muster("playbook", "compare", "everyday", "--need", files)
    assert done.code == 1
    assert "Name two playbooks" in done.err
