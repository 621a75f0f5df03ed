"""A step put into effect: what it changes, and how it stands then. Worker, dry run and domain tests go through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from domain.amending.unconfirmed import phone_about_change
from domain.asking import ask, call_reserve, remind, skip
from domain.changes import Change, Draft
from domain.choosing import put_offers, release_offers
from domain.closing import ask_resident, call_resident, close_as_met, presume_met, stand_down
from domain.finishing import chase, no_show
from domain.handing_over import call_again, hand_over, pass_task, tell_more
from domain.holding import ask_about_hold, go_on, note_hold
from domain.matching import Choice
from domain.reopening import reopen
from domain.safeguarding import ask_about_check, ask_for_word
from domain.situations import Situation
from domain.standing_down import release_reserve
from domain.steps import (
    Ask,
    AskAboutCheck,
    AskAboutHold,
    AskForWord,
    AskResident,
    CallAgain,
    CallReserve,
    CallResident,
    Chase,
    CloseAsMet,
    GoOn,
    HandToOfficer,
    NoShow,
    NoteHold,
    PassTask,
    PhoneAboutChange,
    PhoneAboutTransfer,
    PresumeMet,
    PutOffers,
    ReleaseOffers,
    ReleaseReserve,
    Remind,
    Reopen,
    Rest,
    Skip,
    StandDown,
    Step,
    TellMore,
)
from domain.transferring import phone_about_transfer


def change_for(
    step: Step,
    situation: Situation,
    choose: Callable[[Ask], Choice],
    times: Callable[[CallReserve | Remind], Mapping[str, datetime]],
    now: datetime,
) -> Change | None:
    """What `step` changes; `None` if nothing. Where the step is to ask, `choose` finds whom; where it is to call those
    who stand by, or to remind, `times` says from when each may be."""
    match step:
        case Ask():
            return ask(situation, step, choose(step), now)
        case Skip():
            return skip(situation, step, now)
        case Remind():
            return remind(situation, step, times(step), now)
        case CallReserve():
            return call_reserve(situation, step, times(step), now)
        case ReleaseReserve():
            return release_reserve(situation, step, now)
        case Reopen():
            return reopen(situation, step, now)
        case StandDown():
            return stand_down(situation, now)
        case PutOffers():
            return put_offers(situation, step, now)
        case ReleaseOffers():
            return release_offers(situation, step, now)
        case AskForWord():
            return ask_for_word(situation, step, now)
        case AskAboutCheck():
            return ask_about_check(situation, step, now)
        case HandToOfficer():
            return hand_over(situation, step, now)
        case PassTask():
            return pass_task(situation, step, now)
        case TellMore():
            return tell_more(situation, step, now)
        case CallAgain():
            return call_again(situation, step, now)
        case NoteHold():
            return note_hold(situation, now)
        case GoOn():
            return go_on(situation, "muster", now)
        case AskAboutHold():
            return ask_about_hold(situation, now)
        case PhoneAboutChange():
            return phone_about_change(situation, step, now)
        case PhoneAboutTransfer():
            return phone_about_transfer(situation, step, now)
        case Chase():
            return chase(situation, step, now)
        case NoShow():
            return no_show(situation, step, now)
        case CallResident():
            return call_resident(situation, now)
        case CloseAsMet():
            return close_as_met(situation, now)
        case AskResident():
            return ask_resident(situation, now)
        case PresumeMet():
            return presume_met(situation, now)
        case Rest():
            return None if situation.need.wake_at == step.until else Draft(situation, now).change(wake_at=step.until)
        case _:
            assert_never(step)


def apply(situation: Situation, change: Change) -> Situation | None:
    """The situation after `change`; `None` if it was decided on another version: then nothing changes."""
    if change.need.version != situation.need.version:
        return None
    invitations = situation.by_id | {i.id: i for i in change.invitations}
    tasks = {t.id: t for t in situation.tasks} | {t.id: t for t in change.tasks}
    return replace(
        situation,
        need=change.need.but(version=situation.need.version + 1),
        invitations=tuple(invitations.values()),
        tasks=tuple(tasks.values()),
    )
