"""A step put into effect: what it changes. The worker, the dry run and the tests of the domain all go through here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from domain.asking import ask, call_reserve, remind, skip
from domain.changes import Change, Draft
from domain.closing import ask_resident, presume_met, reopen, stand_down
from domain.handing_over import hand_over, pass_task
from domain.matching import Choice
from domain.situations import Situation
from domain.steps import (
    Ask,
    AskResident,
    CallReserve,
    HandToOfficer,
    PassTask,
    PresumeMet,
    Remind,
    Reopen,
    Rest,
    Skip,
    StandDown,
    Step,
)


def change_for(step: Step, situation: Situation, choose: Callable[[Ask], Choice], now: datetime) -> Change | None:
    """What `step` changes; `None` if nothing. `choose` finds whom to ask, where the step is to ask."""
    match step:
        case Ask():
            return ask(situation, step, choose(step), now)
        case Skip():
            return skip(situation, step, now)
        case Remind():
            return remind(situation, step, now)
        case CallReserve():
            return call_reserve(situation, step, now)
        case Reopen():
            return reopen(situation, step, now)
        case StandDown():
            return stand_down(situation, now)
        case HandToOfficer():
            return hand_over(situation, step, now)
        case PassTask():
            return pass_task(situation, step, now)
        case AskResident():
            return ask_resident(situation, now)
        case PresumeMet():
            return presume_met(situation, now)
        case Rest():
            return None if situation.need.wake_at == step.until else Draft(situation, now).change(wake_at=step.until)
        case _:
            assert_never(step)
