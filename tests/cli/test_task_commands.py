"""`muster task …` and `muster officer rota`: Dana Duty does what waits, and sees who has the night."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Muster

DANA = ("--officer", "dana@example.org")


@pytest.fixture
def waiting(muster: Muster) -> str:
    """Grace has no e-mail; her need was withdrawn, and Dana is to phone her."""
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    muster("officer", "add", "--name", "Femi Duty", "--email", "femi@example.org", "--role", "duty")
    opened = muster(
        "need", "open", "--summary", "Groceries", "--line", "food-parcel:20", "--area", "Norbiton",
        "--resident-name", "Grace", "--resident-phone", "07700 900002", "--json",
    )  # fmt: skip
    reference = str(opened.json["need"])
    assert muster("need", "withdraw", reference).code == 0
    return reference


def test_what_waits_is_listed(muster: Muster, waiting: str) -> None:
    """One row a task: the need, what, with whom, until when; nothing about who it is for."""
    listed = muster("task", "list", "--open")
    assert listed.code == 0
    assert waiting in listed.out
    assert "Phone the resident" in listed.out
    assert "Dana Duty" in listed.out
    assert "Grace" not in listed.out
    (task,) = muster("task", "list", "--json").json
    assert (task["need"], task["kind"], task["status"], task["officer"]) == (
        waiting,
        "call-resident",
        "open",
        "Dana Duty",
    )


def test_a_task_is_done(muster: Muster, waiting: str) -> None:
    """L12: said twice is one answer; nothing waits any more; the words are private."""
    told = ("task", "done", waiting, "--said", "told", "--note", "Her daughter will come", *DANA)
    done = muster(*told)
    assert (done.code, done.err) == (0, "")
    assert f"I told them ({waiting})" in done.out
    assert "done already" in muster(*told).out
    assert "Nothing waits" in muster("task", "list").out
    story = muster("need", "show", waiting).out
    assert "I told them" in story
    assert "daughter" not in story
    assert "daughter" in muster("need", "show", waiting, "--private").out


def test_nobody_answered_is_said_with_when_to_try_again(muster: Muster, waiting: str) -> None:
    """The command says when; the list shows how often it was tried."""
    tried = muster("task", "done", waiting, "--said", "no-answer", *DANA)
    assert tried.code == 0
    assert "Dana Duty is asked to try again at" in tried.out
    assert "nobody answered (1 of 3)" in muster("task", "list").out
    assert muster("task", "done", waiting, "--said", "no-answer", *DANA).code == 0
    assert "nobody answered (1 of 3)" in muster("task", "list").out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--said", "banana", *DANA), "'banana' does not fit; say one of told, posted, no-answer"),
        (("--said", "yes", *DANA), "does not fit"),
        (("--said", "told", "--task", "K123", *DANA), "has no task 'K123'"),
        (("--said", "told", "--got", "food-parcel:5", *DANA), "--got: goes with partly or look-again"),
        (("--said", "told", "--officer", "nobody@example.org"), "nobody here has the address"),
    ],
)
def test_what_does_not_fit_is_refused(muster: Muster, waiting: str, words: tuple[str, ...], says: str) -> None:
    """Each refusal says what would be right, and changes nothing."""
    refused = muster("task", "done", waiting, *words)
    assert refused.code == 1
    assert says in refused.err
    assert len(muster("task", "list", "--open", "--json").json) == 1


def test_another_s_task_is_left_to_them(muster: Muster, waiting: str) -> None:
    """Dana has taken it: Femi is told so."""
    muster("need", "take", waiting, *DANA)
    refused = muster("task", "done", waiting, "--said", "told", "--officer", "femi@example.org")
    assert refused.code == 1
    assert "Dana Duty has taken this already" in refused.err


# --- the rota -----------------------------------------------------------------


def test_without_a_rota_the_list_is_shown(muster: Muster, waiting: str) -> None:
    """The rota shipped is empty, so officers are asked as they were added."""
    shown = muster("officer", "rota")
    assert shown.code == 0
    assert "as they were added" in shown.out
    assert "Dana Duty, Femi Duty" in shown.out


def test_the_rota_says_who_is_on_duty_and_who_is_next(muster: Muster, home: Path, waiting: str) -> None:
    """A06: the two shifts of a day, and the address of somebody who has left."""
    rota = home / "home" / "rota.yaml"
    rota.write_text(
        "shifts:\n"
        "  - {hours: 08:00-20:00, officers: [dana@example.org]}\n"
        "  - {hours: 20:00-08:00, officers: [femi@example.org, gone@example.org]}\n"
    )
    shown = muster("officer", "rota")
    assert "gone@example.org is in the rota and nobody here" in shown.err
    turns = muster("officer", "rota", "--json").json["turns"]
    assert sorted(turns[n]["on_duty"][0] for n in (0, 1)) == ["dana@example.org", "femi@example.org"]
    assert {len(turn["on_duty"]) + len(turn["then"]) for turn in turns} == {2}
    assert muster("playbook", "check", rota).code == 0
    rota.write_text("shifts:\n  - {hours: nine to five, officers: [dana@example.org]}\n")
    wrong = muster("playbook", "check", rota)
    assert wrong.code == 1
    assert "rota.yaml:2: shifts.1.hours: 'nine to five' are not hours of a shift" in wrong.err
    assert muster("officer", "rota").code == 1


@pytest.mark.parametrize("count", ["²", "٣", "-1", "1.5", "", "1234567"])
def test_what_is_no_number_is_refused(muster: Muster, home: Path, count: str) -> None:
    """A digit that is none to a computer, or one of another script, is neither taken nor a surprise."""
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    opened = muster(
        "need", "open", "--summary", "Groceries", "--line", "food-parcel:20", "--area", "Norbiton",
        "--resident-phone", "07700 900002", "--json",
    )  # fmt: skip
    need = str(opened.json["need"])
    (home / "people.csv").write_text("id,name,sector,capabilities,email\nsam,Sam,volunteer,food-parcel,s@example.org\n")
    for words in (
        ("directory", "import", home / "people.csv"),
        ("need", "ask", need, "sam"),
        ("need", "answer", need, "sam", "yes"),
        ("need", "close", need, "--outcome", "met"),
    ):
        assert muster(*words).code == 0
    refused = muster("task", "done", need, "--said", "partly", "--got", f"food-parcel:{count}", *DANA)
    assert refused.code == 1
    assert "write it as food-parcel:5" in refused.err
