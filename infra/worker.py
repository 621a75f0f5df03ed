"""The warm worker: runs flows inside its own process, so that a run begins in a moment, not after ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from types import FrameType
from typing import Any, Self, cast
from uuid import UUID

import anyio
from prefect._internal.concurrency.services import QueueService
from prefect.client.schemas.objects import FlowRun
from prefect.context import AsyncClientContext
from prefect.flow_engine import run_flow
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

from infra.bell import Bell
from infra.prefect_api import WORK_POOL
from infra.stopping import stop_asked

POLL_EVERY = 3.0  # for scheduled runs and those an officer starts in Prefect; the bell does not wait for it
HEARTBEAT_EVERY = 30.0
RETRY_AFTER = (1.0, 2.0, 5.0)
RUNS_AT_ONCE = 8
SENT_WITHIN = 3.0  # the last of Prefect's logs and events
GRACE = 8.0  # what runs are given to end after SIGTERM
ENTRYPOINT_IS_KEPT = 60.0  # a deployment moved to another flow is noticed after so many seconds

log = logging.getLogger("muster.worker")


class WarmWorker(ProcessWorker):
    """Prefect's own process worker, but each run is awaited here instead of in a new process.

    What it polls, claims and reports goes through Prefect's code. `_submit_run` is overridden only for speed (seven
    calls to the API fewer before a run begins): were a later Prefect to drop that name, `run` would still do.
    """

    def __init__(self, runs_at_once: int = RUNS_AT_ONCE) -> None:
        # No prefetching: a run begins here at once, so there is no start-up to hide behind its scheduled time.
        super().__init__(
            WORK_POOL,
            name=f"muster on {socket.gethostname()}",
            prefetch_seconds=0,
            limit=runs_at_once,
            heartbeat_interval_seconds=int(HEARTBEAT_EVERY),
        )
        self._entrypoints: dict[UUID, tuple[str, float]] = {}
        self._flows: dict[str, Flow[..., Any]] = {}
        self.running = 0

    @classmethod
    def __dispatch_key__(cls) -> str:
        return "muster-warm"  # so that Prefect does not take it for its own type `process` when it looks that up

    async def __aenter__(self) -> Self:
        # Not the process worker's own: it starts a supervisor of subprocesses, and listens for their cancelling.
        await super(ProcessWorker, self).__aenter__()
        return self

    async def __aexit__(self, *exc_info: Any) -> None:
        await super(ProcessWorker, self).__aexit__(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Run a flow to its end in this process. Whatever it does, the worker lives."""
        if task_status is not None:
            task_status.started(os.getpid())
        await self._run_here(flow_run)
        return ProcessWorkerResult(status_code=0, identifier=str(os.getpid()))

    async def _submit_run(self, flow_run: FlowRun) -> None:
        self.running += 1
        try:
            if await self._propose_pending_state(flow_run):  # the claim: a second worker is refused here
                await self._run_here(flow_run)
        finally:
            self.running -= 1
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)

    async def _run_here(self, flow_run: FlowRun) -> None:
        try:
            flow = await self._flow_of(flow_run)
        except Exception as error:
            log.exception("The flow of run %s could not be loaded.", flow_run.id)
            await self._propose_crashed_state(
                flow_run, f"The flow could not be loaded ({type(error).__name__}); see the worker's log."
            )
            return
        try:
            if flow.isasync:
                await cast(Any, run_flow(flow, flow_run=flow_run, return_type="state"))
            else:
                await asyncio.to_thread(run_flow, flow, flow_run=flow_run, return_type="state")
        except asyncio.CancelledError:
            raise
        except (
            BaseException
        ) as error:  # even SystemExit: a flow may end itself, never the worker and the runs beside it
            log.warning("Run %s ended with %s.", flow_run.id, type(error).__name__)

    async def _flow_of(self, flow_run: FlowRun) -> Flow[..., Any]:
        """Load a run's flow from its entrypoint, once for this process: its modules do not change either."""
        entrypoint = await self._entrypoint_of(flow_run)
        if entrypoint not in self._flows:
            self._flows[entrypoint] = load_flow(entrypoint)
        return self._flows[entrypoint]

    async def _entrypoint_of(self, flow_run: FlowRun) -> str:
        if flow_run.deployment_id is None:
            raise LookupError(f"run {flow_run.id} belongs to no deployment")
        entrypoint, read_at = self._entrypoints.get(flow_run.deployment_id, ("", 0.0))
        if not entrypoint or time.monotonic() - read_at > ENTRYPOINT_IS_KEPT:
            entrypoint = (await self.client.read_deployment(flow_run.deployment_id)).entrypoint or ""
            self._entrypoints[flow_run.deployment_id] = (entrypoint, time.monotonic())
        return entrypoint


def load_flow(entrypoint: str) -> Flow[..., Any]:
    """Load a flow from `package.module.flow` or `file.py:flow`. Raises what its import raises."""
    if ":" in entrypoint:
        return load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
    # Prefect's loader would look into the working directory first, where somebody else's `flows` may lie.
    module, _, name = entrypoint.rpartition(".")
    flow = getattr(importlib.import_module(module), name)
    if not isinstance(flow, Flow):
        raise TypeError(f"{entrypoint} is not a flow")
    return flow


class _Prefect(threading.Thread):
    """Prefect's event loop, in a thread of its own: SIGTERM goes to the main thread, never into a run in mid-await."""

    def __init__(self, serve: Callable[[_Prefect], Coroutine[Any, Any, None]]) -> None:
        super().__init__(name="prefect", daemon=True)
        self._serve = serve
        self._loop = asyncio.new_event_loop()
        self._woken = asyncio.Event()
        self.stopping = False
        self.reached = False
        self.runs: Callable[[], int] = lambda: 0

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve(self))
        except Exception:
            log.exception("The worker's loop ended.")

    def poll_now(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nothing is left to wake
            self._loop.call_soon_threadsafe(self._woken.set)

    def stop_polling(self) -> None:
        self.stopping = True
        self.poll_now()

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the bell or the end."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()


def serve_worker(is_due: Callable[[], bool], note_schedule: Callable[[datetime | None], None]) -> int:
    """Run flows until SIGTERM or SIGINT, ringing the bell when `is_due()`. Returns the exit code.

    Call it in the main thread. An unreachable Prefect is waited for. Once told to stop it polls no more and gives runs
    8 seconds; those that take longer are cut off with the process (the next sweep makes good for a lost run). A second
    signal ends it at once.
    """
    prefect = _Prefect(_keep_polling)
    bell = Bell(is_due, note_schedule, prefect.poll_now)
    with _told_to_stop() as told:
        prefect.start()
        bell.start()
        while prefect.is_alive() and not told.wait(1):
            pass
        stop_asked.set()
        bell.stop()
        prefect.stop_polling()
        crashed = not told.is_set()
        _end(prefect, GRACE)
    return 1 if crashed else 0


def serve_once(limit_seconds: float) -> int:
    """Run what is due now, and what follows from it, until a poll finds nothing or the limit is near.

    Returns the exit code: 0, or 1 when Prefect was never reached. Call it in the main thread; runs still going at the
    limit are cut off with the process.
    """
    deadline = time.monotonic() + limit_seconds
    prefect = _Prefect(lambda thread: _poll_until_empty(thread, deadline))
    with _told_to_stop() as told:
        prefect.start()
        while prefect.is_alive() and not told.wait(0.05) and time.monotonic() < deadline:
            pass
        prefect.stop_polling()
        code = 0 if prefect.reached else 1
        _end(prefect, GRACE if told.is_set() else 0.5, code)
    return code


class CutOff(Exception):
    """Runs did not end in time and cannot be ended: the process should end, and leave what they began to the next."""


def serve_within(limit_seconds: float) -> bool:
    """As `serve_once`, in a process that lives on and may do it again: a Lambda's. Returns whether Prefect was reached.

    At the limit, runs are told to stop and are given 8 seconds more; raises `CutOff` when they go on nevertheless.
    What Prefect's logs and events hold back is sent before it returns: a Lambda's process stands still afterwards.
    """
    deadline = time.monotonic() + limit_seconds
    stop_asked.clear()
    prefect = _Prefect(lambda thread: _poll_until_empty(thread, deadline))
    prefect.start()
    prefect.join(limit_seconds)
    if prefect.is_alive():
        stop_asked.set()
        prefect.stop_polling()
        prefect.join(GRACE)
    QueueService.drain_all(timeout=SENT_WITHIN)
    if prefect.is_alive():
        raise CutOff(f"{prefect.runs()} run(s) did not end in time")
    return prefect.reached


@contextmanager
def _told_to_stop() -> Generator[threading.Event, None, None]:
    told = threading.Event()

    def tell(signum: int, frame: FrameType | None) -> None:
        if told.is_set():
            os._exit(128 + signum)
        told.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield told
    finally:
        for number, action in before.items():
            signal.signal(number, action)


def _end(prefect: _Prefect, grace: float, code: int = 0) -> None:
    prefect.join(grace)
    if prefect.is_alive():
        if prefect.runs():
            log.warning(
                "%s run(s) did not end in time and are cut off; the next sweep takes up what they left.", prefect.runs()
            )
        logging.shutdown()
        os._exit(code)  # a run's threads would hold the interpreter's own exit


@asynccontextmanager
async def _worker(prefect: _Prefect) -> AsyncGenerator[WarmWorker, None]:
    """A worker ready to poll. Its runs share one client: making one for each took as long as a few of their calls."""
    # Two lines for each run, saying what the run says itself.
    logging.getLogger("prefect.flow_runs.worker").setLevel(logging.WARNING)
    async with AsyncClientContext.get_or_create(), WarmWorker() as worker:  # the client closes after the last run
        prefect.runs = lambda: worker.running
        yield worker


async def _keep_polling(prefect: _Prefect) -> None:
    failures = 0
    while not prefect.stopping:
        try:
            async with _worker(prefect) as worker:
                await _poll(prefect, worker)
        except Exception as error:  # Prefect is not there yet, or refuses us: wait for it, and say so once
            failures = _note_failure(failures, error)
            await prefect.pause(RETRY_AFTER[min(failures, len(RETRY_AFTER)) - 1])


async def _poll(prefect: _Prefect, worker: WarmWorker) -> None:
    failures, next_sync = 0, 0.0
    while not prefect.stopping:
        try:
            if time.monotonic() >= next_sync:
                await worker.sync_with_backend()
                next_sync = time.monotonic() + HEARTBEAT_EVERY
            await worker.get_and_submit_flow_runs()
        except Exception as error:  # a poll lost is a second lost; the loop must outlive any outage
            failures = _note_failure(failures, error)
            await prefect.pause(RETRY_AFTER[min(failures, len(RETRY_AFTER)) - 1])
            continue
        if failures:
            log.info("The worker reaches Prefect again.")
        failures = 0
        await prefect.pause(POLL_EVERY)


async def _poll_until_empty(prefect: _Prefect, deadline: float) -> None:
    """Poll, run all that was found to its end, poll again; stop at an empty poll, or with a tenth of the time left."""
    last_poll, failures = deadline - max(1.0, (deadline - time.monotonic()) / 10), 0
    while not prefect.stopping and time.monotonic() < last_poll:
        try:
            async with _worker(prefect) as worker:
                while not prefect.stopping and time.monotonic() < last_poll:
                    await worker.sync_with_backend()
                    found = await worker.get_and_submit_flow_runs()
                    prefect.reached = True
                    if not found:
                        return
                    while worker.running:  # noqa: ASYNC110  (a look costs nothing, and a run takes longer)
                        await asyncio.sleep(0.02)
        except Exception as error:
            failures = _note_failure(failures, error)
            await prefect.pause(1)


def _note_failure(before: int, error: Exception) -> int:
    if not before:
        log.warning("The worker waits for Prefect (%s).", type(error).__name__)
    return before + 1
