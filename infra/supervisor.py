"""`muster up`: starts Prefect, the worker and the web app together, keeps them running, and ends them together."""

from __future__ import annotations

import fcntl
import os
import resource
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx

from infra.children import PAGES, Child
from infra.prefect_api import PrefectApi
from infra.secret_files import kept_secret
from infra.settings import address_file, settings

SOURCE_ROOT = Path(__file__).resolve().parent.parent
PREFECT_STARTS_WITHIN = 120.0
READY_WITHIN = 120.0
END_WITHIN = 9.5  # of the 10 s promised
LAST_END_AFTER = 8.3  # Prefect outlives the worker, which gives its runs 8 s and must report what became of them
BACK_OFF = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_AFTER = 60.0  # a child that ran so long starts its next back-off from the beginning
MOST_FILES = 65_536
LAST_PORT = 65_535

PREFECT_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",  # offline, telemetry only logs errors
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    # A few runs ahead, not sixty: after an outage those that were missed would all begin together.
    "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT3M",
    "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "5",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "2",
    # Runs are attempts, our rows the truth: three days of them are plenty.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(3 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P3D",
    # Nothing of ours is an automation, a pause or a cancelled sub-run: loops that only read the database.
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
}


class CannotStart(Exception):
    """`muster up` gave up before it was ready. The message says what to do about it."""


def _allow_many_connections() -> None:
    """As many open files as this machine lets us have: connections that idle must not shut others out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Supervisor:
    """Starts everything, keeps it running, ends it. All state is under `home`; all listen on this machine only."""

    def __init__(self, home: Path | None = None, root: Path = SOURCE_ROOT, say: Callable[[str], None] = print) -> None:
        self.home = (home or settings().home).resolve()
        self.root, self._say = root, say
        self.children: list[Child] = []
        self._stopping = False

    def up(self, port: int, prefect_port: int) -> int:
        """Start, say so when ready, keep running until SIGTERM or Ctrl-C. Returns the exit code; 1: it could not start.

        Call it in the main thread. All it started has ended when it returns, within 10 seconds of the signal.
        """
        _allow_many_connections()
        with self._told_to_stop():
            try:
                with only_one_in(self.home):
                    self._run(port, prefect_port)
            except CannotStart as why:
                self._say(str(why))
                return 1
        self._say("Muster has stopped.")
        return 0

    def _run(self, port: int, prefect_port: int) -> None:
        try:
            self._start_all(port, prefect_port)
            self._keep_running()
        finally:
            self.end()
            address_file(self.home).unlink(missing_ok=True)

    def _start_all(self, port: int, prefect_port: int) -> None:
        begun = time.monotonic()
        check_free(port, "--port")
        check_free(prefect_port, "--prefect-port")
        environment = self.environment(port, prefect_port)
        (self.home / "prefect-url").write_text(environment["PREFECT_API_URL"])  # for a `muster worker` started by hand
        address_file(self.home).write_text(environment["MUSTER_BASE_URL"])  # for the links other commands make
        api_url = environment["PREFECT_API_URL"]
        self._say(f"Starting Muster in {self.home} …")
        python = [sys.executable, "-P", "-m"]  # -P: a folder called `web` where somebody stands is not our web
        prefect = [*python, "infra.prefect_server", "--host", "127.0.0.1", "--port", str(prefect_port)]
        registering = [*python, "infra.registering", str(self.root / "prefect.yaml")]
        web = [
            *python,
            "uvicorn",
            "web.app:create_app",
            "--factory",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--no-access-log",
            "--no-server-header",
            "--ws",
            "none",  # no page speaks it, and uvicorn would log its address, a partner's link
            "--no-proxy-headers",  # whom to believe about addresses is ours to decide: MUSTER_PROXY
            "--app-dir",
            str(self.root),
            "--timeout-graceful-shutdown",
            "5",
        ]
        server = self._child("prefect", prefect, environment)
        server.ends_last = True
        self.start(server)
        registrar = self._child("registering", registering, environment)
        self.start(registrar, keep=False)  # imports Prefect while the server starts
        self._await_prefect(api_url, environment["PREFECT_API_AUTH_STRING"], registrar)
        self._say(f"Prefect is ready at {api_url.removesuffix('/api')} (to sign in: {self.home / 'prefect-auth'})")
        self.start(self._child(PAGES, web, environment))
        self.start(self._child("worker", [*python, "cli.main", "worker"], environment))
        self._await_deployments(registrar)
        self._await_ready(port, begun)

    def _child(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        return Child(name, command, environment, self.home / "logs" / f"{name}.log")

    def environment(self, port: int, prefect_port: int) -> dict[str, str]:
        """Return what every child is started with: this process's own environment, and where everything is."""
        auth = kept_secret(self.home / "prefect-auth", lambda: f"muster:{secrets.token_urlsafe(24)}")
        where = {
            "MUSTER_HOME": str(self.home),
            "PYTHONPATH": os.pathsep.join(p for p in (str(self.root), os.environ.get("PYTHONPATH", "")) if p),
            "PREFECT_HOME": str(self.home / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{prefect_port}/api",
            "PREFECT_API_AUTH_STRING": auth,
            "PREFECT_SERVER_API_AUTH_STRING": auth,
            "PREFECT_SERVER_API_HOST": "127.0.0.1",
            "PREFECT_SERVER_API_PORT": str(prefect_port),
        }
        base_url = {"MUSTER_BASE_URL": os.environ.get("MUSTER_BASE_URL") or f"http://127.0.0.1:{port}"}
        return {**PREFECT_SETTINGS, **os.environ, **where, **base_url}

    def start(self, child: Child, keep: bool = True) -> None:
        """Start a child; with `keep` it is started again whenever it ends."""
        child.begin_log()
        child.start()
        self.children.append(child)
        if not keep:
            child.start_again_at = float("inf")

    def look_after(self, moment: float) -> None:
        """Start again what has ended, after a wait that grows each time; `moment` is a monotonic clock's seconds."""
        for child in self.children:
            child.keep_log_small()
            if child.ended and not child.start_again_at:
                child.crashes = 0 if moment - child.started_at > STEADY_AFTER else child.crashes
                wait = BACK_OFF[min(child.crashes, len(BACK_OFF) - 1)]
                child.crashes += 1
                child.start_again_at = moment + wait
                code = child.process.returncode if child.process else None
                self._say(f"{child.name} ended unexpectedly (exit code {code}); starting it again in {wait:g} s.")
                self._say(f"{child.log} ends with:\n{child.last_lines()}")
                child.signal_all(signal.SIGKILL)  # what it left behind would hold its port
            elif child.ended and moment >= child.start_again_at:
                child.start()
                self._say(f"{child.name} was started again.")

    def end(self) -> None:
        """End every child and all it has started: politely, then for certain. Takes 10 seconds at most."""
        begun = time.monotonic()
        first = [child for child in self.children if not child.ends_last]
        last = [child for child in self.children if child.ends_last]
        for children, until in ((first, LAST_END_AFTER), (last, END_WITHIN)):
            for child in children:
                child.signal_all(signal.SIGTERM)
            while not all(child.ended for child in children) and time.monotonic() < begun + until:
                time.sleep(0.05)
        for child in self.children:
            child.signal_all(signal.SIGKILL)
        for child in self.children:
            if child.process is not None:
                child.process.wait()

    def _await_prefect(self, api_url: str, auth: str, registrar: Child) -> None:
        deadline = time.monotonic() + PREFECT_STARTS_WITHIN
        with PrefectApi(api_url, auth, timeout_seconds=2) as prefect:
            while not prefect.healthy():
                self._check_first_start(registrar)
                if time.monotonic() > deadline:
                    log = self.home / "logs" / "prefect.log"
                    raise CannotStart(f"Prefect did not answer within {PREFECT_STARTS_WITHIN:g} s; see {log}")
                time.sleep(0.1)

    def _await_deployments(self, registrar: Child) -> None:
        while not registrar.ended:
            self._check_first_start(registrar)
            time.sleep(0.05)
        self._check_first_start(registrar)
        self.children.remove(registrar)

    def _check_first_start(self, registrar: Child) -> None:
        """A child that fails before Muster was ever ready will fail again: say so instead of trying for ever."""
        if self._stopping:
            raise CannotStart("Stopped before Muster was ready.")
        for child in self.children:
            done = child is registrar and child.process is not None and child.process.poll() == 0
            if child.ended and not done:
                raise CannotStart(f"{child.name} could not start. {child.log} ends with:\n{child.last_lines()}")

    def _await_ready(self, port: int, begun: float) -> None:
        address = f"http://127.0.0.1:{port}"
        deadline, answer = time.monotonic() + READY_WITHIN, "no answer"
        with httpx.Client(trust_env=False, timeout=2) as http:
            while time.monotonic() < deadline and not self._stopping:
                self.look_after(time.monotonic())
                try:
                    status = http.get(f"{address}/readyz").status_code
                except httpx.HTTPError:
                    status = 0
                if status == 200:
                    self._say(f"Muster is ready: {address} (after {time.monotonic() - begun:.0f} s; Ctrl-C ends it)")
                    self._say(f"Officers work at {address}/console/")
                    if settings().email == "outbox":
                        self._say(f"Its mails are kept on this machine, at {address}/mailbox")
                    return
                answer = f"it answers {status}" if status else "no answer"
                time.sleep(0.1)
        if not self._stopping:
            self._say(f"Muster runs at {address} but is not ready yet ({answer}): {address}/readyz says why.")
            self._say(f"Its logs are in {self.home / 'logs'}")

    def _keep_running(self) -> None:
        while not self._stopping:
            self.look_after(time.monotonic())
            time.sleep(0.25)

    @contextmanager
    def _told_to_stop(self) -> Generator[None, None, None]:
        def tell(signum: int, frame: FrameType | None) -> None:
            if not self._stopping:
                self._say("Stopping …")
            self._stopping = True

        before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, action in before.items():
                signal.signal(number, action)


@contextmanager
def only_one_in(home: Path) -> Generator[None, None, None]:
    """Raise `CannotStart` while another `muster up` runs from this home; it ends by itself when that one is gone."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"Muster runs from {home} already. End that one first, or give this one a home of its own: "
                "MUSTER_HOME=another-folder muster up --port … --prefect-port …"
            ) from None
        yield


def check_free(port: int, option: str) -> None:
    """Raise `CannotStart`, naming port, option and a port that is free, when something listens there already."""
    if not _is_free(port):
        others = (other for other in range(port + 1, min(port + 100, LAST_PORT)) if _is_free(other))
        such_as = f", such as {option} {other}" if (other := next(others, None)) else ""
        raise CannotStart(f"Port {port} is already in use by another program. Choose another with {option}{such_as}.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
