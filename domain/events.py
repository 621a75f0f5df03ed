"""What happened to a need, kept for ever as codes, ids and numbers. Words about it are made when it is read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from domain.values import Value


class EventCode(StrEnum):
    """Everything that can happen to a need."""

    opened = "opened"
    asked = "asked"
    asked_next = "asked-next"
    round_skipped = "round-skipped"
    reminded = "reminded"
    said_yes = "said-yes"
    said_no = "said-no"
    asked_question = "asked-question"
    withdrew = "withdrew"
    undeliverable = "undeliverable"
    next_contact = "next-contact"
    covered = "covered"
    reopened = "reopened"
    reserve_called = "reserve-called"
    handed_over = "handed-over"
    past_due = "past-due"
    task_raised = "task-raised"
    task_passed = "task-passed"
    task_taken = "task-taken"
    resident_asked = "resident-asked"
    resident_said = "resident-said"
    new_link = "new-link"
    decision_failed = "decision-failed"
    closed = "closed"


Fact = int | str | bool | dict[str, int] | None


class Event(Value):
    """One thing that happened. `facts`: numbers and codes only. `by`: muster, partner, resident or officer:ID."""

    need: str
    seq: int
    at: datetime
    code: EventCode
    by: str = "muster"
    round: int | None = None
    lines: tuple[int, ...] = ()
    responders: tuple[str, ...] = ()
    facts: dict[str, Fact] = Field(default_factory=dict)
