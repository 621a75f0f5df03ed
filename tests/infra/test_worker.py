"""The warm worker without a Prefect server: it waits quietly, ends when told, and says when it reached nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

NOBODY = "http://127.0.0.1:18999/api"


def start(program: str, home: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PREFECT_API_URL": NOBODY, "PREFECT_HOME": str(home), "DO_NOT_TRACK": "1"}
    environment["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True
    )


def test_once_says_when_it_never_reached_prefect(tmp_path: Path) -> None:
    """`--once` with Prefect away exits 1 (Prefect's own worker exits 0 and nobody notices), within its limit."""
    ended = start("import sys; from infra.worker import serve_once; sys.exit(serve_once(3))", tmp_path)
    output, _ = ended.communicate(timeout=20)
    assert ended.returncode == 1, output
    assert output.count("waits for Prefect") <= 1


def test_a_worker_without_prefect_waits_and_ends_when_told(tmp_path: Path) -> None:
    """It does not end because Prefect is away, and ends with 0 at SIGTERM."""
    program = "import sys; from infra.worker import serve_worker; print('up', flush=True)\n"
    program += "sys.exit(serve_worker(lambda: True, lambda planned: None))"
    worker = start(program, tmp_path)
    assert worker.stdout
    while worker.stdout.readline().strip() != "up":
        pass
    time.sleep(1.5)
    assert worker.poll() is None
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    output, _ = worker.communicate(timeout=15)
    assert worker.returncode == 0, output
    assert time.monotonic() - begun < 9


def test_a_process_that_lives_on_may_serve_again(tmp_path: Path) -> None:
    """As a Lambda's does: Prefect is away, twice, each time within its limit, and the process is none the worse."""
    program = "from infra.worker import serve_within; print([serve_within(1.5), serve_within(1.5)])"
    served = start(program, tmp_path)
    output, _ = served.communicate(timeout=60)
    assert served.returncode == 0, output
    assert "[False, False]" in output


STUCK = """
import asyncio, time
from infra import worker
from infra.stopping import stop_asked

async def run(thread, deadline):
    while not {ends}:
        await asyncio.sleep(0.05)

worker._poll_until_empty, worker.GRACE = run, 0.5
try:
    print(worker.serve_within(0.5))
except worker.CutOff:
    print("cut off")
"""


def test_runs_are_told_to_stop_and_what_does_not_is_said(tmp_path: Path) -> None:
    """At the limit a run is asked to stop; one that goes on is named, for its process has to end."""
    for ends, said in (("stop_asked.is_set()", "False"), ("False", "cut off")):
        output, _ = start(STUCK.format(ends=ends), tmp_path).communicate(timeout=60)
        assert output.strip().splitlines()[-1] == said, output


def test_the_names_of_prefect_it_leans_on_exist() -> None:
    """An upgrade of Prefect that renames what the warm worker overrides or calls is seen here first."""
    from prefect.workers.process import ProcessWorker

    leaned_on = {"run", "_submit_run", "_propose_pending_state", "_propose_crashed_state", "_release_limit_slot"}
    leaned_on |= {"get_and_submit_flow_runs", "sync_with_backend", "__aenter__", "__aexit__"}
    assert {name for name in leaned_on if not hasattr(ProcessWorker, name)} == set()
    assert hasattr(ProcessWorker("muster", name="a name"), "_submitting_flow_run_ids")
    from prefect._internal.concurrency.services import QueueService
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    assert all(issubclass(kind, QueueService) for kind in (EventsWorker, APILogWorker))  # drained together
    assert EventsWorker._instances is APILogWorker._instances
