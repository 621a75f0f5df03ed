"""Tasks: what an officer must take, of all needs."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from domain.officers import Task, TaskStatus
from infra.store.dynamodb.listed import ListedNeeds
from infra.store.dynamodb.officers import OFFICERS
from infra.store.dynamodb.table import Item
from infra.store.lists import TaskListed

WAITING = (TaskStatus.open, TaskStatus.taken)


class TaskItems(ListedNeeds):
    """Reads tasks by their status, each in a list of its own: few are open, and all of those may be read."""

    def tasks(self, *, statuses: Sequence[TaskStatus] = (), limit: int = 1000) -> list[Task]:
        return list(islice(self._tasks_by_age(*(statuses or TaskStatus)), limit))

    def task(self, id: str) -> Task | None:
        for entry in self._query(f"task#{id}", index="time", most=1):
            if item := self._get(str(entry["pk"]), str(entry["sk"])):
                return _as_task(item)
        return None

    def tasks_for(self, officer: str | None, limit: int = 100) -> list[TaskListed]:
        tasks = [task for task in self._tasks_by_age(*WAITING) if officer in (None, task.officer)]
        tasks = sorted(tasks, key=lambda task: (task.status, task.take_by, task.id))[:limit]
        needs = {row.need: row for row in self.needs_listed([task.need for task in tasks])}
        return [TaskListed(task, needs[task.need]) for task in tasks if task.need in needs]

    def late_tasks(self) -> int:
        return self._passed_on(1)

    def untaken_tasks(self) -> int:
        return self._passed_on(max(1, self._count(OFFICERS)))

    def _passed_on(self, times: int) -> int:
        return sum(task.passes >= times for task in self._tasks_by_age(TaskStatus.open))

    def _tasks_by_age(self, *statuses: TaskStatus) -> Iterator[Task]:
        """Tasks of these statuses, the oldest first."""
        lists = [self._query(f"tasks-{status.value}", index="list") for status in statuses]
        return map(_as_task, heapq.merge(*lists, key=lambda item: str(item["list_sk"])))


def _as_task(item: Item) -> Task:
    return Task.model_validate_json(str(item["row"]))
