"""Needs, tasks and pages as the console's lists show them: in words, with where each leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from domain.labels import TASK_LABELS, label_need, label_task
from domain.officers import TaskStatus
from domain.risk import Band
from infra import clock
from infra.playbooks import category_title
from infra.store.lists import CursorWrong, NeedListed, Page, TaskListed
from web.console.need_shown import COLOURS, Tag
from web.site import Site

Row = TypeVar("Row")
LONGEST = 120  # letters of a search, or of anything else in an address


@dataclass(frozen=True)
class NeedInList:
    """One row of a list of needs."""

    need: str
    summary: str
    category: str
    area: str
    needed_by: str
    next_check: str
    covered: int
    needed: int
    said: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class TaskInList:
    """One row of a list of tasks: what to do, about what, and until when."""

    id: str
    what: str
    standing: str
    by: str
    late: bool
    open: bool
    need: NeedInList


def show_needs(site: Site, rows: Iterable[NeedListed]) -> list[NeedInList]:
    now = clock.now()
    return [_show_need(site, row, now) for row in rows]


def _show_need(site: Site, row: NeedListed, now: datetime) -> NeedInList:
    soon = row.wake_at is not None and row.wake_at <= now
    return NeedInList(
        need=row.need,
        summary=row.summary,
        category=category_title(row.category),
        area=row.area,
        needed_by=site.say(row.needed_by),
        next_check="" if row.wake_at is None else "now" if soon else site.say(row.wake_at),
        covered=row.covered,
        needed=row.needed,
        said=_say_covered(row),
        tags=tuple(_tags(row, now)),
    )


def _say_covered(row: NeedListed) -> str:
    """A share: of parts that are unlike each other no number says anything."""
    if not row.needed:
        return "No longer needed"
    if row.covered >= row.needed:
        return "All promised"
    return f"{max(1, 100 * row.covered // row.needed)}% promised" if row.covered else "Nothing promised"


def _tags(row: NeedListed, now: datetime) -> Iterable[Tag]:
    yield Tag(label_need(row.status, row.outcome), COLOURS[row.status])
    if row.at_risk(now):
        yield Tag("Overdue" if row.at <= now and row.band is Band.missing else "At risk", "red")
    if row.urgent and row.band is not Band.closed:
        yield Tag("Urgent", "red")
    if row.with_officer:
        yield Tag("With an officer", "purple")
    if row.held and row.band is not Band.closed and row.status.value != "on-hold":
        yield Tag("On hold", "yellow")
    if row.exercise:
        yield Tag("Exercise", "orange")


def show_tasks(site: Site, rows: Iterable[TaskListed]) -> list[TaskInList]:
    now = clock.now()
    return [_show_task(site, row, now) for row in rows]


def _show_task(site: Site, row: TaskListed, now: datetime) -> TaskInList:
    task, is_open = row.task, row.task.status is TaskStatus.open
    until = task.take_by if is_open else task.again_at
    return TaskInList(
        id=task.id,
        what=TASK_LABELS[task.kind],
        standing=label_task(task),
        by="" if until is None else site.say(until),
        late=until is not None and until <= now,
        open=is_open,
        need=_show_need(site, row.need, now),
    )


def page_asked_for(request: Request, read: Callable[[str | None], Page[Row]]) -> Page[Row]:
    """The page its address asks for: the first one, if what it says leads nowhere."""
    try:
        return read(request.query_params.get("from"))
    except CursorWrong:
        return read(None)


def page_links(path: str, asked: dict[str, str], page: Page[Any]) -> dict[str, str | None]:
    """Where a list goes on and back, with what was asked for kept."""
    return {
        name: f"{path}?{urlencode(asked | {'from': cursor})}" if cursor else None
        for name, cursor in (("next", page.next), ("previous", page.previous))
    }
