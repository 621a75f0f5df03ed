"""A real Muster for journeys: `muster up` in a folder of its own, with a real Prefect, worker and web app."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import pytest

from cli.demo.pages import FormReader, links
from infra.deploy.building import Built, build
from infra.prefect_api import PrefectApi, PrefectUnreachable
from infra.registering import CLOCK_ELSEWHERE
from infra.supervisor import PREFECT_SETTINGS

PLAYBOOK = """
name: seconds
title: A response in seconds
rounds:
  - {name: neighbours, sectors: [volunteer], ask: 5, patience: 8s, remind_after: 4s}
  - {name: groups, sectors: [voluntary], ask: 5, patience: 30s}
officer: {role: duty, take_within: 20s}
follow_up: {chase_after: 60s, confirm_after: 1s, close_after: 60s}
"""
T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 240  # seconds; some 25 on a machine with nothing else to do


@dataclass
class Muster:
    """One running Muster, as a user meets it: commands, pages, and the mail it sent."""

    home: Path
    port: int
    prefect_port: int
    process: subprocess.Popen[str] | None = None
    links_used: list[str] = field(default_factory=list)

    # --- running it ---

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def prefect_url(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def environment(self) -> dict[str, str]:
        """What an operator has set: nothing of Prefect's."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_"))}
        return inherited | {"MUSTER_HOME": str(self.home), "MUSTER_BASE_URL": self.base_url, "PYTHONPATH": str(ROOT)}

    def start(self) -> None:
        """`muster up`, until it is ready."""
        ports = ["--port", str(self.port), "--prefect-port", str(self.prefect_port)]
        with (self.home / "up.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "up", *ports],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                text=True,
            )
        assert eventually(lambda: self.ready or self.process.poll() is not None, READY_WITHIN), self.log  # type: ignore[union-attr]
        assert self.process.poll() is None, self.log

    @property
    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.base_url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    @property
    def log(self) -> str:
        return (self.home / "up.log").read_text()

    def processes(self, word: str = "") -> list[int]:
        """Every process that lives on this home: those of `muster up`, and whatever they have started."""
        mark, found = f"MUSTER_HOME={self.home}\0".encode(), []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                mine = mark in (folder / "environ").read_bytes() + b"\0"
                command = (folder / "cmdline").read_bytes().decode(errors="replace")
                alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            except OSError:
                continue
            if mine and alive and word in [*command.split("\0"), ""]:
                found.append(int(folder.name))
        return found

    def kill(self) -> None:
        """The machine dies: SIGKILL to all of it at once."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        assert self.process is not None
        self.process.wait(10)
        assert eventually(lambda: not self.processes(), 5)

    def end(self) -> int:
        """SIGTERM, as an operator or systemd ends it; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    # --- using it ---

    def command(self, *words: str) -> str:
        """Run `muster WORDS…` and return what it printed; its complaint fails the test."""
        return run_muster(words, self.environment)

    def json(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json"))

    @property
    def playbook(self) -> str:
        """A playbook in seconds, as a file."""
        file = self.home / "seconds.yaml"
        file.write_text(PLAYBOOK)
        return str(file)

    def knows(self, what: str) -> list[str]:
        """Two who can give one kind of help, by file: Sam for the first round, The Larder for the second."""
        sam, larder = f"{what}.sam@example.org", f"{what}.larder@example.org"
        rows = ["id,name,sector,email,capabilities,weekly_limit", f"{what}-sam,Sam Secret,volunteer,{sam},{what},99"]
        rows.append(f"{what}-larder,The Larder Secret,voluntary,{larder},{what},99")
        file = self.home / f"{what}.csv"
        file.write_text("\n".join(rows) + "\n")
        self.command("directory", "import", str(file))
        return [sam, larder]

    def opens(self, what: str, needed_by: str = "+1d") -> str:
        """An officer records a need by command; returns its reference."""
        opened = self.json(
            "need", "open", "--summary", "Something for a family", "--line", f"{what}:1", "--area", "Norbiton",
            "--needed-by", needed_by, "--resident-name", "Amina Example", "--resident-email", "amina@example.org",
            "--resident-phone", "07700 900001", "--address", "12 Example Road, KT1 1ZZ", "--playbook", self.playbook,
        )  # fmt: skip
        return str(opened["need"])

    def shows(self, need: str) -> Any:
        return self.json("need", "show", need)

    def asks(self, to: str, need: str) -> list[EmailMessage]:
        """Every ask somebody got about a need, reminders apart."""
        return self.mail(to, "Can you help", need)

    def mail(self, to: str = "", subject: str = "", need: str = "") -> list[EmailMessage]:
        """The mail sent so far, oldest first; only that to one address, with these words in its subject, if said."""
        files = sorted((self.home / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        parser = BytesParser(policy=policy.default)
        messages = [cast(EmailMessage, parser.parsebytes(file.read_bytes())) for file in files]
        return [
            m for m in messages if to in str(m["To"]) and subject in str(m["Subject"]) and need in str(m["Subject"])
        ]

    def awaits(self, to: str, subject: str, need: str, seconds: float = 40) -> EmailMessage:
        """The first such mail, as soon as it is there."""
        found = eventually(lambda: self.mail(to, subject, need), seconds)
        assert found, f"{to} got no {subject!r} about {need}: {[m['Subject'] for m in self.mail(to)]}"
        return found[0]

    def answer(self, mail: EmailMessage, **fields: str) -> str:
        """Open the mail's link, choose, check, send, over HTTP; returns the last page."""
        link = links(mail)[0]
        self.links_used.append(link)
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=20) as browser:
            page = browser.get(link)
            checked = browser.post(link, data={**FormReader(page.text).hidden, **fields})
            assert checked.status_code == 200, checked.text
            sent = browser.post(link, data=FormReader(checked.text).as_served)
            assert sent.status_code == 200, sent.text
            return sent.text

    # --- Prefect, as an officer sees it ---

    @property
    def prefect(self) -> PrefectApi:
        return PrefectApi(self.prefect_url, (self.home / "prefect-auth").read_text())

    def presses(self, deployment: str) -> None:
        """Have one run made, as an officer's press of the button in Prefect would; again while Prefect is busy or does
        not know it yet."""

        def made() -> str:
            with self.prefect as prefect, suppress(PrefectUnreachable):
                return prefect.create_run(deployment)
            return ""

        assert eventually(made, 60), f"Prefect made no run of {deployment}"

    def prefect_finds(self, what: str, **asked: Any) -> list[dict[str, Any]]:
        """Everything of one kind (`flow_runs`, `task_runs`, `logs`) in Prefect, page by page."""
        found: list[dict[str, Any]] = []
        with self.prefect as api:
            while True:
                page = api._call("POST", f"/{what}/filter", {**asked, "limit": 200, "offset": len(found)})
                found += page
                if len(page) < 200:
                    return found


def run_muster(words: Sequence[str], environment: Mapping[str, str], within: float = 60) -> str:
    """What `muster WORDS…` prints in this environment; its complaint fails the test."""
    command = [sys.executable, "-m", "cli.main", *words]
    ran = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=within)
    assert ran.returncode == 0, f"muster {' '.join(words)}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def free_port() -> int:
    """A port nobody listens on, below those the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(22000, 22999)  # noqa: S311  (not a secret)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def eventually(look: Callable[[], T], seconds: float = 20) -> T:
    """Return the first true answer of `look`; after `seconds`, its last."""
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return seen


@pytest.fixture(scope="session")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muster]:
    """A Muster that is ready, shared by all journeys: each uses needs and people of its own."""
    running = Muster(tmp_path_factory.mktemp("muster"), free_port(), free_port())
    try:
        running.start()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The zips that Lambda runs, as `muster deploy` builds them; made once."""
    return build(tmp_path_factory.mktemp("zips"))


@pytest.fixture(scope="session")
def unzipped(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each zip, with what is in it."""
    trees = tmp_path_factory.mktemp("unzipped")
    for made in (built.light, built.worker):
        with zipfile.ZipFile(made.path) as packed:
            packed.extractall(trees / made.part)
    return trees


AT_PREFECT = "muster:secret"


@pytest.fixture(scope="session")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server that knows our flows and is no clock for `wake-needs`, as on AWS; nobody works there yet."""
    home, port = tmp_path_factory.mktemp("prefect"), free_port()
    url = f"http://127.0.0.1:{port}/api"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_"))}
    where = {"PREFECT_HOME": str(home), "PREFECT_API_URL": url, "PYTHONPATH": str(ROOT)}
    auth = {"PREFECT_SERVER_API_AUTH_STRING": AT_PREFECT, "PREFECT_API_AUTH_STRING": AT_PREFECT}
    environment = inherited | PREFECT_SETTINGS | where | auth
    python, listen = [sys.executable, "-P", "-m"], ["--host", "127.0.0.1", "--port", str(port)]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [*python, "infra.prefect_server", *listen], env=environment, cwd=home, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
    try:
        flows = [str(ROOT / "prefect.yaml"), CLOCK_ELSEWHERE]
        subprocess.run([*python, "infra.registering", *flows], env=environment, check=True, capture_output=True)
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
