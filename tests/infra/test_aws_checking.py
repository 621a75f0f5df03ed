"""`muster doctor` on AWS: table, sender, quota, queues and clock, each by itself, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra import clock
from infra.aws import checking, client
from infra.settings import Settings
from infra.store.dynamodb.table import ENDS_AT, TABLE
from tests.cli.conftest import Muster, home, muster

__all__ = ["home", "muster"]
pytestmark = pytest.mark.usefixtures("on_ministack")


@pytest.fixture
def real_clock() -> Iterator[None]:
    yield
    clock.set_source(None)


def found(*findings: checking.Finding) -> dict[str, bool | None]:
    return {finding.about: finding.ok for finding in findings}


def make_table(name: str) -> None:
    client("dynamodb").create_table(TableName=name, **TABLE)


def test_without_aws_nobody_asks_it(tmp_path: Path) -> None:
    """A Muster on one machine has nothing to look for there."""
    assert list(checking.examine_aws(Settings(home=tmp_path))) == []


def test_a_table_is_looked_at_whole(tmp_path: Path) -> None:
    """Not there; there without backups and protection; and as it must be."""
    chosen = Settings(home=tmp_path, store="dynamodb://muster-look")
    missing = found(*checking.examine_aws(chosen))
    assert missing == {"AWS": True, "AWS's clock": True, "table": False}
    make_table("muster-look")
    assert found(*checking.examine_aws(chosen))[checking.SAFETY] is False
    dynamodb = client("dynamodb")
    dynamodb.update_table(TableName="muster-look", DeletionProtectionEnabled=True)
    on = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName="muster-look", PointInTimeRecoverySpecification=on)
    swept = {"Enabled": True, "AttributeName": ENDS_AT}
    dynamodb.update_time_to_live(TableName="muster-look", TimeToLiveSpecification=swept)
    whole = found(*checking.examine_aws(chosen))
    assert (whole["table"], whole[checking.SAFETY]) == (True, True)


def test_a_table_without_an_index_is_named() -> None:
    """A table made by hand lacks what alarms are found by."""
    plain = {name: TABLE[name] for name in ("BillingMode", "KeySchema")}
    keys = [one for one in TABLE["AttributeDefinitions"] if one["AttributeName"] in ("pk", "sk")]
    client("dynamodb").create_table(TableName="muster-plain", AttributeDefinitions=keys, **plain)
    first = next(checking.table("muster-plain"))
    assert (first.ok, "without alarm, list, time" in first.sentence) == (False, True)


def test_a_sender_ses_does_not_know_is_a_problem() -> None:
    """Neither the address nor its domain; then the domain above it is enough."""
    assert found(*checking.sender("dana@mail.unknown.example.org")) == {"sender": False}
    client("sesv2").create_email_identity(EmailIdentity="known.example.org")
    (verified,) = checking.sender("dana@mail.known.example.org")
    assert verified.sentence.startswith("known.example.org is verified; DKIM")


def test_dead_letters_are_counted_and_what_to_do_is_said(tmp_path: Path) -> None:
    """Two bells could not be heard: how many wait, how many were given up, and the command that helps."""
    sqs = client("sqs")
    urls = {
        n: sqs.create_queue(QueueName=f"muster-q-{n}")["QueueUrl"]
        for n in ("bell", "bell-dead", "receipts", "receipts-dead")
    }
    for _ in range(2):
        sqs.send_message(QueueUrl=urls["bell-dead"], MessageBody="look")
    chosen = Settings(home=tmp_path, bell=urls["bell"])
    bell, receipts = (one for one in checking.examine_aws(chosen) if one.about.startswith("queue"))
    assert (bell.ok, bell.sentence.split(",")[0], receipts.ok) == (False, "0 waiting; 2 given up", True)
    assert "muster deploy redrive" in bell.do


@pytest.mark.usefixtures("real_clock")
def test_a_clock_that_is_wrong_is_told_by_how_much() -> None:
    """AWS refuses what was signed five minutes off: from one minute on it is a problem."""
    real = clock.now
    now = real() + timedelta(minutes=3)
    clock.set_source(lambda: now)
    _, told = checking.credentials()
    assert (told.ok, "Set this machine's clock" in told.do) == (False, True)


def test_doctor_shows_what_aws_says(muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same looks, in the command officers of the machine room know."""
    make_table("muster-doctor")
    monkeypatch.setenv("MUSTER_STORE", "dynamodb://muster-doctor")
    monkeypatch.setenv("MUSTER_EMAIL", "ses://muster-doctor")
    monkeypatch.setenv("MUSTER_EMAIL_FROM", "help@doctor.example.org")
    seen = {one["about"]: one["ok"] for one in muster("doctor", "--json").json}
    assert {name: seen[name] for name in ("AWS", "table", checking.SAFETY, "sender")} == {
        "AWS": True, "table": True, checking.SAFETY: False, "sender": False,
    }  # fmt: skip
