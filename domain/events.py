"""What happened to a need, kept for ever as codes, ids and numbers. Words about it are made when it is read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from domain.values import Value


class EventCode(StrEnum):
    """Everything that can happen to a need."""

    opened = "opened"
    may_be_duplicate = "may-be-duplicate"
    asked = "asked"
    asked_next = "asked-next"
    round_skipped = "round-skipped"
    round_waits = "round-waits"
    reminded = "reminded"
    said_yes = "said-yes"
    said_no = "said-no"
    asked_question = "asked-question"
    withdrew = "withdrew"
    undeliverable = "undeliverable"
    next_contact = "next-contact"
    complained = "complained"
    offers_put = "offers-put"
    chosen = "chosen"
    not_chosen = "not-chosen"
    word_asked = "word-asked"
    word_given = "word-given"
    word_refused = "word-refused"
    covered = "covered"
    reopened = "reopened"
    reserve_called = "reserve-called"
    reserve_waits = "reserve-waits"
    reserve_released = "reserve-released"
    handed_over = "handed-over"
    past_due = "past-due"
    task_raised = "task-raised"
    task_passed = "task-passed"
    task_taken = "task-taken"
    task_done = "task-done"
    call_tried = "call-tried"
    call_again = "call-again"
    started = "started"
    said_done = "said-done"
    could_not = "could-not"
    worried = "worried"
    chased = "chased"
    no_show = "no-show"
    new_due = "new-due"
    resident_asked = "resident-asked"
    resident_said = "resident-said"
    new_link = "new-link"
    amended = "amended"
    extended = "extended"
    held = "held"
    resumed = "resumed"
    asked_by_name = "asked-by-name"
    next_round = "next-round"
    newcomers = "newcomers"
    unconfirmed = "unconfirmed"
    given_up = "given-up"
    transfer_asked = "transfer-asked"
    transfer_unanswered = "transfer-unanswered"
    transfer_given_up = "transfer-given-up"
    transferred = "transferred"
    joined = "joined"
    stayed = "stayed"
    paused = "paused"
    back = "back"
    kept_apart = "kept-apart"
    decision_failed = "decision-failed"
    closed = "closed"
    kept = "kept"
    kept_no_longer = "kept-no-longer"
    forgotten = "forgotten"


Fact = int | str | bool | dict[str, int] | None


class Event(Value):
    """One thing that happened. `facts`: numbers, codes. `by`: muster, partner, resident, officer:ID or key:ID."""

    need: str
    seq: int
    at: datetime
    code: EventCode
    by: str = "muster"
    round: int | None = None
    lines: tuple[int, ...] = ()
    responders: tuple[str, ...] = ()
    facts: dict[str, Fact] = Field(default_factory=dict)


def by_council(by: str) -> bool:
    """Did the council do it: an officer, or a program that has a key of the council's?"""
    return by.startswith(("officer", "key:"))
