"""`muster up` keeps running what it started, ends all of it, and says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.children import Child
from infra.secret_files import kept_secret
from infra.settings import settings
from infra.supervisor import BACK_OFF, END_WITHIN, CannotStart, Supervisor, check_free, only_one_in

SLEEPS = "import time; time.sleep(60)"
FORKS = f"""
import subprocess, sys
started = subprocess.Popen([sys.executable, "-c", {SLEEPS!r}])
print(started.pid, flush=True)
started.wait()
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(home=tmp_path, say=said.append)
    yield supervisor
    supervisor.end()


def a_child(home: Path, program: str) -> Child:
    return Child("worker", [sys.executable, "-c", program], os.environ, home / "logs" / "worker.log")


def soon(claim: Callable[[], bool], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while not claim() and time.monotonic() < until:
        time.sleep(0.02)
    return claim()


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_child_that_crashes_is_started_again(supervisor: Supervisor, tmp_path: Path, said: list[str]) -> None:
    """It says so, shows the end of the log, and waits longer each time."""
    child = a_child(tmp_path, "print('no such table'); raise SystemExit(3)")
    supervisor.start(child)
    assert soon(lambda: child.ended)
    moment = child.started_at
    for wait in BACK_OFF[:2]:
        supervisor.look_after(moment)
        supervisor.look_after(moment + wait - 0.1)
        assert child.ended
        supervisor.look_after(moment := moment + wait + 0.1)
        assert soon(lambda: child.ended)
    assert any("exit code 3" in line for line in said)
    assert any("no such table" in line for line in said)
    assert said.count("worker was started again.") == 2


def test_the_end_takes_grandchildren_too(supervisor: Supervisor, tmp_path: Path) -> None:
    """What a child started ends with it."""
    child = a_child(tmp_path, FORKS)
    supervisor.start(child)
    assert soon(lambda: child.log.read_text().strip().isdigit())
    grandchild = int(child.log.read_text())
    supervisor.end()
    assert child.ended
    assert soon(lambda: not lives(grandchild))


def test_a_killed_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    """Even SIGKILL to `muster up` ends its children: the kernel tells them."""
    program = (
        "import os, sys, time; from pathlib import Path; from infra.children import Child; home = Path(sys.argv[1])\n"
        f"child = Child('c', [sys.executable, '-c', {SLEEPS!r}], os.environ, home / 'c.log'); child.start()\n"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    up = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert up.stdout
    with up.stdout:
        pid = int(up.stdout.readline())
        assert lives(pid)
        up.kill()
        up.wait()
    assert soon(lambda: not lives(pid))


def test_a_port_in_use_is_named(tmp_path: Path, said: list[str]) -> None:
    """The sentence names the port and the option that changes it, and the exit code says no."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} .* --prefect-port"):
            check_free(port, "--prefect-port")
        assert Supervisor(home=tmp_path, say=said.append).up(port, 18997) == 1
    (sentence,) = said
    assert sentence.startswith(f"Port {port} is already in use by another program. Choose another with --port")


def test_the_port_that_is_suggested_is_free() -> None:
    """The one after it is taken as well: another is suggested."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        first.listen()
        taken = first.getsockname()[1]
        second.bind(("127.0.0.1", suggested := _suggested_for(taken)))
        second.listen()
        assert _suggested_for(taken) not in (taken, suggested)


def _suggested_for(port: int) -> int:
    with pytest.raises(CannotStart, match=f"Port {port} .* such as --port") as refused:
        check_free(port, "--port")
    return int(str(refused.value).rstrip(".").rpartition(" ")[2])


def test_other_commands_know_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`up` on another port: links that other commands make lead there while it runs, and no longer afterwards."""
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MUSTER_HOME", str(tmp_path))
    found: list[str] = []

    class Running(Supervisor):
        def start(self, child: Child, keep: bool = True) -> None:
            found.append(_links_lead_to())
            raise CannotStart("Seen enough.")

    assert Running(home=tmp_path, say=lambda line: None).up(18_996, 18_995) == 1
    assert [*found, _links_lead_to()] == ["http://127.0.0.1:18996", "http://127.0.0.1:8000"]


def _links_lead_to() -> str:
    """As in a process that begins now."""
    settings.cache_clear()
    found = settings().base_url
    settings.cache_clear()
    return found


def test_the_password_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """Prefect's password is the same at the next start, and only its owner can read it."""
    path = tmp_path / "home" / "prefect-auth"
    auth = kept_secret(path, lambda: "muster:secret")
    assert auth.startswith("muster:")
    assert kept_secret(path, lambda: "muster:secret") == auth
    assert path.stat().st_mode & 0o777 == 0o600
    assert [kept.name for kept in path.parent.iterdir()] == ["prefect-auth"]


def test_children_know_where_everything_is(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's home is ours, its API is signed in to on both sides, and links follow the port unless set."""
    monkeypatch.delenv("MUSTER_BASE_URL", raising=False)
    given = supervisor.environment(18996, 18995)
    assert given["PREFECT_HOME"] == str(supervisor.home / "prefect")
    assert given["PREFECT_SERVER_API_AUTH_STRING"] == given["PREFECT_API_AUTH_STRING"]
    assert given["PREFECT_API_URL"] == "http://127.0.0.1:18995/api"
    assert given["MUSTER_BASE_URL"] == "http://127.0.0.1:18996"
    monkeypatch.setenv("MUSTER_BASE_URL", "https://muster.example.gov.uk")
    assert supervisor.environment(18996, 18995)["MUSTER_BASE_URL"] == "https://muster.example.gov.uk"


def test_logs_of_the_time_before_are_kept(supervisor: Supervisor, tmp_path: Path) -> None:
    """A new start begins a new log; the one before stays readable, and only that one."""
    for words in ("first", "second"):
        child = a_child(tmp_path, f"print({words!r})")
        supervisor.start(child)
        assert soon(lambda child=child: child.ended)  # type: ignore[misc]
    assert child.log.read_text() == "second\n"
    assert child.log.with_suffix(".log.1").read_text() == "first\n"


def test_what_will_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ignores SIGTERM is killed when its time is over, which is before ten seconds have passed."""
    assert END_WITHIN < 10
    monkeypatch.setattr("infra.supervisor.LAST_END_AFTER", 0.3)
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    supervisor = Supervisor(home=tmp_path, say=lambda line: None)
    child = a_child(tmp_path, program)
    supervisor.start(child)
    assert soon(lambda: child.log.read_text() == "up\n")
    supervisor.end()
    assert child.process
    assert child.process.returncode == -signal.SIGKILL


def test_one_home_has_one_muster(tmp_path: Path) -> None:
    """A second `muster up` from the same home is refused with what to do; when the first has ended it may start."""
    with only_one_in(tmp_path), pytest.raises(CannotStart, match="MUSTER_HOME"), only_one_in(tmp_path):
        pass
    with only_one_in(tmp_path):
        pass
