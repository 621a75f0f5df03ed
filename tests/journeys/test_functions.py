"""Each Lambda function, from its real zip, in AWS's own runtime client: what the zip lacks, it cannot have.

Store and Prefect are real; API Gateway, SQS and the scheduler are their events.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra.clock import now
from infra.deploy.building import LIGHT, UNZIPPED_AT_MOST, WORKER, ZIPPED_AT_MOST, Built
from infra.prefect_api import WAKE_NEEDS, PrefectApi
from infra.store import open_store
from infra.sweeps import NOTHING_DUE
from tests.journeys.conftest import AT_PREFECT, ROOT, eventually
from tests.lambdas.events import TICK, records, request
from tests.lambdas.runtime import Runtime
from tests.store.builders import AMINA, N1, a_need, opening

pytestmark = pytest.mark.journey


@dataclass
class Aws:
    """One council's functions, and what they share."""

    trees: Path
    scratch: Path
    prefect_url: str = "http://127.0.0.1:9/api"

    @property
    def store(self) -> str:
        return f"sqlite:///{self.scratch / 'muster.db'}"

    def function(self, part: str, entry: str, timeout: float = 60, **changed: str) -> Runtime:
        settings = {
            "MUSTER_STORE": self.store,
            "MUSTER_KEYS": "k1:" + "s" * 40,
            "MUSTER_BASE_URL": "https://muster.example.org",
            "MUSTER_HOME": str(self.scratch / "home"),
            "MUSTER_WORKER_FUNCTION": "muster-test-worker",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "PREFECT_API_URL": self.prefect_url,
            "PREFECT_API_AUTH_STRING": AT_PREFECT,
        }
        return Runtime(self.trees / part, entry, settings | changed, self.scratch, timeout)

    def needs_something(self) -> None:
        """Amina needs food; nobody has looked yet."""
        store = open_store(self.store)
        store.add_need(opening(a_need(N1), AMINA, now()), AMINA, [])
        store.close()

    def marks(self) -> dict[str, object]:
        store = open_store(self.store)
        try:
            return dict(store.marks())
        finally:
            store.close()


@pytest.fixture
def aws(unzipped: Path, tmp_path: Path) -> Aws:
    return Aws(unzipped, tmp_path)


def test_the_zips_are_what_lambda_takes(built: Built) -> None:
    """Within Lambda's limits; the light one small enough to be there in a moment."""
    for made in (built.light, built.worker):
        print(f"{made.part}: {made.size / 1e6:.1f} MB, {made.unzipped / 1e6:.1f} MB unzipped")
        assert made.unzipped < UNZIPPED_AT_MOST
    assert built.light.size < ZIPPED_AT_MOST
    assert built.light.unzipped < built.worker.unzipped


def test_nothing_private_and_no_tests_go_along(unzipped: Path) -> None:
    """No test, no key, no path of this machine in what is compiled."""
    for part in (LIGHT, WORKER):
        files = [path for path in (unzipped / part).rglob("*") if path.is_file()]
        assert not [f for f in files if "tests" in f.relative_to(unzipped).parts or f.suffix in (".db", ".eml")]
        compiled = [f for f in files if f.suffix == ".pyc"]
        assert len(compiled) > 500
        assert not [f for f in compiled if str(ROOT).encode() in f.read_bytes()]


@pytest.mark.parametrize("entry", ["lambdas.web", "lambdas.waker", "lambdas.receipts"])
def test_pages_waker_and_receipts_have_no_prefect(aws: Aws, entry: str) -> None:
    """They import from their zip alone, and nothing of Prefect's is in it."""
    program = f"import sys; sys.path.insert(0, '.'); import {entry}; print('prefect' in sys.modules)"
    command = [sys.executable, "-S", "-s", "-P", "-c", program]
    ran = subprocess.run(command, cwd=aws.trees / LIGHT, env={"PATH": ""}, capture_output=True, text=True)
    assert ran.stdout.strip() == "False", ran.stderr
    assert not (aws.trees / LIGHT / "prefect").exists()


def test_the_web_function(aws: Aws) -> None:
    """Pages, a form, the API and what never changes, from the zip; its log has no link in it."""
    with aws.function(LIGHT, "lambdas.web.answer") as web:
        assert web.invoke(request("/healthz")).value["body"] == '{"up":true}'
        assert "Example Council" in web.invoke(request("/")).value["body"]
        assert web.invoke(request("/r/k1.secret-of-sam")).value["statusCode"] == 404
        assert web.invoke(request("/api/v1/needs")).value["statusCode"] == 401
        form = {"reference": "N-7K3QX2", "email": "sam@example.org"}
        assert web.invoke(request("/r/new", "POST", form)).value["statusCode"] == 200
        assert web.invoke(request("/console/sign-in")).value["statusCode"] == 200
        assert web.invoke(request("/privacy")).value["statusCode"] == 200
        assert "secret-of-sam" not in web.said
        assert all({"at", "level", "message", "request"} <= set(line) for line in web.lines())
        assert len({line["request"] for line in web.lines() if line["logger"] == "muster.web"}) == 7


def test_the_receipts_function(aws: Aws) -> None:
    """What is no receipt is dropped, and does not come again."""
    with aws.function(LIGHT, "lambdas.receipts.receive") as receipts:
        assert receipts.invoke(records("not json", "{}")).value == {"batchItemFailures": []}


def test_a_function_without_keys_does_not_start(aws: Aws) -> None:
    """It says which setting is missing, and answers nobody."""
    with aws.function(LIGHT, "lambdas.web.answer", MUSTER_KEYS="") as web:
        failed = web.invoke(request("/healthz"))
        assert "MUSTER_KEYS" in json.dumps(failed.error) + web.said


def test_the_waker_and_the_worker(aws: Aws, prefect_url: str) -> None:
    """Idle, the waker starts nothing. A need is due: it makes one run, and the worker takes it; then once more."""
    aws.prefect_url = prefect_url
    with aws.function(LIGHT, "lambdas.waker.wake") as waker, aws.function(WORKER, "lambdas.worker.work") as worker:
        assert waker.invoke(TICK).error is None
        assert NOTHING_DUE in aws.marks()
        aws.needs_something()
        waker.invoke(records("look", "look"))
        waker.invoke(records("look"))
        looks = [line for line in waker.lines() if line["message"] == "looked"]
        assert [bool(look["run"]) for look in looks] == [False, True, False]
        assert worker.invoke({}).value == {"reached": True}
        assert _moved(aws), worker.said
        assert not _waiting(prefect_url)
        with PrefectApi(prefect_url, AT_PREFECT) as prefect:
            again = prefect.create_run(WAKE_NEEDS)
            assert worker.invoke({}).value == {"reached": True}  # the same process, thawed
            assert _state(prefect, again) == "COMPLETED"
            assert eventually(lambda: _logs(prefect, looks[1]["run"]), 5), "what the run said reached Prefect"
        assert "Amina" not in worker.said + waker.said


def test_a_worker_that_never_reaches_prefect_fails(aws: Aws) -> None:
    """The invocation counts as failed, so that an alarm sees it; the process lives on."""
    with aws.function(WORKER, "lambdas.worker.work", timeout=20) as worker:
        assert worker.invoke({}).error["errorMessage"] == "PrefectUnreachable"
        assert worker.invoke({}).error["errorMessage"] == "PrefectUnreachable"


def _moved(aws: Aws) -> bool:
    store = open_store(aws.store)
    try:
        return len(store.story(N1)) > 1
    finally:
        store.close()


def _waiting(url: str) -> list[object]:
    with PrefectApi(url, AT_PREFECT) as prefect:
        return [run for run in prefect.waiting_runs() if prefect.is_of(run, WAKE_NEEDS)]


def _state(prefect: PrefectApi, run: str) -> str:
    return str(httpx.get(f"{prefect.url}/flow_runs/{run}", auth=tuple(AT_PREFECT.split(":"))).json()["state_type"])


def _logs(prefect: PrefectApi, run: str) -> list[object]:
    found: list[object] = prefect._call("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
    return found
