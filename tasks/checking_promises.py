"""Is every promise kept? Alarms on time, messages on their way, sweeps running, somebody on duty."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from domain.messages import HEARD_WITHIN, Channel, ought_to_be_heard_of
from domain.officers import working
from infra.commands.incidents import all_held_since
from infra.store import Store
from infra.sweeps import last_sweep

LATE_ALARM = timedelta(minutes=2)
STUCK_MESSAGE = timedelta(minutes=15)
MISSING_SWEEP = timedelta(minutes=3)
LONG_HOLD = timedelta(days=1)


def find_broken_promises(store: Store, now: datetime, telling: Collection[Channel] = ()) -> list[str]:
    """Return what is wrong, in sentences with counts and references only. A need that lost its alarm gets one.

    `telling`: the channels that promise to say later what became of a message.
    """
    problems: list[str] = []
    if late := store.overdue(now - LATE_ALARM):
        problems.append(f"{len(late)} alarms are more than {LATE_ALARM.seconds // 60} minutes late: {_some(late)}")
    if lost := store.unwatched():
        store.wake(lost, now)
        problems.append(f"{len(lost)} open needs had no alarm and no officer: {_some(lost)}")
    if stuck := store.stuck_messages(now - STUCK_MESSAGE):
        problems.append(f"{stuck} messages have been on their way for more than {STUCK_MESSAGE.seconds // 60} minutes")
    if failed := store.failed_messages(now - timedelta(days=1)):
        problems.append(f"{len(failed)} needs have a message that could not be sent since yesterday: {_some(failed)}")
    problems += [_say_unheard(way, needs) for way in telling if (needs := _unheard(store, way, now))]
    swept = last_sweep(store.marks())
    if swept is None or swept < now - MISSING_SWEEP:
        problems.append("no sweep has run lately: is the worker up?")
    if held := _held_long(store, now):
        problems.append(f"on hold for more than a day: {', '.join(held)}; `muster incident resume` goes on")
    if untaken := store.untaken_tasks():
        problems.append(f"{untaken} tasks have been let pass by every officer")
    if not working(store.officers()):
        problems.append("no officer is on record to hand needs over to: muster officer add")
    return problems


def _unheard(store: Store, way: Channel, now: datetime) -> list[str]:
    return store.unheard_messages(way, *ought_to_be_heard_of(now))


def _say_unheard(way: Channel, needs: list[str]) -> str:
    """Either nothing arrives, or nobody tells us: a need that waits for an answer goes on in its time all the same."""
    kind = {Channel.email: "mails", Channel.sms: "text messages"}[way]
    return (
        f"{len(needs)} needs have {kind} of which nothing was heard for more than {HEARD_WITHIN.seconds // 60} minutes "
        f"after they were sent: do the provider's delivery events reach us, and does it send? {_some(needs)}"
    )


def _held_long(store: Store, now: datetime) -> list[str]:
    """The incidents that somebody may have forgotten on hold."""
    everything = all_held_since(store)
    found = ["everything"] if everything and everything < now - LONG_HOLD else []
    return found + [i.id for i in store.incidents() if i.held_at and i.held_at < now - LONG_HOLD]


def _some(needs: list[str]) -> str:
    return ", ".join(needs[:10]) + (" and more" if len(needs) > 10 else "")
