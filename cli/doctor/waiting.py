"""What waits for somebody: tasks nobody has taken, messages refused, what is past its time and not erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

A_NIGHT = timedelta(days=1)  # what came to its end since is erased the next night


def tasks(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Every task is with somebody who has said so, or is still on its way."""
    from domain.officers import TaskStatus

    waiting = store.tasks(statuses=[TaskStatus.open])
    late = list(dict.fromkeys(task.need for task in waiting if task.passes or task.officer is None))
    if late:
        said = f"nobody has taken what waits for an officer on {', '.join(late[:5])}"
        yield Finding("tasks", False, said, "Take it: `muster need take REF --officer EMAIL`; see `muster task list`.")
    else:
        yield Finding("tasks", True, f"{len(waiting):,} waiting to be taken, all in time" if waiting else "none wait")


def refused(store: Store, chosen: Settings) -> Iterator[Finding]:
    """A server that takes a connection may still take no mail."""
    rows = store.refused_mails()
    if not rows:
        return
    officers = sum(1 for row in rows if row.message.to_officer)
    needs = ", ".join(list(dict.fromkeys(row.message.need for row in rows))[:5])
    to_officers = f", {officers:,} of them to officers" if officers else ""
    yield Finding(
        "messages refused",
        False,
        f"{len(rows):,} have not arrived{to_officers} ({needs})",
        "See why with `muster need show REF`; check MUSTER_EMAIL, MUSTER_EMAIL_FROM and the addresses.",
    )


def past_its_time(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Nothing is kept for longer than the council decided: `keep-house` erases it each night."""
    from domain.labels import say_list
    from domain.values import say_duration
    from infra import clock
    from infra.door import Door
    from infra.playbooks import PlaybookWrong
    from infra.retention import load_periods, retention_file
    from tasks import keeping_house

    try:
        load_periods(chosen.home)
    except PlaybookWrong as wrong:
        yield Finding("retention", False, str(wrong.faults[0]), "Correct it; until then the last periods are in force.")
        return
    kept = store.marks().get(keeping_house.HOUSE_KEPT)
    at = clock.now() - (A_NIGHT if kept else timedelta(0))
    if past := keeping_house.past_its_time(Door(store, chosen), at):
        said = say_list(f"{count:,} {name}" for name, count in past.items())
        yield Finding(
            "retention", False, f"past its time and not erased: {said}", "Run the flow keep-house in Prefect."
        )
        return
    last = f"; house was last kept {say_duration(clock.now() - kept)} ago" if kept else ""
    yield Finding("retention", True, f"nothing is past its time ({retention_file(chosen.home)}){last}")
