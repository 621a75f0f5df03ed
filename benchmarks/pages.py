"""pages: the console, a partner's page and a resident's, with 100,000 needs and 20,000 responders on record."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.counting import count_periods
from benchmarks.figures import Figure, short, spread, timed
from benchmarks.largest import Largest, fill_largest
from benchmarks.processes import clean_environment, cpu_seconds, eventually, free_port, started
from benchmarks.years import Years, fill_years
from domain.links import PATHS, Purpose, derive_token
from infra import clock
from infra.door import Door
from infra.settings import Settings
from infra.store import open_store
from infra.store.lists import NeedsWanted
from infra.sweeps import PLANNED, SWEPT
from web.signin.sessions import sign_in

CLAIM = "every page opens at once, however much is on record"
P99_UNDER = 150.0  # milliseconds
WARM, SAMPLES, PAGES_ON = 5, 200, 50
PLAIN = "SELECT id, doc FROM needs ORDER BY status, needed_by LIMIT 50 OFFSET ?"


def measure(small: bool) -> Iterator[Figure]:
    """One page after the other, as a browser asks for them: over HTTP on loopback, a session's cookie in hand."""
    needs, responders = (2_000, 500) if small else (100_000, 20_000)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Settings(home=Path(folder))
        door = Door(open_store(settings.store_url), settings)
        try:
            begun = time.perf_counter()
            years = fill_years(door, needs, responders)
            took = time.perf_counter() - begun
            yield Figure(f"{needs:,} needs and {responders:,} responders written", f"{took:.0f} s")
            largest = fill_largest(door, 10 if small else 200)
            yield Figure("lists made of them, as the migration does", f"{years.migrated_s:.1f} s")
            with _serving(door, Path(folder)) as (browser, server):
                samples = 20 if small else SAMPLES
                for what, path in _pages(door, years, largest).items():
                    yield _opened(browser, server, what, path, samples, _beside(door, what, needs))
                yield from count_periods(browser, server)
                yield _opened(browser, server, "report, last month, as it was counted", "/console/report", samples)
        finally:
            door.store.close()


def _pages(door: Door, years: Years, largest: Largest) -> dict[str, str]:
    """What is opened, by what it is called."""
    need = years.needs["open"]
    invitation = door.situation(need).current[0]
    keys, kid = door.settings.signing_keys, door.kid
    return {
        "console, what waits": "/console/",
        "needs, first page": "/console/needs?standing=every",
        f"needs, page {PAGES_ON}": f"/console/needs?standing=every&from={_page_on(door)}",
        "needs, filtered by area and category": "/console/needs?standing=every&area=Norbiton&category=food",
        "needs, a filter that fits nothing": "/console/needs?standing=every&area=Nowhere",
        "needs, searched by the beginning of a reference": "/console/needs?search=N-7K3",
        "one need": f"/console/needs/{need}",
        f"one need, {largest.asked} asked, {largest.events:,} events": f"/console/needs/{largest.need}",
        "its whole story, last page": f"/console/needs/{largest.need}/story",
        "its messages": f"/console/needs/{largest.need}/messages",
        "incidents": "/console/incidents",
        f"one incident, {largest.needs} needs": f"/console/incidents/{largest.incident}",
        "playbooks": "/console/playbooks",
        "one playbook": "/console/playbooks/everyday",
        "partners, first page": "/console/partners",
        "partners, by name": "/console/partners?search=Group+199",
        "one partner": f"/console/partners/{invitation.responder}",
        "tasks": "/console/tasks",
        "why somebody was asked": f"/console/needs/{need}/why",
        "a partner's link": PATHS[Purpose.invite] + derive_token(keys, kid, Purpose.invite, invitation.id),
        "a partner's own page": PATHS[Purpose.partner] + derive_token(keys, kid, Purpose.partner, invitation.responder),
        "a resident's page": PATHS[Purpose.status] + derive_token(keys, kid, Purpose.status, need),
    }


def _page_on(door: Door) -> str:
    page = door.store.needs_page(NeedsWanted())
    for _ in range(PAGES_ON - 2):
        page = door.store.needs_page(NeedsWanted(), page.next) if page.next else page
    return page.next or ""


def _opened(browser: httpx.Client, server: int, what: str, path: str, samples: int, beside: str = "") -> Figure:
    """How long it takes to open; and the server's processor time, which says the same on a busy machine."""
    for _ in range(WARM):
        page = browser.get(path)
        assert page.status_code == 200, f"{what}: {page.status_code} {page.headers.get('location', '')}"
    used = cpu_seconds(server)
    times = spread(timed(lambda: browser.get(path)) for _ in range(samples))
    used = (cpu_seconds(server) - used) * 1000 / samples
    said = f"{times.say('ms', 0.99)}; processor {short(used)} ms; {len(page.content) // 1024} KB"
    return Figure(what, said, f"p99 < {P99_UNDER:g} ms", times.at(0.99) < P99_UNDER, beside)


def _beside(door: Door, what: str, needs: int) -> str:
    """The same list as it would be without an index and a keyset: rows sorted, then counted off; or every row read."""
    if what == f"needs, page {PAGES_ON}":
        with door.store._reading() as db:  # type: ignore[attr-defined]  # what nobody should do
            took = min(timed(lambda: db.execute(PLAIN, (50 * PAGES_ON,)).fetchall()) for _ in range(3))
        return f"the question alone, sorted and counted off by OFFSET: {short(took)} ms"
    if what == "needs, first page":
        took = timed(lambda: sorted(door.store.needs(limit=needs), key=lambda row: row.needed_by)[:50])
        return f"the question alone, every row read and sorted in Python: {short(took)} ms"
    return ""


@contextmanager
def _serving(door: Door, home: Path) -> Iterator[tuple[httpx.Client, int]]:
    """The site as it is served: an officer's browser, and the server's process."""
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", "web.app:create_app", "--factory", "--port", str(port), "--ws", "none")
    base = f"http://127.0.0.1:{port}"
    dana = next(officer for officer in door.store.officers())
    environment = clean_environment(MUSTER_HOME=str(home), MUSTER_BASE_URL=base)
    serving = started((*command, "--no-access-log"), environment, home / "web.log")
    with serving as server, httpx.Client(base_url=base) as browser:
        eventually(lambda: _answers(browser), 30)
        for name in (SWEPT, PLANNED):
            door.store.mark(name, clock.now())
        browser.cookies.set("muster", sign_in(door.store, dana, "password"))
        yield browser, server.pid


def _answers(browser: httpx.Client) -> bool:
    try:
        return browser.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False
