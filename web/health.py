"""Is the process up, and is Muster keeping its promises? In codes and numbers only."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from infra import clock
from infra.store import Store, StoreError
from infra.sweeps import NO_PREFECT, PLANNED, last_sweep
from web.site import Site

SWEEP_AT_MOST = timedelta(seconds=180)
SCHEDULE_AT_MOST = timedelta(seconds=90)


def healthz(site: Site, request: Request) -> Response:
    """The process is up."""
    return JSONResponse({"up": True})


def readyz(site: Site, request: Request) -> Response:
    """The store answers, sweeps happen and more are planned, and no need is without an alarm or an officer."""
    try:
        wrong, attention = what_is_wrong(site.store, clock.now()), what_wants_a_person(site.store)
    except StoreError:
        wrong = ["The store does not answer."]
        return JSONResponse({"ready": False, "wrong": wrong}, 503)
    return JSONResponse({"ready": not wrong, "wrong": wrong, "attention": attention}, 503 if wrong else 200)


def what_is_wrong(store: Store, now: datetime) -> list[str]:
    """What an operator should know, a sentence each; nothing when all is well."""
    marks, wrong = store.marks(), []
    sweep, planned = last_sweep(marks), marks.get(PLANNED)
    if sweep is None:
        wrong.append("No sweep has been made yet.")
    elif now - sweep > SWEEP_AT_MOST:
        wrong.append(
            f"The last sweep was {_seconds(now - sweep)} s ago; at most {_seconds(SWEEP_AT_MOST)} s are allowed."
        )
    if planned is None:
        wrong.append("No sweep is planned.")
    elif now - planned > SCHEDULE_AT_MOST:
        wrong.append(f"The planned sweep is {_seconds(now - planned)} s late.")
    if (lost := marks.get(NO_PREFECT)) and now - lost > SWEEP_AT_MOST:
        wrong.append(f"Prefect has not been reached for {_seconds(now - lost)} s.")
    if left := len(store.unwatched()):
        wrong.append(f"Open needs without an alarm and without an officer: {left}.")
    return wrong


def what_wants_a_person(store: Store) -> list[str]:
    """What no restart mends: tasks that officers have let pass, or that nobody is there to take; mails refused."""
    found = []
    if untaken := store.untaken_tasks():
        found.append(f"Tasks that every officer has let pass: {untaken}.")
    elif late := store.late_tasks():
        found.append(f"Tasks that nobody has taken in time: {late}.")
    if refused := store.refused_mails():
        officers = sum(1 for row in refused if row.message.to_officer)
        found.append(f"Messages that were refused and have not arrived: {len(refused)}, to officers: {officers}.")
    return found


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())
