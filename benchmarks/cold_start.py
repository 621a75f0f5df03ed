"""How long until a function that nobody has called for a while answers? In AWS's own runtime client, from the zips."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, spread
from infra.deploy.building import LIGHT, WORKER, Built, build
from tests.lambdas.events import records, request
from tests.lambdas.runtime import Runtime

CLAIM = "A page that nobody has asked for in a while opens in about a second"
TIMES, FEW = 9, 3
PROCESSOR = "import time; begun = time.process_time(); import {}; print(time.process_time() - begun)"
NOBODY = "http://127.0.0.1:9"  # no AWS and no Prefect there: how fast they answer is not measured


@dataclass(frozen=True)
class Function:
    """One of ours: in which zip, what it is called with, and what it imports when it starts."""

    name: str
    part: str
    entry: str
    event: Any
    imports: str


FUNCTIONS = (
    Function("web", LIGHT, "lambdas.web.answer", request("/"), "lambdas.web"),
    Function("waker", LIGHT, "lambdas.waker.wake", records("look"), "lambdas.waker"),
    Function("receipts", LIGHT, "lambdas.receipts.receive", records("{}"), "lambdas.receipts"),
    Function("worker", WORKER, "lambdas.worker.work", None, "infra.worker, tasks.as_prefect"),
)


def measure(small: bool) -> Iterator[Figure]:
    times = FEW if small else TIMES
    with tempfile.TemporaryDirectory(prefix="muster-cold-") as scratch:
        trees = Path(scratch) / "trees"
        built = build(Path(scratch) / "zips")
        _unzip(built, trees)
        for made in (built.light, built.worker):
            yield Figure(f"{made.part} zip; unzipped", f"{made.size / 1e6:.0f} MB; {made.unzipped / 1e6:.0f} MB")
        for function in FUNCTIONS:
            yield from _measure(function, trees, Path(scratch), times)
        beside = spread(_imports(trees / WORKER, "prefect, prefect.flow_engine") for _ in range(FEW))
        yield Figure("beside it, `import prefect` and its flow engine: processor time", beside.say())


def _measure(function: Function, trees: Path, scratch: Path, times: int) -> Iterator[Figure]:
    tree = trees / function.part
    begun = [_start(function, tree, scratch / f"{function.name}-{n}") for n in range(times)]
    yield Figure(f"{function.name}: a fresh process is ready", spread(ready for ready, _ in begun).say())
    if function.event:  # the worker's first answer is a run of Prefect's
        yield Figure(f"{function.name}: and has answered, after", spread(first for _, first in begun).say())
    yield Figure(
        f"{function.name}: its imports, processor time",
        spread(_imports(tree, function.imports) for _ in range(times)).say(),
    )


def _unzip(built: Built, trees: Path) -> None:
    for made in (built.light, built.worker):
        with zipfile.ZipFile(made.path) as packed:
            packed.extractall(trees / made.part)


def _start(function: Function, tree: Path, scratch: Path) -> tuple[float, float]:
    """Seconds until a fresh process asks for its first event, and from there until it has answered it."""
    scratch.mkdir()
    settings = {
        "MUSTER_STORE": f"sqlite:///{scratch / 'muster.db'}",
        "MUSTER_KEYS": "k1:" + "s" * 40,
        "MUSTER_BASE_URL": "https://muster.example.org",
        "MUSTER_WORKER_FUNCTION": "muster-test-worker",
        "AWS_ENDPOINT_URL": NOBODY,
        "PREFECT_API_URL": f"{NOBODY}/api",
    }
    with Runtime(tree, function.entry, settings, scratch) as running:
        if function.event is None:
            return running.cold, 0.0
        answer = running.invoke(function.event)
        assert answer.error is None, answer.error
        return running.cold, answer.seconds


def _imports(tree: Path, modules: str) -> float:
    """Processor seconds of imports that see the zip alone."""
    kept = {"PATH": os.environ["PATH"], "HOME": str(tree.parent), "PYTHONPATH": str(tree)}
    command = [sys.executable, "-s", "-S", "-P", "-B", "-c", PROCESSOR.format(modules)]
    return float(subprocess.run(command, cwd=tree, env=kept, capture_output=True, text=True, check=True).stdout)
