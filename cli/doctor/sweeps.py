"""What runs: is somebody looking at needs, and will they look again?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

SWEEP_EVERY = timedelta(seconds=60)
TOO_LATE = timedelta(minutes=3)


def sweep(store: Store, chosen: Settings) -> Iterator[Finding]:
    """What is due, when it was last looked at, and whether the next look is planned."""
    from domain.values import say_duration
    from infra.sweeps import PLANNED, last_sweep

    now, marks = datetime.now(UTC), store.marks()
    who, start = _who_looks(chosen)
    if late := store.overdue(now - TOO_LATE):
        yield Finding("needs waiting", False, f"{len(late):,} have been due for minutes and nobody looks", start)
    if unwatched := store.unwatched():
        said = f"{', '.join(unwatched[:5])} have no next check"
        yield Finding("needs unwatched", False, said, "Tell the developers.")
    swept = last_sweep(marks)
    if swept is None:
        yield Finding("sweep", None, f"none yet: {who} this store", start)
        return
    fresh = now - swept < TOO_LATE
    yield Finding("sweep", fresh, f"the last began {say_duration(now - swept)} ago", "" if fresh else start)
    if fresh:
        yield _prefect_of_aws() if chosen.bell else _prefect(marks.get(PLANNED), now)


def _who_looks(chosen: Settings) -> tuple[str, str]:
    """Who has not looked where nobody has, and what to do then."""
    if chosen.bell:
        waker = f"{chosen.bell.rpartition('/')[2].removesuffix('-bell')}-waker"
        return (
            "the waker has not looked at",
            f"It looks each minute; if it does not, see its log /aws/lambda/{waker}.",
        )
    return "Muster has not been started with", "Start `muster up` (or `muster worker` beside a Prefect server)."


def _prefect(planned: datetime | None, now: datetime) -> Finding:
    """Is the next sweep planned? Whoever looks from elsewhere may not reach Prefect, and all may yet be well."""
    from cli.running import find_prefect
    from infra.prefect_api import WAKE_NEEDS, PrefectApi, PrefectUnreachable

    find_prefect()
    try:
        with PrefectApi() as prefect:
            if not prefect.healthy():
                raise PrefectUnreachable(f"Prefect at {prefect.url} does not answer")
            planned = prefect.next_scheduled(WAKE_NEEDS)
    except PrefectUnreachable as why:
        if planned and planned > now - SWEEP_EVERY:
            return Finding("Prefect", None, f"{why}; yet sweeps go on", "Set PREFECT_API_URL to where it is.")
        return Finding("Prefect", False, str(why), "Start `muster up`, or set PREFECT_API_URL to where Prefect is.")
    if planned is None:
        do = "Its scheduler makes no runs: see SQLAlchemy's version above, and start it again."
        return Finding("Prefect", False, "no sweep is planned", do)
    return Finding("Prefect", True, f"next sweep {planned:%H:%M:%S} UTC")


def _prefect_of_aws() -> Finding:
    """There the waker is the clock: Prefect need plan no sweep, but must know the flows, and us."""
    from infra.prefect_api import WAKE_NEEDS, PrefectApi

    with PrefectApi() as prefect:
        if not prefect.healthy():
            said, do = f"Prefect at {prefect.url or '?'} does not answer", "Set PREFECT_API_URL as deploy.toml has it."
            return Finding("Prefect", False, said, do)
        if status := prefect.refusal():
            do = "Set PREFECT_API_KEY or PREFECT_API_AUTH_STRING as it knows us, and run `muster deploy`."
            return Finding("Prefect", False, f"{prefect.url} does not let us in ({status})", do)
        if not prefect.knows(WAKE_NEEDS):
            do = "Run `muster deploy`: it tells Prefect of the flows."
            return Finding("Prefect", False, f"{prefect.url} does not know the flows", do)
        return Finding("Prefect", True, f"{prefect.url} knows the flows; the waker is their clock")
