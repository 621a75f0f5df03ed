"""One need as its page shows it: in words, nothing private, whoever was asked grouped by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.events import Event
from domain.labels import TASK_LABELS, label_need, label_task
from domain.needs import Line, Need, NeedStatus
from domain.officers import Task, TaskStatus
from domain.situations import Situation
from domain.standing import where_it_is
from domain.stories import because, label
from domain.times import say_time
from web.site import Site

COLOURS = {
    NeedStatus.open: "blue",
    NeedStatus.covered: "green",
    NeedStatus.confirming: "turquoise",
    NeedStatus.on_hold: "yellow",
    NeedStatus.closed: "grey",
}


@dataclass(frozen=True)
class Tag:
    """A coloured word."""

    text: str
    colour: str


@dataclass(frozen=True)
class LineShown:
    """One line: how much is covered, in words and as a share of 1."""

    title: str
    amount: str
    covered: int
    needed: int
    said: str
    notes: tuple[str, ...]
    due: str
    where: str
    missing: bool


@dataclass(frozen=True)
class TaskShown:
    """A task for an officer."""

    id: str
    kind: str
    standing: str
    officer: str
    take_by: str
    open: bool
    done: bool


@dataclass(frozen=True)
class EventShown:
    """One event of the story."""

    at: str
    what: str
    because: str
    by: str


@dataclass(frozen=True)
class Day:
    """A day of the story."""

    name: str
    events: list[EventShown]


def tags_of(situation: Situation) -> list[Tag]:
    """How it stands, and what is out of the ordinary, in a word each."""
    need = situation.need
    tags = [Tag(label_need(need.status, need.outcome), COLOURS[need.status])]
    if need.urgent:
        tags.append(Tag("Urgent", "red"))
    if situation.held and need.status is not NeedStatus.on_hold and not need.closed:
        tags.append(Tag("On hold", "yellow"))
    if need.sensitive:
        tags.append(Tag("Sensitive", "purple"))
    if need.exercise:
        tags.append(Tag("Exercise", "orange"))
    return tags


def lines_of(site: Site, situation: Situation) -> list[LineShown]:
    return [_line(site, situation, line) for line in situation.need.lines]


def _line(site: Site, situation: Situation, line: Line) -> LineShown:
    amount, pledged, missing = line.capability.amount, situation.pledged(line), situation.missing(line)
    reserve = sum(share.reserve for i in situation.invitations if (share := i.share(line.number)))
    delivered = sum(share.delivered for i in situation.invitations if (share := i.share(line.number)))
    offered = situation.offered(line)
    extras = ((reserve, "on standby"), (offered, "offered, waiting to be chosen"), (delivered, "brought"))
    if not line.quantity:
        said = "No longer needed"
    else:
        said = f"{min(pledged, line.quantity):,} of {amount(line.quantity)} promised"
    return LineShown(
        title=line.capability.title,
        amount=line.amount,
        covered=min(pledged, line.quantity),
        needed=line.quantity,
        said=said,
        notes=tuple(f"{amount(count)} {what}" for count, what in extras if count),
        due=site.say(line.due),
        where=where_it_is(situation, line),
        missing=missing > 0,
    )


# --- tasks, story ---------------------------------------------------------------


def tasks_of(site: Site, tasks: Iterable[Task], names: Mapping[str, str]) -> list[TaskShown]:
    """Tasks that wait first, then the others, the latest first."""
    order = {TaskStatus.open: 0, TaskStatus.taken: 1, TaskStatus.done: 2}
    latest = sorted(tasks, key=lambda task: task.created_at, reverse=True)
    return [
        TaskShown(
            id=task.id,
            kind=TASK_LABELS[task.kind],
            standing=label_task(task),
            officer=names.get(task.officer or "", "Nobody yet"),
            take_by=site.say(task.take_by) if task.status is TaskStatus.open else "",
            open=task.status is TaskStatus.open,
            done=task.status is TaskStatus.done,
        )
        for task in sorted(latest, key=lambda task: order[task.status])
    ]


def story_of(events: Sequence[Event], names: Mapping[str, str], need: Need, zone: ZoneInfo) -> list[Day]:
    """The story by days, the newest last."""
    days: list[Day] = []
    for event in events:
        local = event.at.astimezone(zone)
        name = f"{local:%A} {local.day} {local:%B %Y}"
        if not days or days[-1].name != name:
            days.append(Day(name, []))
        by = names.get(event.by, "") if event.by.startswith(("officer:", "key:")) else ""
        said = because(event, names, need, zone)
        days[-1].events.append(EventShown(say_time(event.at.replace(second=0), zone), label(event), said, by))
    return days
