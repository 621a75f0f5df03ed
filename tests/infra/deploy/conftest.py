"""Two small real zips, what a council chooses, and `muster deploy` at its own command line."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import aws
from infra.deploy import changing
from infra.deploy.choices import Choices, check_choices, write_choices
from tests.cli.conftest import Muster, Ran, home, muster

__all__ = ["Muster", "Ran", "home", "muster"]

ANSWERS = {
    "web": "def answer(event, context): return {'statusCode': 200, 'body': event['rawPath']}",
    "waker": "def wake(event, context): return {'batchItemFailures': []}",
    "worker": "def work(event, context): return {}",
    "receipts": "def receive(event, context): return {'batchItemFailures': []}",
}


def make_zips(folder: Path, says: str = "") -> Path:
    """Zips of the shape of the real ones, small enough for every test; `says` makes their content another."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, functions in (("light", ("web", "waker", "receipts")), ("worker", ("worker",))):
        with zipfile.ZipFile(folder / f"{part}.zip", "w") as packed:
            packed.writestr(zipfile.ZipInfo("lambdas/__init__.py"), says)
            for function in functions:
                packed.writestr(zipfile.ZipInfo(f"lambdas/{function}.py"), ANSWERS[function])
    return folder


@pytest.fixture
def zips(tmp_path: Path) -> Path:
    return make_zips(tmp_path / "zips")


def kingston(name: str, **others: object) -> Choices:
    """What Kingston chose."""
    return check_choices(
        {
            "name": name,
            "council": "Kingston Council",
            "phone": "020 8547 5000",
            "sender": f"help@{name}.example.org",
            "alarm_email": "dana@example.org",
            "prefect_api_url": "https://prefect.example.org/api",
        }
        | others
    )


def choose(home: Path, choices: Choices) -> None:
    write_choices(home / "home" / "deploy.toml", choices)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in is done at once: look more often than one would at AWS."""
    monkeypatch.setattr(changing, "LOOK_EVERY", 0.05)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No credentials anywhere, and nothing to ask for some."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    aws.forget_clients()
    yield
    aws.forget_clients()
