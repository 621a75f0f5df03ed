"""The main job on a real Muster, and what an officer and a stranger see of it in Prefect."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.supervisor import Supervisor
from tests.journeys.conftest import Muster, eventually

pytestmark = pytest.mark.journey

PRIVATE = (
    "Amina",
    "amina",
    "Example Road",
    "7700900001",
    "7700 900001",
    "@example.org",
    "Sam Secret",
    "Larder Secret",
    "Dana",
)
TOKEN = re.compile(r"\bk1\.[A-Za-z0-9_-]{20,}")


def the_blanket(muster: Muster) -> str:
    """The need that the first journey records; others may be on record beside it."""
    needs = [str(row["need"]) for row in muster.json("need", "list")]
    (need,) = [need for need in needs if muster.shows(need)["lines"][0]["what"] == "blanket"]
    return need


def test_from_import_to_closed(muster: Muster) -> None:
    """The main job: people and needs by file, a silent neighbour, a wider circle, a yes by its link, closed as met."""
    sam, larder = muster.knows("blanket")
    muster.command("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    needs = muster.home / "needs.csv"
    needs.write_text(
        "summary,lines,area,needed_by,resident_name,resident_email,resident_phone,address,key\n"
        'A blanket for one,blanket:1,Norbiton,+60s,Amina Example,amina@example.org,07700 900001,"12 Example Road",k-1\n'
    )
    words = ("need", "import", str(needs), "--playbook", muster.playbook)
    imported = muster.json(*words)
    assert (imported["recorded"], imported["refused"]) == (1, 0)
    assert muster.json(*words)["repeated"] == 1
    need = the_blanket(muster)
    muster.awaits(sam, "Can you help", need)
    muster.awaits(sam, "Reminder", need)
    mail = muster.awaits(larder, "Can you help", need)
    assert "You said yes" in muster.answer(mail, answer="accept")
    muster.awaits(larder, "you have promised", need)
    muster.awaits(larder, "Private", need)
    muster.awaits(sam, "No longer needed", need)
    muster.awaits("amina", "will help you", need)
    muster.answer(muster.awaits("amina", "Did you get", need, 70), answer="yes")
    muster.awaits(larder, "Thank you for 1 blanket", need)
    shown = muster.shows(need)
    assert (shown["status"], shown["outcome"], shown["with_officer"]) == ("closed", "met", False)
    assert shown["lines"][0]["delivered"] == 1
    (_, widened) = [datetime.fromisoformat(e["at"]) for e in shown["story"] if e["code"] == "asked"]
    (until,) = [datetime.fromisoformat(i["answer_by"]) for i in shown["invitations"] if i["responder"] == "blanket-sam"]
    assert timedelta(0) <= widened - until < timedelta(seconds=20)
    assert [e["code"] for e in shown["story"]] == [
        "opened", "asked", "reminded", "asked", "said-yes", "covered", "resident-asked", "resident-said", "closed",
    ]  # fmt: skip


def test_work_is_named_after_the_need(muster: Muster) -> None:
    """An officer finds a need's moves in Prefect by its reference, and may start one by hand: a run of that name."""
    need = the_blanket(muster)
    moves = muster.prefect_finds("task_runs", task_runs={"name": {"any_": [f"move {need}"]}})
    assert moves
    assert {move["state_type"] for move in moves} == {"COMPLETED"}
    with muster.prefect as api:
        by_hand = api._call("GET", "/deployments/name/respond-to-need/respond-to-need")["id"]
        api._call("POST", f"/deployments/{by_hand}/create_flow_run", {"parameters": {"need_id": need}})

    def done() -> list[dict[str, object]]:
        runs = muster.prefect_finds("flow_runs", flow_runs={"name": {"any_": [f"respond {need}"]}})
        return [run for run in runs if run["state_type"] == "COMPLETED"]

    (run,) = eventually(done)
    assert run["parameters"] == {"need_id": need}


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
        with pytest.raises((WebSocketException, TimeoutError, OSError)):
            listen(api.replace("http", "ws") + path)
    assert muster.prefect_finds("flow_runs")


def listen(address: str) -> None:
    """What a stranger with a guess for a password hears; raises when that is nothing."""
    with connect(address, subprotocols=[Subprotocol("prefect")], proxy=None) as stranger:
        stranger.send('{"type": "auth", "token": "guess"}')
        stranger.send('{"type": "filter", "filter": {}}')
        for _ in range(2):  # the first may be the refusal itself
            stranger.recv(timeout=3)


def test_a_plain_prefect_worker_will_do(muster: Muster) -> None:
    """`prefect worker start --pool muster` alone moves needs: our worker is frozen meanwhile."""
    sam, _ = muster.knows("baby-items")
    ours = muster.processes("worker")
    for pid in ours:
        os.kill(pid, signal.SIGSTOP)
    environment = muster.environment | Supervisor(home=muster.home).environment(muster.port, muster.prefect_port)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "muster"]
    with (muster.home / "plain.log").open("w") as log:
        plain = subprocess.Popen(command, cwd=muster.home, env=environment, stdout=log, stderr=log)
    try:
        need = muster.opens("baby-items")
        muster.presses("wake-needs/wake-needs")
        muster.awaits(sam, "Can you help", need, 45)
    finally:
        for pid in ours:
            os.kill(pid, signal.SIGCONT)
        _ends(plain)
    assert len(muster.asks(sam, need)) == 1


def _ends(process: subprocess.Popen[bytes]) -> None:
    """It is asked to, and has a minute for what it is at."""
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
