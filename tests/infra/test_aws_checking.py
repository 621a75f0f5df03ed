"""`muster doctor` on AWS: table, sender, quota, queues and clock, each by itself, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from infra import clock
from infra.aws import checking, client
from infra.settings import Settings
from infra.store import open_store
from infra.store.dynamodb.table import ENDS_AT, TABLE
from infra.sweeps import NOTHING_DUE
from tests.cli.conftest import Muster, home, muster
from tests.prefectdoor import PASSWORD, prefect_door

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


def test_a_bell_that_is_gone_is_said_in_words(tmp_path: Path) -> None:
    """After `muster deploy destroy` the terminal still names the queue: doctor says that nothing runs."""
    url = client("sqs").create_queue(QueueName="muster-gone-bell")["QueueUrl"]
    client("sqs").delete_queue(QueueUrl=url)
    *_, queues = checking.examine_aws(Settings(home=tmp_path, bell=url))
    assert (queues.ok, queues.sentence) == (False, "Looking into the queue muster-gone-bell: it is not there")
    assert queues.do == "Run `muster deploy`."


@pytest.mark.usefixtures("real_clock")
def test_a_clock_that_is_wrong_is_told_by_how_much() -> None:
    """AWS refuses what was signed five minutes off: from one minute on it is a problem."""
    real = clock.now
    now = real() + timedelta(minutes=3)
    clock.set_source(lambda: now)
    _, told = checking.credentials()
    assert (told.ok, "Set this machine's clock" in told.do) == (False, True)


def test_on_aws_the_waker_is_the_clock(muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect plans no sweeps there, and need not: what counts is that it lets us in and knows the flows."""
    make_table("muster-sweeps")
    for name in ("bell", "bell-dead", "receipts", "receipts-dead"):
        client("sqs").create_queue(QueueName=f"muster-sweeps-{name}")
    monkeypatch.setenv("MUSTER_STORE", "dynamodb://muster-sweeps")
    monkeypatch.setenv("MUSTER_KEYS", f"k1:{'a' * 40}")
    monkeypatch.setenv("MUSTER_BELL", client("sqs").get_queue_url(QueueName="muster-sweeps-bell")["QueueUrl"])

    def looks() -> dict[str, tuple[bool | None, str, str]]:
        return {one["about"]: (one["ok"], one["sentence"], one["do"]) for one in muster("doctor", "--json").json}

    assert looks()["sweep"] == (
        None,
        "none yet: the waker has not looked at this store",
        "It looks each minute; if it does not, see its log /aws/lambda/muster-sweeps-waker.",
    )
    with closing(open_store("dynamodb://muster-sweeps")) as store:
        store.mark(NOTHING_DUE, clock.now())
    with prefect_door() as address:
        monkeypatch.setenv("PREFECT_API_URL", address)
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", PASSWORD)
        assert looks()["Prefect"] == (True, f"{address} knows the flows; the waker is their clock", "")
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", "muster:guess")
        assert looks()["Prefect"][0] is False
    assert looks()["Prefect"][0] is False


def test_commands_need_the_functions_own_keys(muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MUSTER_KEYS a command would make keys of its own, and no link made with them would open there."""
    make_table("muster-keyless")
    monkeypatch.setenv("MUSTER_STORE", "dynamodb://muster-keyless")
    opened = muster(
        "need", "open", "--yes", "--summary", "Food", "--line", "food-parcel:4", "--area", "Norbiton",
        "--needed-by", "+2d", "--resident-name", "Amina", "--resident-email", "amina@example.org",
    )  # fmt: skip
    assert (opened.code, "`muster deploy settings` prints what to set" in opened.err) == (1, True)
    keys = next(one for one in muster("doctor", "--json").json if one["about"] == "keys")
    assert (keys["ok"], "links made with others would not open" in keys["sentence"]) == (False, True)
    assert not (home / "home" / "keys").exists()


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
