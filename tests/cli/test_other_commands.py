"""`muster directory|playbook|officer|doctor`, and how every command fails."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.doors import open_door
from infra import settings as settings_module
from tests.cli.conftest import Muster

PEOPLE = "id,name,sector,capabilities,email\nsam,Sam Lee,volunteer,food-parcel,sam@example.org\n"
GROUPS = "id,name,sector,capabilities,email\nhall,Hall,community,bed-space,\nx,X,volunter,lift,\n"


def test_who_may_help_is_imported_listed_and_shown(muster: Muster, home: Path) -> None:
    """A file becomes people and organisations one can look at."""
    (home / "people.csv").write_text(PEOPLE)
    assert "1 taken, 0 with a warning, 0 refused." in muster("directory", "import", home / "people.csv").out
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


def test_playbooks_are_listed_and_checked(muster: Muster, home: Path) -> None:
    """The ones shipped are good, and what they say that is not acted on yet is noted."""
    assert {"everyday", "urgent", "surge"} == {p["name"] for p in muster("playbook", "list", "--json").json}
    done = muster("playbook", "check", "everyday", "urgent", "surge")
    assert done.code == 0
    assert "chase_after is read and not yet acted on" in done.err
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


def test_the_doctor_finds_a_dead_mail_server_and_readable_keys(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trouble is found before a resident meets it."""
    muster("doctor")
    muster("need", "open", "--summary", "Food", "--area", "KT1", "--line", "food-parcel:1")
    (home / "home" / "keys").chmod(0o644)
    monkeypatch.setenv("MUSTER_EMAIL", "smtp://127.0.0.1:1")
    settings_module.settings.cache_clear()
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert findings["e-mail"]["ok"] is False
    assert "chmod 600" in findings["keys"]["do"]


def test_wrong_settings_and_stores_are_one_sentence(
    muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong setting is named; a store that cannot be opened says what to check."""
    (home / "rubbish.db").write_bytes(b"not a database at all" * 100)
    monkeypatch.setenv("MUSTER_STORE", f"sqlite:///{home / 'rubbish.db'}")
    settings_module.settings.cache_clear()
    done = muster("need", "list")
    assert (done.code, "Check MUSTER_STORE" in done.err) == (1, True)
    monkeypatch.setenv("MUSTER_TIMEZONE", "Europe/Kingston")
    settings_module.settings.cache_clear()
    done = muster("need", "list")
    assert (done.code, "MUSTER_TIMEZONE" in done.err) == (1, True)
    assert muster("doctor").code == 1


def test_no_command_but_those_that_run_flows_imports_prefect(home: Path) -> None:
    """`muster need open` starts at once."""
    code = (
        "import sys; from cli.main import main;"
        "main(['need', 'open', '--summary', 'x', '--area', 'KT1', '--line', 'lift:1', '--json']);"
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
        door.store.mark("sweep", datetime.now(UTC) - timedelta(minutes=10))
    done = muster("doctor", "--json")
    sweep = next(finding for finding in done.json if finding["about"] == "sweep")
    assert (done.code, sweep["ok"], sweep["sentence"]) == (1, False, "the last began 10m ago")
    assert "muster up" in sweep["do"]
