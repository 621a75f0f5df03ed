"""The main job on a real Muster and through its accidents, in order, on one home: each journey begins where one ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from email.message import EmailMessage

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from infra.supervisor import Supervisor
from tests.journeys.conftest import Muster, eventually

pytestmark = pytest.mark.journey

PLAYBOOK = """
name: seconds
title: A response in seconds
rounds:
  - {name: neighbours, sectors: [volunteer], ask: 5, patience: 8s, remind_after: 4s}
  - {name: groups, sectors: [voluntary], ask: 5, patience: 30s}
officer: {role: duty, take_within: 20s}
follow_up: {chase_after: 1s, confirm_after: 1s, close_after: 60s}
"""
HEADER = "id,name,sector,email,capabilities,weekly_limit\n"
PRIVATE = ("Amina", "amina", "Example Road", "900001", "@example.org", "Sam Secret", "Larder Secret", "Dana")
TOKEN = re.compile(r"\bk1\.[A-Za-z0-9_-]{20,}")


def knows(muster: Muster, need: str) -> list[str]:
    """Two helpers for one kind of help, by command: a volunteer for round one, a group for round two."""
    file = muster.home / f"{need}.csv"
    rows = [f"{need}-sam,Sam Secret,volunteer,{need}.sam@example.org,{need},99"]
    rows += [f"{need}-larder,The Larder Secret,voluntary,{need}.larder@example.org,{need},99"]
    file.write_text(HEADER + "\n".join(rows) + "\n")
    muster.command("directory", "import", str(file))
    (muster.home / "seconds.yaml").write_text(PLAYBOOK)
    return [f"{need}.sam@example.org", f"{need}.larder@example.org"]


def opens(muster: Muster, what: str, needed_by: str = "+60s") -> str:
    """An officer records a need by command; returns its reference."""
    opened = muster.json(
        "need", "open", "--summary", "Something for a family", "--line", f"{what}:1", "--area", "Norbiton",
        "--needed-by", needed_by, "--resident-name", "Amina Example", "--resident-email", "amina@example.org",
        "--resident-phone", "07700 900001", "--address", "12 Example Road, KT1 1ZZ",
        "--playbook", str(muster.home / "seconds.yaml"),
    )  # fmt: skip
    return str(opened["need"])


def shows(muster: Muster, need: str) -> dict[str, object]:
    found: dict[str, object] = muster.json("need", "show", need)
    return found


def asks(muster: Muster, to: str, need: str) -> list[EmailMessage]:
    return muster.mail(to, "Can you help", need)


def test_from_import_to_closed(muster: Muster) -> None:
    """The main job: people and needs by file, a silent neighbour, a wider circle, a yes by its link, closed as met."""
    sam, larder = knows(muster, "blanket")
    muster.command("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    needs = muster.home / "needs.csv"
    needs.write_text(
        "summary,lines,area,needed_by,resident_name,resident_email,resident_phone,address,key\n"
        'A blanket for one,blanket:1,Norbiton,+25s,Amina Example,amina@example.org,07700 900001,"12 Example Road",k-1\n'
    )
    words = ("need", "import", str(needs), "--playbook", str(muster.home / "seconds.yaml"))
    imported = muster.json(*words)
    assert (imported["recorded"], imported["refused"]) == (1, 0)
    assert muster.json(*words)["repeated"] == 1
    (row,) = muster.json("need", "list")
    need = row["need"]
    muster.awaits(sam, "Can you help", need, 5)
    asked_at = time.monotonic()
    muster.awaits(sam, "Reminder", need, 10)
    assert not asks(muster, larder, need)
    mail = muster.awaits(larder, "Can you help", need, 10)
    assert 6 < time.monotonic() - asked_at < 14
    assert "You said yes" in muster.answer(mail, answer="accept")
    muster.awaits(larder, "you have promised", need, 5)
    muster.awaits(larder, "Private", need, 5)
    muster.awaits(sam, "No longer needed", need, 5)
    muster.awaits("amina", "will help you", need, 5)
    muster.answer(muster.awaits("amina", "Did you get", need, 30), answer="yes")
    muster.awaits(larder, "Thank you for 1 blanket", need, 5)
    shown = shows(muster, need)
    assert (shown["status"], shown["outcome"], shown["with_officer"]) == ("closed", "met", False)
    assert shown["lines"][0]["delivered"] == 1  # type: ignore[index]
    assert [e["code"] for e in shown["story"]] == [  # type: ignore[attr-defined]
        "opened", "asked", "reminded", "asked", "said-yes", "covered", "resident-asked", "resident-said", "closed",
    ]  # fmt: skip


def test_runs_are_named_after_the_need(muster: Muster) -> None:
    """An officer finds the need's runs in Prefect by its reference, completed."""
    (row,) = muster.json("need", "list")
    runs = muster.prefect_finds("flow_runs", flow_runs={"name": {"any_": [f"respond {row['need']}"]}})
    assert runs
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    assert all(run["parameters"] == {"need_id": row["need"]} for run in runs)


def test_prefect_learns_nothing_private(muster: Muster) -> None:
    """D10 by design: no name, address or token in Prefect's runs, parameters or logs, nor in our own log files."""
    kept = {what: str(muster.prefect_finds(what)) for what in ("flow_runs", "task_runs", "logs")}
    assert all(len(text) > 500 for text in kept.values())
    kept |= {file.name: file.read_text(errors="replace") for file in (muster.home / "logs").glob("*.log*")}
    kept["up.log"] = muster.log
    tokens = [link.rpartition("/")[2] for link in muster.links_used]
    assert tokens
    for where, text in kept.items():
        found = [word for word in (*PRIVATE, *tokens) if word in text] + TOKEN.findall(text)
        assert not found, f"{where} holds {found}"


def test_prefect_refuses_strangers(muster: Muster) -> None:
    """W18: without the password every call is 401, and no websocket tells anything; with it, it answers."""
    api = muster.prefect_url
    for method, path in (("POST", "/flow_runs/filter"), ("GET", "/admin/settings"), ("POST", "/logs/filter")):
        assert httpx.request(method, f"{api}{path}", trust_env=False).status_code == 401
        wrong = httpx.request(method, f"{api}{path}", auth=("muster", "guess"), trust_env=False)
        assert wrong.status_code == 401
    for path in ("/events/out", "/logs/out", "/events/in"):
        with pytest.raises((WebSocketException, TimeoutError, OSError)):  # noqa: SIM117
            with connect(f"{api.replace('http', 'ws')}{path}", subprotocols=["prefect"], proxy=None) as stranger:  # type: ignore[list-item]
                stranger.send('{"type": "auth", "token": "guess"}')
                stranger.send('{"type": "filter", "filter": {}}')
                stranger.recv(timeout=3)
                stranger.recv(timeout=3)
    assert muster.prefect_finds("flow_runs")


def test_prefect_is_down_for_a_while(muster: Muster) -> None:
    """Prefect's server dies: needs and answers are recorded all the same, and all is caught up once it is back."""
    sam, _ = knows(muster, "clothing")
    first = opens(muster, "clothing")
    mail = muster.awaits(sam, "Can you help", first)
    (server,) = [pid for pid in muster.processes("server") if pid in muster.processes("start")]
    os.kill(server, signal.SIGKILL)
    assert "You said yes" in muster.answer(mail, answer="accept")
    assert shows(muster, first)["lines"][0]["pledged"] == 1  # type: ignore[index]
    second = opens(muster, "clothing")
    with muster.prefect as prefect:
        assert not prefect.healthy()
    muster.awaits(sam, "you have promised", first, 30)
    muster.awaits(sam, "Can you help", second, 30)
    assert shows(muster, first)["status"] in ("covered", "confirming")


def test_a_plain_prefect_worker_will_do(muster: Muster) -> None:
    """`prefect worker start --pool muster` alone moves needs: our worker is frozen meanwhile."""
    sam, _ = knows(muster, "baby-items")
    ours = muster.processes("worker")
    for pid in ours:
        os.kill(pid, signal.SIGSTOP)
    environment = muster.environment | Supervisor(home=muster.home).environment(muster.port, muster.prefect_port)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "muster"]
    with (muster.home / "plain.log").open("w") as log:
        plain = subprocess.Popen(command, cwd=muster.home, env=environment, stdout=log, stderr=log)
    try:
        need = opens(muster, "baby-items", needed_by="+1d")
        with muster.prefect as prefect:
            prefect.create_run("wake-needs/wake-needs")  # as the schedule would, or an officer's press of the button
        muster.awaits(sam, "Can you help", need, 45)
    finally:
        plain.send_signal(signal.SIGTERM)
        plain.wait(30)
        for pid in ours:
            os.kill(pid, signal.SIGCONT)
    assert len(asks(muster, sam, need)) == 1


def test_killed_in_the_middle_of_a_round(muster: Muster) -> None:
    """C01, C18: SIGKILL everything while Sam is awaited: after the start the circle widens on time, nobody asked twice."""
    sam, larder = knows(muster, "furniture")
    need = opens(muster, "furniture", needed_by="+1d")
    muster.awaits(sam, "Can you help", need)
    muster.kill()
    assert not muster.ready
    muster.start()
    mail = muster.awaits(larder, "Can you help", need, 10)
    muster.answer(mail, answer="accept")
    muster.awaits(larder, "you have promised", need, 10)
    muster.awaits(sam, "No longer needed", need, 10)
    assert (len(asks(muster, sam, need)), len(asks(muster, larder, need))) == (1, 1)
    assert [e["code"] for e in shows(muster, need)["story"]].count("asked") == 2  # type: ignore[attr-defined]


def test_the_minute_sweep_really_runs(muster: Muster) -> None:
    """Prefect's schedule itself makes sweeps, and they complete: two that no bell has rung for."""

    def scheduled() -> list[str]:
        runs = muster.prefect_finds("flow_runs", flows={"name": {"any_": ["wake-needs"]}})
        made = [run for run in runs if run["auto_scheduled"] and "bell" not in run["tags"]]
        return [run["expected_start_time"] for run in made if run["state_type"] == "COMPLETED"]

    assert eventually(lambda: len(scheduled()) >= 2, 130), scheduled()
    assert muster.ready


def test_prefects_database_is_deleted(muster: Muster) -> None:
    """Decision 1: Prefect forgets everything while a need is open; after the start every promise is kept."""
    sam, larder = knows(muster, "device-loan")
    need = opens(muster, "device-loan", needed_by="+1d")
    muster.awaits(sam, "Can you help", need)
    muster.kill()
    for file in (muster.home / "prefect").glob("prefect.db*"):
        file.unlink()
    muster.start()
    muster.answer(muster.awaits(larder, "Can you help", need, 15), answer="accept")
    muster.awaits(larder, "Private", need, 10)
    assert shows(muster, need)["status"] == "covered"
    assert len(asks(muster, sam, need)) == 1


def test_sigterm_ends_everything(muster: Muster) -> None:
    """SIGTERM: all of it is gone within ten seconds, with exit code 0 and no process left."""
    assert len(muster.processes()) >= 4
    began = time.monotonic()
    assert muster.end() == 0
    assert time.monotonic() - began < 10
    assert not muster.processes()
