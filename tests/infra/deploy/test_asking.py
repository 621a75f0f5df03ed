"""What `muster deploy` asks the first time: each answer looked at as it is typed, and none of them lost."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cli import printing
from cli.deploy.choosing import explained
from infra.deploy.choices import ChoicesWrong, check_choices, read_given
from tests.infra.deploy.conftest import Muster, choose, kingston

ANSWERS = {
    "name": "kingston",
    "council": "Kingston Council",
    "phone": "020 8547 5000",
    "sender": "help@kingston.example.org",
    "alarm_email": "dana@example.org",
    "prefect_api_url": "https://prefect.example.org/api",
}


class Terminal(io.StringIO):
    """Somebody who types these lines."""

    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("nobody")
def test_a_wrong_answer_is_asked_again_and_the_others_are_not(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dana types a capital, and a sender without @: she is told in words, and asked for these two again."""
    typed = [*ANSWERS.values()]
    typed.insert(0, "Kingston")
    typed.insert(4, "help.kingston")
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(typed) + "\n"))
    done = muster("deploy", "--dry-run")
    said = done.out + done.err
    assert "name: must be 2 to 31 small letters, digits and hyphens, a letter first, such as kingston" in said
    assert "sender: is not an e-mail address" in said
    assert said.count("What is it to be called") == said.count("Which address do mails come from?") == 2
    assert said.count("Who asks?") == 1


@pytest.mark.usefixtures("nobody")
def test_what_was_answered_is_kept_whatever_comes_after(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run, or an AWS that does not know who asks, costs nobody six answers."""
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(ANSWERS.values()) + "\n"))
    done = muster("deploy", "--dry-run")
    assert (done.code, "there are no credentials" in done.err) == (1, True)
    assert read_given(home / "home" / "deploy.toml") == ANSWERS
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert "What is it to be called" not in muster("deploy", "--dry-run").out


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("name", "Kingston Council", "must be 2 to 31 small letters, digits and hyphens, a letter first, such as kin"),
        ("account", "12", "must be the 12 digits of an AWS account"),
        ("region", "London!", "must be a region of AWS, such as eu-west-2"),
        ("domain", "https://help.example.org/", "must be a name alone, such as help.kingston.gov.uk"),
        ("sms", "yes", "must be none, sns or sns://SENDER"),
        ("table", "a table", "must be the name of a table"),
        ("log_days", "many", "must be a whole number, not 'many'"),
        ("log_days", "45", "must be 1, 3, 7, 14, 30, 60, 90, 180 or 365"),
        ("requests_per_second", 0, "must be greater than or equal to 1, not 0"),
        ("council", ["Kingston"], "must be text; put it in quotes, not a list"),
        ("senders", "x", "there is no key 'senders'; did you mean sender?"),
    ],
)
def test_what_is_wrong_is_said_in_words(key: str, given: object, said: str) -> None:
    """No pattern and no type of a programming language, whatever somebody wrote into the file."""
    with pytest.raises(ChoicesWrong) as wrong:
        check_choices({**ANSWERS, key: given})
    assert f"{key}: {said}" in str(wrong.value)
    assert "^" not in str(wrong.value)


@pytest.mark.usefixtures("on_ministack")
def test_records_for_dns_can_be_copied_on_a_narrow_terminal(
    muster: Muster, home: Path, zips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names and values stand whole, each on a line of its own: half a record in DNS is worse than none."""
    choose(home, kingston("a-rather-long-name", alarm_email="somebody.with.a.long.address@kingston.example.org"))
    assert muster("deploy", "--yes", "--no-flows", "--built", zips).code == 0
    monkeypatch.setattr(printing, "WIDE", 80)
    lines = [line.strip() for line in muster("deploy", "outputs").out.splitlines()]
    assert "_dmarc.a-rather-long-name.example.org  TXT" in lines
    assert "v=DMARC1; p=none; rua=mailto:somebody.with.a.long.address@kingston.example.org" in lines
    assert not [line for line in lines if "…" in line]


def test_who_stops_it_halfway_is_told_what_becomes_of_the_rest() -> None:
    """Ctrl-C stops the looking, not AWS: the sentence says so, and that the same again goes on."""
    with pytest.raises(printing.Refused, match=r"AWS finishes what it has begun"), explained():
        raise KeyboardInterrupt
