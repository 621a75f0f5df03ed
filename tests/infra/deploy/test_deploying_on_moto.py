"""`muster deploy` on moto, whose CloudFormation makes some kinds of resources and only names the others.

Really there: table and indexes, key, queues, topics, roles, functions, mappings, log groups; the secret and the API
since `moto_learns` taught it. Only named: SES, Scheduler, the API's routes, subscriptions, alarms, the policies of
queues and topics. Its change sets do not see that a parameter changed. So what deploying does through services
themselves gets a second opinion here; the rest ministack alone shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from moto.cloudformation.models import ChangeSet
from moto.cloudformation.parsing import get_model_map, get_name_type_map
from moto.sesv2.responses import SESV2Response

from infra import aws
from infra.aws import client
from infra.deploy.keeping_secrets import read_held
from tests.infra.deploy import moto_learns
from tests.infra.deploy.conftest import Muster, choose, kingston

pytestmark = [
    pytest.mark.usefixtures("on_moto"),
    pytest.mark.filterwarnings("ignore:Tried to parse AWS"),  # what it only names
]
LITTLE = {"workers_at_once": 0}  # moto cannot say how many functions an account may run


@pytest.fixture
def on_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-west-2")
    monkeypatch.setattr(SESV2Response, "get_account", moto_learns.get_account, raising=False)
    monkeypatch.setattr(ChangeSet, "apply", moto_learns.remember(ChangeSet.apply))
    get_model_map.cache_clear()
    get_name_type_map.cache_clear()
    aws.forget_clients()
    with mock_aws():
        yield
    aws.forget_clients()


def test_what_moto_makes_is_there(muster: Muster, home: Path, zips: Path) -> None:
    """A second opinion: table, functions, queues, roles, logs, keys and code, asked for through their own services."""
    choose(home, kingston("moto", **LITTLE))
    done = muster("deploy", "--yes", "--no-flows", "--built", zips)
    assert done.code == 0, done.err
    table = client("dynamodb").describe_table(TableName="muster-moto")["Table"]
    assert (len(table["GlobalSecondaryIndexes"]), table["DeletionProtectionEnabled"]) == (3, True)
    functions = {one["FunctionName"]: one for one in client("lambda").list_functions()["Functions"]}
    assert set(functions) == {f"muster-moto-{part}" for part in ("web", "waker", "worker", "receipts")}
    assert {one["Role"].split(":")[4] for one in functions.values()} == {"123456789012"}
    queues = {url.rpartition("/")[2] for url in client("sqs").list_queues()["QueueUrls"]}
    assert queues == {f"muster-moto-{name}" for name in ("bell", "bell-dead", "receipts", "receipts-dead")}
    logs = {
        group["logGroupName"]: group["retentionInDays"] for group in client("logs").describe_log_groups()["logGroups"]
    }
    assert set(logs.values()) == {30}
    assert read_held("muster/moto")["MUSTER_KEYS"].startswith("k1:")
    kept = client("s3").list_objects_v2(Bucket="muster-code-123456789012-eu-west-2")["Contents"]
    assert len(kept) == 2


def test_a_second_time_and_destroyed(muster: Muster, home: Path, zips: Path) -> None:
    """Nothing changes twice; what runs goes and the table stays; with the name typed the table goes too."""
    choose(home, kingston("moto", **LITTLE))
    assert muster("deploy", "--yes", "--no-flows", "--built", zips).code == 0
    assert "Nothing to change." in muster("deploy", "--yes", "--no-flows", "--built", zips).out
    assert muster("deploy", "destroy", "--yes").code == 0
    assert client("lambda").list_functions()["Functions"] == []
    assert client("dynamodb").list_tables()["TableNames"] == ["muster-moto"]
    gone = muster("deploy", "destroy", "--yes", "--with-data", "moto")
    assert gone.code == 0, gone.err
    assert client("dynamodb").list_tables()["TableNames"] == []
