"""What flows do, as Prefect tasks: nothing cached, nothing retried by Prefect, ids in and out."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache

import httpx
from prefect import task
from prefect.cache_policies import NO_CACHE

from infra import aws, clock
from infra.process import the_door
from infra.store import MessageState
from infra.sweeps import SWEPT
from notifications.channels import open_channel, open_texts
from tasks.checking_promises import find_broken_promises
from tasks.delivering import Deliverer
from tasks.keeping_house import keep_house
from tasks.moving import move_needs

MOST_AT_ONCE = 1000
log = logging.getLogger("muster.tasks")


@lru_cache(maxsize=1)
def _deliverers() -> tuple[Deliverer, ...]:
    """One for each channel and process, so that connections to the mail server are kept."""
    settings = the_door().settings
    mails = open_channel(settings.email, settings.home, settings.email_rate, aws.client)
    texts = open_texts(settings.texts, settings.home, aws.client)
    return Deliverer(the_door(), mails), Deliverer(the_door(), texts)


@task(cache_policy=NO_CACHE)
async def begin_sweep(planned: datetime | None) -> bool:
    """Note that a sweep begins; say no if one has begun since this one was to start. Twice is harmless."""
    store, now = the_door().store, clock.now()
    last = (await asyncio.to_thread(store.marks)).get(SWEPT)
    if planned is not None and last is not None and last > planned + timedelta(seconds=1):
        return False
    await asyncio.to_thread(store.mark, SWEPT, now)
    return True


@task(cache_policy=NO_CACHE)
async def find_due() -> list[str]:
    """The needs whose alarm has come."""
    return await asyncio.to_thread(the_door().store.due, clock.now(), MOST_AT_ONCE)


@task(cache_policy=NO_CACHE, task_run_name="move {need_id}")
async def move_one(need_id: str) -> tuple[str, ...]:
    """Take one need as far as it can go. The second time it rests at once."""
    moved = await asyncio.to_thread(move_needs, the_door(), [need_id])
    if not moved:
        raise RuntimeError(f"{need_id} could not be decided; the worker's log says why, and it is tried again")
    return moved[0].because


@task(cache_policy=NO_CACHE)
async def move_many(need_ids: list[str]) -> int:
    """Take each of these needs as far as it can go; returns how many moved."""
    return len(await asyncio.to_thread(move_needs, the_door(), need_ids))


@task(cache_policy=NO_CACHE)
async def deliver_messages() -> dict[str, int]:
    """Send what the outbox holds. While another deliverer is at it, there is nothing left to do."""
    ways = await asyncio.gather(*(asyncio.to_thread(deliverer.deliver_due) for deliverer in _deliverers()))
    return {state.value: count for state, count in sum(ways, Counter[MessageState]()).items()}


@task(cache_policy=NO_CACHE)
async def check_promises_kept() -> list[str]:
    """What is wrong, in sentences. A need that lost its alarm gets one; once it has, it is not lost."""
    telling = [deliverer.channel.carries for deliverer in _deliverers() if deliverer.channel.tells]
    return await asyncio.to_thread(find_broken_promises, the_door().store, clock.now(), telling)


@task(cache_policy=NO_CACHE)
async def erase_what_is_past() -> dict[str, int]:
    """Erase what is past its time; how much of each class. The second time there is nothing left to erase."""
    return await asyncio.to_thread(keep_house, the_door())


@task(cache_policy=NO_CACHE)
async def send_heartbeat() -> None:
    """Tell the outside watchdog, if there is one, that all is well. It notices when we stop."""
    if url := the_door().settings.heartbeat_url:
        async with httpx.AsyncClient(timeout=10) as client:
            (await client.get(url)).raise_for_status()
