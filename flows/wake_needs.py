"""Everything that is due: rung for by the bell, and every minute by the clock."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

from prefect import flow, get_run_logger
from prefect.context import FlowRunContext

from infra.stopping import stop_asked
from tasks.as_prefect import begin_sweep, deliver_messages, find_due, move_many, move_one

# So many get a task of their own, named after the need, and their story in the log. Not a sub-run: measured, Prefect's
# server on SQLite answers 503 to most requests to make one, and its client tries again 2 s later.
FEW = 3
CHUNK = 50
GATHER = 0.25  # seconds between two passes: what comes in meanwhile goes together, in one set of tasks
LONGEST = 45.0  # seconds; what is still due then is the next sweep's


@flow(name="wake-needs", flow_run_name="wake what is due")
async def wake_needs() -> None:
    """Look at every need that is due and send what that decided, until nothing is due. One overtaken does nothing."""
    if not await begin_sweep(planned_start()):
        return
    until, before = time.monotonic() + LONGEST, None
    while not stop_asked.is_set() and time.monotonic() < until and (due := await find_due()) and due != before:
        if len(due) <= FEW:
            for need in due:
                for because in await move_one(need):
                    get_run_logger().info("%s: %s", need, because)
            await deliver_messages()
        else:
            for start in range(0, len(due), CHUNK):
                if stop_asked.is_set():
                    return
                await move_many(due[start : start + CHUNK])
                await deliver_messages()
        before = due
        await asyncio.sleep(GATHER)
    await deliver_messages()


def planned_start() -> datetime | None:
    """When this run was to start, as Prefect planned it."""
    context = FlowRunContext.get()
    return context.flow_run.expected_start_time if context and context.flow_run else None
