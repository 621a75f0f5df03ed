"""The bell on AWS rings after what a commit left to do; it costs nobody a second, and nobody an answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from moto import mock_aws
from pydantic import SecretStr

from domain.playbooks import Role
from infra import aws, ringing
from infra.commands.incidents import hold_incident
from infra.commands.partners import LimitPartner, bring_in_csv
from infra.door import Door
from infra.officers import add_officer, give_role, new_officer, set_disabled
from infra.pausing import pause
from infra.playbooks import load_catalogue
from infra.ringing import Ringer
from infra.settings import Settings
from infra.store.sqlite import SqliteStore
from tests.standins import aws_environment
from tests.store.builders import AMINA, NOW, a_need, a_responder, opening, put_responders


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in aws_environment("").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    aws.forget_clients()
    ringing._ringers.clear()
    with mock_aws():
        yield aws.client("sqs").create_queue(QueueName="muster-test-bell")["QueueUrl"]
    aws.forget_clients()


def waiting(queue: str) -> tuple[int, int]:
    """How many messages can be taken at once, and how many in a moment."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    known = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return int(known[names[0]]), int(known[names[1]])


def test_a_flood_of_commits_is_two_messages(queue: str) -> None:
    """The first rings at once; the second arrives when its second is over, and speaks for all that came meanwhile."""
    ringer = Ringer(queue)
    for n in range(50):
        ringer.ring(100 + n / 100)
    assert waiting(queue) == (1, 1)


def test_whoever_comes_after_that_second_rings_again(queue: str) -> None:
    """No commit is left without a message that is taken after it."""
    ringer = Ringer(queue)
    for moment in (100.0, 100.5, 101.4, 101.6, 103.0):  # at once; in 1 s; spoken for; at once; at once
        ringer.ring(moment)
    assert waiting(queue) == (3, 1)


def test_a_queue_that_is_away_costs_little(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody's request waits a second at most, once in half a minute; the log says so once."""
    with socket.create_server(("127.0.0.1", 0)) as mute:  # it takes connections, and never says a word
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        for name, value in aws_environment(address).items():
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        ringer, waited = Ringer(f"{address}/1/bell"), []
        for moment in (100.0, 105.0, 120.0, 131.0):
            began = time.monotonic()
            ringer.ring(moment)
            waited.append(time.monotonic() - began >= ringing.PATIENCE)
        aws.forget_clients()
    assert waited == [True, False, False, True]
    assert [record.levelname for record in caplog.records if record.name == "muster.bell"] == ["WARNING"]


def test_a_commit_that_leaves_something_to_do_rings(queue: str, tmp_path: Path) -> None:
    """Amina's need is recorded: the bell rings. Nothing decided: it does not."""
    store = SqliteStore(tmp_path / "muster.db")
    door = Door(store, Settings(home=tmp_path, keys=SecretStr("k1:" + "s" * 40), bell=queue))
    need = door.open(lambda reference, now: opening(a_need(reference)), AMINA, None)
    assert sum(waiting(queue)) == 1
    door.change(need, lambda situation, now: None)
    store.close()
    assert sum(waiting(queue)) == 1


DANA = new_officer("Dana Duty", "dana@example.org", "duty")
ROWS = "id,name,sector,email,capabilities\nsam,Sam Lee,volunteer,sam@example.org,food-parcel\n"
WAKES: dict[str, Callable[[Door], object]] = {
    "a pause": lambda door: pause(door, "sam", NOW + timedelta(days=7), "partner"),
    "asked again": lambda door: pause(door, "sam", None, "partner"),
    "a limit": lambda door: limit_sam(door),
    "an import": lambda door: bring_in_csv(door, ROWS.encode(), load_catalogue(), "command"),
    "an officer": lambda door: add_officer(door, new_officer("Ravi Manager", "ravi@example.org", "manager"), "command"),
    "an officer less": lambda door: set_disabled(door, DANA, True, "command"),
    "another role": lambda door: give_role(door, DANA, Role.manager, "command"),
    "a hold": lambda door: hold_incident(door, None, "command"),
}


@pytest.mark.parametrize("what", WAKES)
def test_whatever_wakes_needs_rings(queue: str, tmp_path: Path, what: str) -> None:
    """Not by a commit of its own: a partner's wish, a file of partners, an officer come or gone, a hold. It rings."""
    store = SqliteStore(tmp_path / "muster.db")
    door = Door(store, Settings(home=tmp_path, keys=SecretStr("k1:" + "s" * 40), bell=queue))
    put_responders(store, a_responder("sam"))
    store.add_officer(DANA, NOW)
    assert waiting(queue) == (0, 0)
    WAKES[what](door)
    store.close()
    assert sum(waiting(queue)) >= 1


def limit_sam(door: Door) -> None:
    known = door.store.responder("sam")
    assert known is not None
    LimitPartner(limit=3).carry_out(door, known, "command")


def test_without_a_queue_there_is_no_bell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On one machine the worker looks by itself: nothing of AWS is even loaded."""
    monkeypatch.setattr(Ringer, "ring", lambda *_: pytest.fail("rung"))
    store = SqliteStore(tmp_path / "muster.db")
    Door(store, Settings(home=tmp_path, keys=SecretStr("k1:" + "s" * 40))).open(
        lambda reference, now: opening(a_need(reference)), AMINA, None
    )
    store.close()
