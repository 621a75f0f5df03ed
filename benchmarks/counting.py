"""How long it takes to count a month and a year for the report, and what others see meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import httpx

from benchmarks.figures import Figure, short, spread, timed
from benchmarks.processes import cpu_seconds
from domain.periods import Period, read_period
from infra import clock

AT = "/console/report"
TIMES, PATIENCE = 5, 300.0
MEANWHILE = "/console/needs?standing=every"
LONGEST = 5.0  # seconds that a request may take until it says how far counting is
P99_UNDER = 150.0  # milliseconds


def count_periods(browser: httpx.Client, server: int) -> Iterator[Figure]:
    """Last month counted anew some times; the last year, with another page opened over and over meanwhile."""
    today = clock.now().date()
    month = read_period(None, None, today)
    used = cpu_seconds(server)
    takes = spread(timed(lambda: _count(browser, month)) for _ in range(TIMES))
    used = (cpu_seconds(server) - used) * 1000 / TIMES
    yield Figure("report, last month, counted anew", f"{takes.say('ms')}; processor {short(used)} ms")

    year = Period(first=today - timedelta(days=365), last=today)
    used = cpu_seconds(server)
    with ThreadPoolExecutor(1) as beside:
        counting = beside.submit(_count, browser, year)
        others = []
        while not counting.done():
            others.append(timed(lambda: browser.get(MEANWHILE)))
        looks = counting.result()
    used = cpu_seconds(server) - used
    yield Figure(
        "report, a year, counted anew",
        f"{sum(looks):.1f} s, looked at {len(looks)} times; processor {used:.1f} s with the pages below",
        f"each look < {LONGEST:g} s",
        max(looks) < LONGEST,
    )
    meanwhile = spread(others)
    said = meanwhile.say("ms", 0.99)
    yield Figure("needs, first page, meanwhile", said, f"p99 < {P99_UNDER:g} ms", meanwhile.at(0.99) < P99_UNDER)
    kept = spread(timed(lambda: browser.get(_address(year))) for _ in range(100))
    said = kept.say("ms", 0.99)
    yield Figure("report, a year, as it was counted", said, f"p99 < {P99_UNDER:g} ms", kept.at(0.99) < P99_UNDER)


def _count(browser: httpx.Client, period: Period) -> list[float]:
    """Ask for newer figures until they are there; returns how many seconds each look took."""
    address = _address(period, since=clock.now().isoformat())
    looks: list[float] = []
    while sum(looks) < PATIENCE:
        begun = time.perf_counter()
        page = browser.get(address, timeout=60)
        looks.append(time.perf_counter() - begun)
        if page.status_code == 200:
            return looks
        assert page.status_code == 202, page.status_code
    raise TimeoutError(address)


def _address(period: Period, **more: str) -> str:
    return f"{AT}?{urlencode({'from': period.first.isoformat(), 'to': period.last.isoformat()} | more)}"
