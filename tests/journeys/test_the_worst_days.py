"""What may happen to a real Muster, in order: each journey begins where one ended, and the last ends it."""

from __future__ import annotations

import os
import signal
import time
from datetime import datetime, timedelta

import pytest

from tests.journeys.conftest import Muster, eventually

pytestmark = pytest.mark.journey


def test_the_minute_sweep_really_runs(muster: Muster) -> None:
    """Prefect's schedule itself makes sweeps, and they complete: two that no bell has rung for."""

    def scheduled() -> list[str]:
        runs = muster.prefect_finds("flow_runs", flows={"name": {"any_": ["wake-needs"]}})
        made = [run for run in runs if run["auto_scheduled"] and "bell" not in run["tags"]]
        return [run["expected_start_time"] for run in made if run["state_type"] == "COMPLETED"]

    assert eventually(lambda: len(scheduled()) >= 2, 130), scheduled()
    assert muster.ready


def test_prefect_is_down_for_a_while(muster: Muster) -> None:
    """Prefect's server dies: needs and answers are recorded all the same, and all is caught up once it is back."""
    sam, _ = muster.knows("clothing")
    first = muster.opens("clothing")
    mail = muster.awaits(sam, "Can you help", first)
    (server,) = muster.processes("infra.prefect_server")
    os.kill(server, signal.SIGKILL)
    assert "You said yes" in muster.answer(mail, answer="accept")
    assert muster.shows(first)["lines"][0]["pledged"] == 1
    second = muster.opens("clothing")
    with muster.prefect as prefect:
        assert not prefect.healthy()
    muster.awaits(sam, "you have promised", first)
    muster.awaits(sam, "Can you help", second)
    assert muster.shows(first)["status"] in ("covered", "confirming")


def test_killed_in_the_middle_of_a_round(muster: Muster) -> None:
    """C01, C18: SIGKILL everything while Sam is awaited: once started again the circle widens, nobody asked twice."""
    sam, larder = muster.knows("furniture")
    need = muster.opens("furniture")
    muster.awaits(sam, "Can you help", need)
    muster.kill()
    assert not muster.ready
    muster.start()
    mail = muster.awaits(larder, "Can you help", need)
    muster.answer(mail, answer="accept")
    muster.awaits(larder, "you have promised", need)
    muster.awaits(sam, "No longer needed", need)
    assert (len(muster.asks(sam, need)), len(muster.asks(larder, need))) == (1, 1)
    first, second = [datetime.fromisoformat(e["at"]) for e in muster.shows(need)["story"] if e["code"] == "asked"]
    assert second - first >= timedelta(seconds=8)  # nobody lost their time to answer


def test_prefects_database_is_deleted(muster: Muster) -> None:
    """Decision 1: Prefect forgets everything while a need is open; after the start every promise is kept."""
    sam, larder = muster.knows("device-loan")
    need = muster.opens("device-loan")
    muster.awaits(sam, "Can you help", need)
    muster.kill()
    for file in (muster.home / "prefect").glob("prefect.db*"):
        file.unlink()
    muster.start()
    muster.answer(muster.awaits(larder, "Can you help", need), answer="accept")
    muster.awaits(larder, "Private", need)
    assert eventually(lambda: muster.shows(need)["status"] == "covered")
    assert len(muster.asks(sam, need)) == 1


def test_sigterm_ends_everything(muster: Muster) -> None:
    """SIGTERM: all of it is gone within ten seconds, with exit code 0 and no process left."""
    assert len(muster.processes()) >= 4
    began = time.monotonic()
    assert muster.end() == 0
    assert time.monotonic() - began < 10
    assert not muster.processes()
