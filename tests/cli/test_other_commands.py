"""`muster directory|playbook|officer|doctor`, and how every command fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doors import open_door
from infra import settings as settings_module
from infra.playbooks import FOLDER
from infra.sweeps import SWEPT
from tests.cli.conftest import Muster

PEOPLE = "id,name,sector,capabilities,email\nsam,Sam Lee,volunteer,food-parcel,sam@example.org\n"
GROUPS = "id,name,sector,capabilities,email\nhall,Hall,community,bed-space,\nx,X,volunter,lift,\n"


def test_who_may_help_is_imported_listed_and_shown(muster: Muster, home: Path) -> None:
    """A file becomes people and organisations one can look at."""
    (home / "people.csv").write_text(PEOPLE)
    assert "1 recorded, 0 with a warning, 0 refused." in muster("directory", "import", home / "people.csv").out
    assert "Sam Lee" in muster("directory", "list").out
    assert [r["id"] for r in muster("directory", "list", "--json", "--capability", "food-parcel").json] == ["sam"]
    assert muster("directory", "list", "--json", "--sector", "business").json == []
    shown = muster("directory", "show", "sam", "--json").json
    assert (shown["weekly_limit"], shown["contacts"]) == (3, [{"email": "sam@example.org"}])
    assert "at most 3" in muster("directory", "show", "sam").out
    assert muster("directory", "show", "nobody").code == 1


def test_a_bad_row_is_said_and_ends_with_one(muster: Muster, home: Path) -> None:
    """What was refused is on stderr with its line; the good rows are in."""
    (home / "groups.csv").write_text(GROUPS)
    done = muster("directory", "import", home / "groups.csv")
    assert done.code == 1
    assert "line 3: refused: x: sector: 'volunter' is none of" in done.err
    assert "cannot be asked" in done.err
    assert muster("directory", "import", home / "groups.csv", "--json").json["taken"] == 1


@pytest.mark.parametrize("source", ["nowhere.csv", "ftp://example.org/feed", "file:///etc/passwd"])
def test_only_files_and_web_addresses_are_read(muster: Muster, source: str) -> None:
    """A missing file or another kind of address is bad usage."""
    assert muster("directory", "import", source).code == 2


def test_an_unreachable_feed_says_so_once(muster: Muster) -> None:
    """Nothing was read, and nothing more is said of what was not."""
    done = muster("directory", "import", "http://127.0.0.1:9/v3")
    assert (done.code, done.out) == (1, "")
    assert "nothing could be read: the feed cannot be reached" in done.err


def test_a_setting_nobody_knows_is_named_with_what_is_near(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """MUSTER_COUNCL has no effect: every command that opens the store says so, and doctor counts it as a problem."""
    monkeypatch.setenv("MUSTER_COUNCL", "Kingston Council")
    said = "MUSTER_COUNCL is no setting of Muster, and has no effect; did you mean MUSTER_COUNCIL?"
    assert said in muster("need", "list").err
    found = [finding for finding in muster("doctor", "--json").json if finding["sentence"] == said]
    assert [finding["ok"] for finding in found] == [False]


def test_a_home_that_cannot_be_made_is_named(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is what is wrong, so the folder is what is said."""
    monkeypatch.setenv("MUSTER_HOME", "/proc/nowhere")
    settings_module.settings.cache_clear()
    done = muster("need", "list")
    assert done.code == 1
    assert done.err.startswith("/proc/nowhere cannot be made or written")


def test_every_file_shipped_is_good_and_a_missing_one_is_named(muster: Muster) -> None:
    """service-types.yaml is no playbook and is read as what it is; the argument is called by its own name."""
    done = muster("playbook", "check", *sorted(FOLDER.glob("*.yaml")))
    assert (done.code, done.out.count(": good")) == (0, len(list(FOLDER.glob("*.yaml"))))
    none = muster("playbook", "check", "nofile.yaml")
    assert none.code == 2
    assert "--playbook" not in none.err
    assert "FILE" in none.err


def test_playbooks_are_listed_and_checked(muster: Muster, home: Path) -> None:
    """The ones shipped are good; what is wrong with another is said, line by line."""
    assert {"everyday", "urgent", "surge"} == {p["name"] for p in muster("playbook", "list", "--json").json}
    done = muster("playbook", "check", "everyday", "urgent", "surge")
    assert done.code == 0
    assert done.err == ""
    bad = home / "bad.yaml"
    bad.write_text("name: bad\ntitle: Bad\nrounds:\n  - {name: x, sectors: [volunter], patience: later}\noficer: {}\n")
    done = muster("playbook", "check", bad)
    assert done.code == 1
    assert done.err.splitlines() == [
        f"{bad}:4: rounds.1.patience: 'later' is not a length of time; write it as 90s, 30m, 2h or 1d",
        f"{bad}:4: rounds.1.sectors.1: 'volunter' is none of provider, voluntary, business, community, volunteer, "
        "public; did you mean volunteer or voluntary?",
        f"{bad}:5: there is no key 'oficer'; did you mean officer?",
    ]
    assert muster("playbook", "check", home / "nowhere.yaml").code == 2


def test_an_officer_is_added_once(muster: Muster) -> None:
    """The same command again is the same answer; another role for the same address is refused."""
    dana = ("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org")
    assert muster(*dana, "--role", "duty", "--phone", "07700 900001", "--json").json["phone"] == "+447700900001"
    assert muster(*dana, "--role", "manager").code == 1
    assert muster("officer", "add", "--name", "X", "--email", "a@example.org;b@example.org", "--role", "duty").code == 1
    assert muster(*dana, "--role", "chief").code == 2
    assert [o["role"] for o in muster("officer", "list", "--json").json] == ["duty"]


def test_the_doctor_says_what_is_wrong_and_what_to_do(muster: Muster) -> None:
    """Without a duty officer a council is not ready; with one it is, as far as one can see."""
    done = muster("doctor", "--json")
    findings = {finding["about"]: finding for finding in done.json}
    assert done.code == 1
    assert findings["duty officer"]["ok"] is False
    assert "muster officer add" in findings["duty officer"]["do"]
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    assert muster("doctor").code == 0


def test_the_doctor_finds_what_nobody_has_set(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """With mails that leave, nobody may be told to call the number of an example; files may."""

    def is_said() -> bool:
        settings_module.settings.cache_clear()
        findings = muster("doctor", "--json").json
        return "MUSTER_PHONE is not set: mails would say 01632 960 000" in [finding["sentence"] for finding in findings]

    assert not is_said()
    monkeypatch.setenv("MUSTER_EMAIL", "smtp://127.0.0.1:1")
    assert is_said()
    monkeypatch.setenv("MUSTER_PHONE", "020 8547 5000")
    assert not is_said()


def test_the_doctor_finds_a_dead_mail_server_and_readable_keys(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble is found before a resident meets it."""
    muster("doctor")
    amina = ("--resident-email", "amina@example.org")
    muster("need", "open", "--summary", "Food", "--area", "KT1", "--line", "food-parcel:1", *amina)
    (home / "home" / "keys").chmod(0o644)
    monkeypatch.setenv("MUSTER_EMAIL", "smtp://127.0.0.1:1")
    settings_module.settings.cache_clear()
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert findings["e-mail"]["ok"] is False
    assert "chmod 600" in findings["keys"]["do"]


@pytest.mark.parametrize(("email", "topic", "said"), [
    ("ses", "", "without a configuration set"),
    ("ses://muster-test", "", "not believed from anywhere"),
    ("ses://muster-test", "arn:aws:sns:eu-west-2:123456789012:muster-test-receipts", "it tells what arrives"),
])  # fmt: skip
def test_the_doctor_says_whether_bounces_can_be_heard(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, email: str, topic: str, said: str
) -> None:
    """With Amazon SES, a mail that comes back is only known if its events are asked for, and believed."""
    for name, value in (("EMAIL", email), ("RECEIPTS_TOPIC", topic), ("SMS", "sns")):
        monkeypatch.setenv(f"MUSTER_{name}", value)
    settings_module.settings.cache_clear()
    findings = [
        finding for finding in muster("doctor", "--json").json if finding["about"] in ("e-mail", "text messages")
    ]
    mail, texts = findings[0], next(finding for finding in findings if finding["about"] == "text messages")
    assert said in mail["sentence"]
    assert mail["ok"] is bool(topic)
    assert "Amazon SNS" in texts["sentence"]


def test_wrong_settings_and_stores_are_one_sentence(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong setting is named; a store that cannot be opened says what to check."""
    (home / "rubbish.db").write_bytes(b"not a database at all" * 100)
    monkeypatch.setenv("MUSTER_STORE", f"sqlite:///{home / 'rubbish.db'}")
    settings_module.settings.cache_clear()
    done = muster("need", "list")
    assert (done.code, "Check MUSTER_STORE" in done.err) == (1, True)
    assert "may have been, never by half" in done.err.replace("\n", " ")
    monkeypatch.setenv("MUSTER_TIMEZONE", "Europe/Kingston")
    settings_module.settings.cache_clear()
    done = muster("need", "list")
    assert (done.code, "MUSTER_TIMEZONE" in done.err) == (1, True)
    assert muster("doctor").code == 1


def test_no_command_but_those_that_run_flows_imports_prefect(home: Path) -> None:
    """`muster need open` starts at once."""
    code = (
        "import sys; from cli.main import main;"
        "main(['need', 'open', '--summary', 'x', '--area', 'KT1', '--line', 'lift:1', '--json',"
        " '--resident-email', 'amina@example.org']);"
        "sys.exit(any(m in sys.modules for m in ('prefect', 'httpx', 'fastapi', 'boto3', 'sqlalchemy')))"
    )
    env = {**os.environ, "MUSTER_HOME": str(home / "home")}
    assert subprocess.run([sys.executable, "-c", code], env=env, capture_output=True).returncode == 0


def test_help_teaches_with_examples(muster: Muster) -> None:
    """Every part of the command can be found from `--help`."""
    assert "need open" in muster("--help").out
    assert "food-parcel:2" in muster("need", "open", "--help").out
    assert muster("nonsense").code == 2


def test_the_doctor_finds_that_nobody_looks_at_needs(muster: Muster, home: Path) -> None:
    """Sweeps that stopped are the trouble nobody sees from a desk."""
    muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    with open_door() as door:
        door.store.mark(SWEPT, datetime.now(UTC) - timedelta(minutes=10))
    done = muster("doctor", "--json")
    sweep = next(finding for finding in done.json if finding["about"] == "sweep")
    assert (done.code, sweep["ok"], sweep["sentence"]) == (1, False, "the last began 10m ago")
    assert "muster up" in sweep["do"]


@pytest.mark.parametrize(
    "channel", ["smtp://user:HUNTER2/x@mail.example.org:587", "smtp://user:HUNTER2@mail.example.org/x"]
)
def test_the_doctor_never_shows_a_password(muster: Muster, monkeypatch: pytest.MonkeyPatch, channel: str) -> None:
    """An address of a mail server that is typed wrong is a finding, not a traceback with half a password."""
    monkeypatch.setenv("MUSTER_EMAIL", channel)
    settings_module.settings.cache_clear()
    done = muster("doctor", "--json")
    assert done.code == 1
    assert "HUNTER" not in done.out + done.err
    assert any(finding["ok"] is False and "host" in finding["sentence"] for finding in done.json)


def test_a_hostile_directory_does_not_steer_the_terminal(muster: Muster, home: Path) -> None:
    """What a file says is shown, with its escapes written out; in JSON too."""
    (home / "hostile.json").write_text(json.dumps([{"id": "\x1b]0;pwn\x07\x1b[2J\x9b\nAll is well", "name": "x"}]))
    done = muster("directory", "import", home / "hostile.json")
    assert r"\x1b]0;pwn\x07\x1b[2J\x9b\nAll is well" in done.err
    done = muster("directory", "import", home / "hostile.json", "--json")
    assert not {"\x1b", "\x07", "\x9b"} & {*done.out, *done.err}
    assert done.json["refused"][0]["id"].startswith("\x1b]0;pwn")


def test_half_a_character_can_be_printed(muster: Muster, home: Path) -> None:
    """A lone surrogate ends no import, with --json or without."""
    (home / "half.json").write_text('[{"id": "\\ud800", "name": "\\ud800"}]')
    assert muster("directory", "import", home / "half.json").code == 1
    assert len(muster("directory", "import", home / "half.json", "--json").json["refused"]) == 1


def test_bytes_that_are_no_text_are_one_sentence(muster: Muster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an id nor a setting in another encoding ends in Python's words."""
    assert "nobody in the directory has the id" in muster("directory", "show", "\udcff").err.casefold()
    for name, value in (("MUSTER_HOME", "/srv/\udcff"), ("MUSTER_STORE", "sqlite:////srv/\udcff")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            settings_module.settings.cache_clear()
            done = muster("doctor")
            assert (done.code, name in done.out) == (1, True)
            assert name in muster("need", "list").err


@pytest.mark.parametrize("url", ["http://[::1", "http://127.0.0.1:abc/"])
def test_an_address_that_is_none_is_one_sentence(muster: Muster, url: str) -> None:
    """No error of a library reaches the officer."""
    done = muster("directory", "import", url)
    assert (done.code, done.err) == (1, f"{url} is not a feed's address; it begins with https://\n")


def test_the_version_is_printed(muster: Muster) -> None:
    """`muster --version` needs no command."""
    done = muster("--version")
    assert (done.code, done.err, done.out.strip()[:1].isdigit()) == (0, "", True)
