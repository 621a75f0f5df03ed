"""Lambda's side of a function: the Runtime API on loopback, and AWS's own runtime client around our code."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import distribution
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NEXT = "/2018-06-01/runtime/invocation/next"
OF_THE_RUNTIME = ("awslambdaric", "simplejson", "snapshot-restore-py")  # what Lambda has, and our zips have not
STARTS_WITHIN = 60.0


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A runtime that is ended in the midst of a request is no news."""


@dataclass(frozen=True)
class Answer:
    """What a function gave back; `error` is what Lambda would count as a failure."""

    value: Any = None
    error: Any = None
    seconds: float = 0.0


class Runtime:
    """One execution environment of one function, from its unzipped zip. `with` it: it starts, and is ended.

    `cold`: seconds until it asked for its first event.
    """

    def __init__(self, tree: Path, entry: str, settings: Mapping[str, str], scratch: Path, timeout: float = 60) -> None:
        self.tree, self.entry, self.settings, self.scratch, self.timeout = tree, entry, settings, scratch, timeout
        self._events: queue.Queue[tuple[str, bytes] | None] = queue.Queue()
        self._answers: queue.Queue[Answer] = queue.Queue()
        self._asked = threading.Event()
        self._server = _Quiet(("127.0.0.1", 0), _api_of(self))
        self.cold = 0.0

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        began = time.monotonic()
        # As Lambda has it: nothing of this machine's packages, the zip first, a folder that cannot be written to.
        command = [sys.executable, "-s", "-S", "-P", "-B", "-m", "awslambdaric", self.entry]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=self._environment(), cwd=self.tree, stdout=log, stderr=log)
        while not self._asked.wait(0.01) and self.process.poll() is None and self._answers.empty():
            assert time.monotonic() - began < STARTS_WITHIN, self.said
        self.cold = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        self._events.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _environment(self) -> dict[str, str]:
        runtime = self.scratch / "runtime"
        if not runtime.exists():
            _copy_runtime(runtime)
        given = {
            "PATH": os.environ["PATH"],
            "TMPDIR": str(self.scratch),
            "PYTHONPATH": f"{self.tree}{os.pathsep}{runtime}",
            "PYTHONTZPATH": "",  # Lambda need not have the world's time zones
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": f"muster-test-{self.entry.split('.')[1]}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "LAMBDA_TASK_ROOT": str(self.tree),
            "AWS_REGION": "eu-west-2",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        return given | dict(self.settings)

    @property
    def log(self) -> Path:
        return self.scratch / f"{self.entry}.log"

    @property
    def said(self) -> str:
        """Everything it has logged."""
        return self.log.read_text()

    def lines(self) -> list[Any]:
        """What it has logged, a JSON object a line."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]

    def invoke(self, event: Any, within: float = 60) -> Answer:
        """Hand over one event and wait for what becomes of it. An environment that ended counts as a failure."""
        began = time.monotonic()
        self._events.put((str(uuid.uuid4()), json.dumps(event).encode()))
        while time.monotonic() - began < within:
            try:
                answer = self._answers.get(timeout=0.05)
            except queue.Empty:
                if self.process.poll() is not None and self._answers.empty():
                    return Answer(error={"errorType": "Runtime.ExitError"}, seconds=time.monotonic() - began)
                continue
            return Answer(answer.value, answer.error, time.monotonic() - began)
        raise AssertionError(f"{self.entry} did not answer: {self.said[-3000:]}")


def _copy_runtime(to: Path) -> None:
    """AWS's runtime client, which Lambda brings along, without anything else that is installed here."""
    for name in OF_THE_RUNTIME:
        found = distribution(name)
        for file in found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                (to / file).parent.mkdir(parents=True, exist_ok=True)
                (to / file).write_bytes(Path(str(found.locate_file(file))).read_bytes())


def _api_of(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            runtime._asked.set()
            event = runtime._events.get()
            if event is None:
                self.close_connection = True
                return
            deadline = int((time.time() + runtime.timeout) * 1000)
            self.send_response(200)
            self.send_header("Lambda-Runtime-Aws-Request-Id", event[0])
            self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:eu-west-2:1:function:{event[0]}")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(event[1])))
            self.end_headers()
            self.wfile.write(event[1])

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
            failed = self.path.endswith("/error")
            runtime._answers.put(Answer(error=body) if failed else Answer(value=body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Api
