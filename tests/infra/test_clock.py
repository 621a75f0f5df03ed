"""The clock: UTC instants, wherever the machine thinks it is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra import clock

ROOT = Path(__file__).parents[2]
ZONES = [None, "UTC", "America/New_York", "Pacific/Kiritimati", "Nowhere/Atall"]

DECISIONS = """
from datetime import UTC, datetime
from domain.changes import week_of
from domain.hours import Calendar, Hours, next_within
from domain.times import read_when, say_when
from infra import clock
from infra.settings import Settings
from infra.store.moments import instant, micros
from tests.store.builders import a_need, a_responder, asking, opening
from domain.situations import Situation
zone = Settings().zone
MOMENTS = "2026-10-25T00:30Z 2026-10-25T01:30Z 2027-03-28T00:59:59.999999Z 2026-12-31T23:59Z"
for moment in MOMENTS.split():
    now = datetime.fromisoformat(moment).astimezone(UTC)
    clock.set_source(lambda: now)
    need = a_need(opened_at=clock.now())
    situation = Situation(need, (), (), (), zone, "k1")
    print(week_of(now, situation), next_within(Hours.waking, now, Calendar(zone)), say_when(now, zone))
    print([read_when(text, now, zone) for text in ("09:00", "2027-01-04", "2027-06-01T08:00", "+4h")])
    print(instant(micros(now)) == now, micros(now), opening(need, now=now).need.wake_at)
    print(asking(situation, [a_responder()], now).slots)
"""


def test_now_is_aware_and_in_utc() -> None:
    """K11: an instant can be compared with every other."""
    before = datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    assert before <= clock.now() <= before + timedelta(seconds=10)


def test_a_test_moves_the_clock_and_gives_it_back() -> None:
    """Stories run on a clock of their own."""
    moment = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    clock.set_source(lambda: moment)
    try:
        assert clock.now() == moment
    finally:
        clock.set_source(None)
    assert clock.now() != moment


@pytest.fixture(scope="module")
def decided() -> dict[str | None, str]:
    """What the same decisions come to on hosts in each of these zones."""
    running = {zone: _run_in(zone) for zone in ZONES}
    said = {}
    for zone, process in running.items():
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        said[zone] = out
    return said


def _run_in(zone: str | None) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if k != "TZ" and not k.startswith("MUSTER_")}
    return subprocess.Popen(
        [sys.executable, "-c", DECISIONS],
        cwd=ROOT,
        env=environment | ({"TZ": zone} if zone else {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("zone", ZONES[1:])
def test_the_hosts_zone_decides_nothing(decided: dict[str | None, str], zone: str) -> None:
    """K11: weeks, waking hours, deadlines and letters are the same on a host in another zone, or without one."""
    assert decided[zone] == decided[None]
    assert "2026-W43" in decided[zone]
