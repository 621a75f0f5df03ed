"""What a change writes: the need as lists, alarms and decisions find it, and everything that goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from domain.changes import Change
from domain.invitations import Invitation
from domain.needs import Need, Resident
from domain.officers import Task, TaskStatus
from domain.risk import Band, Standing
from infra.store import TokenRow
from infra.store.dynamodb.messages import message_operations
from infra.store.dynamodb.operations import Operation, Put, Update
from infra.store.dynamodb.retention import retention_operations
from infra.store.dynamodb.table import (
    EVENT,
    INVITATION,
    NOTE,
    RESIDENT,
    TASK,
    Item,
    Value,
    alarm_of,
    asked_place,
    need_key,
    shard_of,
    sortable,
)
from infra.store.dynamodb.wrote import MOST_NAMED, wrote
from infra.store.moments import maybe_micros, micros


def need_sets(need: Need, standing: Standing) -> dict[str, Value | None]:
    """The need itself, with its places in the alarms and in the lists."""
    pk = need_key(need.id)[0]
    return {
        "status": need.status.value,
        "outcome": need.outcome.value if need.outcome else None,
        "area": need.area,
        "needed_by": micros(need.needed_by),
        "wake_at": maybe_micros(need.wake_at),
        "held": need.held_at is not None and not need.closed,
        "kept": need.kept_since is not None,
        "closed_at": maybe_micros(need.closed_at) if need.closed else None,
        "doc": need.model_dump_json(),
        **alarm_of(pk, maybe_micros(need.wake_at), closed=need.closed),
        **_listed(need, standing),
    }


def of_incident(need: Need, standing: Standing) -> Iterator[Operation]:
    """A small item by which the need is found and counted among those of its incident."""
    if need.incident:
        key = (f"I#{need.incident}", f"need#{sortable(micros(need.opened_at))}#{need.id}")
        yield Update(key, {"status": need.status.value, "place": _place(need, standing)})


def resident_item(need: str, resident: Resident) -> Update:
    """Whose need it is, in an index of all who are on record."""
    listed = {"list_pk": f"residents#{shard_of(need)}", "list_sk": need}
    return Update((need_key(need)[0], RESIDENT), {"doc": resident.model_dump_json(), **listed})


def _place(need: Need, standing: Standing) -> str:
    """In the order of the list, the newest first where it is closed."""
    at = micros(standing.at)
    return f"{standing.band.value}{sortable(-at if standing.band is Band.closed else at)}#{need.id}"


def _listed(need: Need, standing: Standing) -> dict[str, Value]:
    """Its place in the list, with what lists show of it."""
    row = {
        "band": standing.band.value,
        "at": micros(standing.at),
        "status": need.status,
        "outcome": need.outcome,
        "category": need.category,
        "area": need.area,
        "summary": need.summary,
        "needed_by": micros(need.needed_by),
        "urgent": need.urgent,
        "incident": need.incident,
        "exercise": need.exercise,
        "held": need.held_at is not None and not need.closed,
        "needed": standing.needed,
        "covered": standing.covered,
        "word_at": maybe_micros(standing.word_at),
        "word_from": standing.word_from,
    }
    which = "closed" if need.closed else "open"
    return {"list_pk": f"needs-{which}#{shard_of(need.id)}", "list_sk": _place(need, standing), "row": json.dumps(row)}


def tasks_moved(change: Change) -> dict[str, Value | None]:
    """How the need's map of its tasks that are not done changes."""
    return {f"tasks.{task.id}": None if task.status is TaskStatus.done else task.status.value for task in change.tasks}


def around(change: Change, tokens: Sequence[TokenRow]) -> Iterator[Operation]:
    """Everything of a change but the need itself. What has an id made of its cause is put if absent."""
    need, version = change.need, change.need.version
    pk = need_key(need.id)[0]
    for n, invitation in enumerate(change.invitations):
        yield _invitation(pk, invitation, _order(version, n))
    yield from _events(pk, change)
    for n, task in enumerate(change.tasks):
        yield _task(pk, task, _order(version, n))
    for id, words in dict(reversed(change.notes)).items():
        yield Update((pk, f"{NOTE}{id}"), firsts={"words": words})
    for token in tokens:
        yield _token(token)
    if change.resident:
        yield resident_item(need.id, change.resident)
    for one in change.heard:
        yield Update((f"R#{one.responder}", "heard"), adds={"asked": 1, "yes": int(one.yes)})
    yield from message_operations(change)
    yield from retention_operations(change)


def parts_written(change: Change) -> int:
    """How many of a need's parts (`whole.Parts`) a change writes."""
    return len(change.invitations) + len(change.tasks)


def _events(pk: str, change: Change) -> Iterator[Put]:
    """What happened; the last of it also says which parts of the need were written with it, if they are few."""
    for event in change.events:
        item: Item = {"pk": pk, "sk": f"{EVENT}{event.seq:06}", "doc": event.model_dump_json()}
        if event is change.events[-1] and parts_written(change) <= MOST_NAMED:
            parts = [f"{INVITATION}{one.id}" for one in change.invitations] + [
                f"{TASK}{one.id}" for one in change.tasks
            ]
            item["wrote"] = wrote(change.need.version + 1, parts)
        yield Put(item)


def _order(version: int, n: int) -> str:
    """Where something stands among what was made before and after it, within its need."""
    return f"{version:08}.{n:06}"


def _invitation(pk: str, invitation: Invitation, order: str) -> Update:
    """Found by its need, and by whoever is asked, the newest last; apart from what is over, of which there is more each
    year."""
    when = f"{sortable(micros(invitation.asked_at))}#{invitation.need}#{order}"
    return Update(
        (pk, f"{INVITATION}{invitation.id}"),
        {"doc": invitation.model_dump_json(), "time_pk": asked_place(invitation.responder, over=invitation.over)},
        firsts={"order": order, "time_sk": when},
        adds={"puts": 1},
    )


def _task(pk: str, task: Task, order: str) -> Update:
    """Found by its need, by its id, and in the list of those of its status, the oldest first."""
    doc = task.model_dump_json()
    return Update(
        (pk, f"{TASK}{task.id}"),
        {"doc": doc, "row": doc, "list_pk": f"tasks-{task.status.value}", "time_pk": f"task#{task.id}"},
        firsts={"order": order, "time_sk": "task", "list_sk": f"{sortable(micros(task.created_at))}#{pk}#{order}"},
        adds={"puts": 1},
    )


def _token(token: TokenRow) -> Update:
    """Found by its hash, and, to be erased, by the need or the responder it is about. Put if absent: what a link opens
    does not change."""
    about = token.need or token.target.partition("|")[0]
    item: dict[str, Value] = {"purpose": token.purpose, "target": token.target}
    if token.need:
        item["need"] = token.need
    item |= {"time_pk": f"links#{about}", "time_sk": token.hash}
    return Update((f"T#{token.hash}", "token"), firsts=item)
