"""Prefect, worker, bell and supervisor together, with three tiny flows in place of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from infra.prefect_api import PrefectApi, PrefectUnreachable
from tests.journeys.conftest import ROOT, eventually, free_port

pytestmark = pytest.mark.journey

FILES = {
    "flows/__init__.py": "",
    "flows/wake_needs.py": """
        import os, time
        from pathlib import Path
        from prefect import flow
        @flow(name="wake-needs")
        async def wake_needs() -> None:
            home = Path(os.environ["MUSTER_HOME"])
            with (home / "swept").open("a") as log:
                log.write(f"{time.time()}\\n")
            (home / "due").unlink(missing_ok=True)
        """,
    "flows/check_promises.py": """
        from prefect import flow
        @flow(name="check-promises")
        async def check_promises() -> None: ...
        """,
    "flows/keep_house.py": """
        from prefect import flow
        @flow(name="keep-house")
        async def keep_house() -> None: ...
        """,
    "flows/respond_to_need.py": """
        import asyncio, os
        from pathlib import Path
        from prefect import flow
        @flow(name="respond-to-need", flow_run_name="respond {need_id}")
        async def respond_to_need(need_id: str) -> None:
            home = Path(os.environ["MUSTER_HOME"])
            (home / f"{need_id}-begun").touch()
            if need_id == "N-EXIT":
                raise SystemExit(3)
            await asyncio.sleep(1)
            (home / f"{need_id}-ended").touch()
        """,
    "cli/__init__.py": "",
    "cli/main.py": """
        import os, sys
        from pathlib import Path
        from infra.worker import serve_worker
        home = Path(os.environ["MUSTER_HOME"])
        def note(planned):
            if planned: (home / "planned").touch()
        sys.exit(serve_worker((home / "due").exists, note))
        """,
    "web/__init__.py": "",
    "web/app.py": """
        import os
        from pathlib import Path
        from starlette.applications import Starlette
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route
        home = Path(os.environ["MUSTER_HOME"])
        def readyz(request):
            ready = (home / "swept").exists() and (home / "planned").exists()
            return PlainTextResponse("", 200 if ready else 503)
        def create_app(): return Starlette(routes=[Route("/readyz", readyz)])
        """,
}
UP = """
import sys
from pathlib import Path
from infra.supervisor import Supervisor
home, root, port, prefect_port = sys.argv[1:]
sys.exit(Supervisor(home=Path(home), root=Path(root)).up(int(port), int(prefect_port)))
"""


@dataclass
class Parts:
    home: Path
    process: subprocess.Popen[str]
    prefect: PrefectApi

    def run_for(self, need: str) -> None:
        deployment = self.prefect._call("GET", "/deployments/name/respond-to-need/respond-to-need")["id"]
        self.prefect._call("POST", f"/deployments/{deployment}/create_flow_run", {"parameters": {"need_id": need}})

    def has(self, file: str) -> bool:
        return (self.home / file).exists()

    def sweeps(self) -> int:
        return len((self.home / "swept").read_text().splitlines())

    def said(self) -> str:
        return (self.home / "up.log").read_text()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    root, home = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("home")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(textwrap.dedent(text))
    (root / "prefect.yaml").write_text((ROOT / "prefect.yaml").read_text())
    port, prefect_port = free_port(), free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_"))}
    environment["PYTHONPATH"] = os.pathsep.join([str(root), str(ROOT)])
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", UP, str(home), str(root), str(port), str(prefect_port)],
            env=environment,
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        eventually(lambda: "ready: " in (home / "up.log").read_text() or process.poll() is not None, 60)
        assert "Muster is ready" in (home / "up.log").read_text(), (home / "up.log").read_text()
        with PrefectApi(f"http://127.0.0.1:{prefect_port}/api", (home / "prefect-auth").read_text()) as prefect:
            yield Parts(home, process, prefect)
    finally:
        process.kill()
        process.wait()


def test_the_bell_starts_a_run_at_once(parts: Parts) -> None:
    """A due need is looked at within two seconds, not at the next minute."""
    before = parts.sweeps()
    (parts.home / "due").touch()
    assert eventually(lambda: parts.sweeps() > before, 2)


def test_prefect_answers_only_those_who_sign_in(parts: Parts) -> None:
    """Its pages are there, its API says 401 to strangers."""
    assert httpx.get(parts.prefect.url.removesuffix("/api"), trust_env=False).status_code == 200
    stranger = httpx.post(f"{parts.prefect.url}/flow_runs/filter", trust_env=False)
    assert stranger.status_code == 401


def test_a_run_that_ends_its_process_does_not(parts: Parts) -> None:
    """`SystemExit` in a flow ends that run; the worker and the next run live."""
    parts.run_for("N-EXIT")
    assert eventually(lambda: parts.has("N-EXIT-begun"))
    parts.run_for("N-1")
    assert eventually(lambda: parts.has("N-1-ended"))
    assert "worker ended" not in parts.said()


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def test_prefect_may_crash(parts: Parts) -> None:
    """Prefect is started again, and the bell and the worker find it again by themselves."""
    port = urlsplit(parts.prefect.url).port
    command = f"infra.prefect_server\0--host\x00127.0.0.1\0--port\0{port}".encode()
    (server,) = [int(file.parent.name) for file in Path("/proc").glob("[0-9]*/cmdline") if command in read(file)]
    os.kill(server, signal.SIGKILL)
    assert eventually(lambda: "prefect was started again" in parts.said())
    before = parts.sweeps()
    (parts.home / "due").touch()
    assert eventually(lambda: parts.sweeps() > before, 30)


def test_the_end_lets_a_run_finish(parts: Parts) -> None:
    """SIGTERM to `muster up` polls no more, lets the run at work end, and ends everything within 10 seconds."""

    def asked() -> bool:
        try:
            parts.run_for("N-LAST")
        except PrefectUnreachable:
            return False
        return True

    assert eventually(asked)
    assert eventually(lambda: parts.has("N-LAST-begun"))
    parts.process.send_signal(signal.SIGTERM)
    assert parts.process.wait(10) == 0
    assert parts.has("N-LAST-ended")
    assert "Flow run 'respond N-LAST' - Finished in state Completed()" in (parts.home / "logs/worker.log").read_text()
    assert not parts.prefect.healthy()
