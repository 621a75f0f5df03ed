"""`muster deploy` with a real Prefect: the flows are known there, and the waker alone is their clock."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.aws import client
from infra.deploy import changing
from infra.prefect_api import PrefectApi
from tests.cli.conftest import Muster, home, muster
from tests.infra.deploy.conftest import choose, kingston, make_zips
from tests.standins import free_port

__all__ = ["home", "muster"]
pytestmark = pytest.mark.journey
AUTH = "muster:a-password-for-this-test"


@pytest.fixture
def prefect(tmp_path: Path) -> Iterator[str]:
    """A Prefect server of its own, which asks who is there."""
    port = free_port()
    ours = {
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_SERVER_API_AUTH_STRING": AUTH,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    command = [sys.executable, "-m", "infra.prefect_server", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "prefect.log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | ours, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/api"
    try:
        with PrefectApi(url) as api:
            api.wait_until_healthy(90)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.mark.usefixtures("on_ministack")
def test_the_flows_are_known_and_only_the_waker_wakes(
    prefect: str, muster: Muster, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deployed with the way in that the secret holds; `wake-needs` rests, the others keep their schedules."""
    monkeypatch.setattr(changing, "LOOK_EVERY", 0.05)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", AUTH)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "client"))
    choose(home, kingston("flows", prefect_api_url=prefect))
    zips = make_zips(tmp_path / "zips")
    done = muster("deploy", "--yes", "--built", zips)
    assert done.code == 0, done.err
    listed = httpx.post(f"{prefect}/deployments/filter", json={}, auth=("muster", AUTH.partition(":")[2])).json()
    active = {one["name"]: [schedule["active"] for schedule in one["schedules"]] for one in listed}
    assert active == {"wake-needs": [False], "respond-to-need": [], "check-promises": [True], "keep-house": [True]}
    again = muster("deploy", "--yes", "--built", zips)
    assert ("Nothing to change." in again.out, "Telling Prefect" in again.out) == (True, False)
    worker = client("lambda").get_function_configuration(FunctionName="muster-flows-worker")
    assert worker["Environment"]["Variables"]["PREFECT_API_URL"] == prefect
