"""`muster deploy` on ministack: everything it makes is then asked for through its own service."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.aws import checking, client
from infra.deploy.changing import outputs_of, parameters_of
from infra.deploy.keeping_secrets import read_held
from infra.settings import settings
from infra.stack import COMPUTE, KEPT, read_template
from infra.store.dynamodb.table import ENDS_AT, INDEXES
from tests.infra.deploy.conftest import Muster, Ran, choose, kingston, make_zips

pytestmark = pytest.mark.usefixtures("on_ministack")
FUNCTIONS = {
    "web": "lambdas.web.answer",
    "waker": "lambdas.waker.wake",
    "worker": "lambdas.worker.work",
    "receipts": "lambdas.receipts.receive",
}


def deploy(muster: Muster, zips: Path, *words: str) -> Ran:
    done = muster("deploy", "--yes", "--no-flows", "--built", zips, *words)
    assert done.code == 0, done.err
    return done


def changed(out: str) -> dict[str, str]:
    """What a printed plan says becomes of each resource."""
    lines = [line.strip() for line in out.splitlines() if " AWS::" in line]
    return {line.split(" AWS::")[0].split()[-1]: line.split("  ")[0].strip() for line in lines}


def test_everything_is_really_there(muster: Muster, home: Path, zips: Path) -> None:
    """Stacks can say what they like: table, queues, functions, clock, API and alarms answer for themselves."""
    choose(home, kingston("there"))
    deploy(muster, zips)
    _table_is_there("muster-there")
    _functions_are_there()
    _queues_are_there()
    _mail_is_there()
    clock = client("scheduler").get_schedule(Name="wake", GroupName="muster-there")
    assert (clock["ScheduleExpression"], clock["State"]) == ("rate(1 minute)", "ENABLED")
    assert clock["Target"]["Arn"] == _function("there", "waker")["FunctionArn"]
    assert clock["Target"]["DeadLetterConfig"]["Arn"].endswith(":muster-there-bell-dead")
    alarms = client("cloudwatch").describe_alarms(AlarmNamePrefix="muster-there-")["MetricAlarms"]
    assert len(alarms) == 10
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {outputs_of("muster-there")["Alarms"]}
    _api_is_there(outputs_of("muster-there-kept")["ApiId"])
    made = {name: _kinds(f"muster-there{end}") for name, end in ((KEPT, "-kept"), (COMPUTE, ""))}
    for name, kinds in made.items():
        wanted = {
            resource
            for resource, one in read_template(name)["Resources"].items()
            if one.get("Condition") != "HasDomain"
        }
        assert set(kinds) == wanted


def _kinds(stack: str) -> dict[str, str]:
    found = client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {one["LogicalResourceId"]: one["ResourceType"] for one in found}


def _table_is_there(name: str) -> None:
    table = client("dynamodb").describe_table(TableName=name)["Table"]
    assert {index["IndexName"] for index in table["GlobalSecondaryIndexes"]} == set(INDEXES)
    assert table["DeletionProtectionEnabled"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    backups = client("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    swept = client("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert swept["AttributeName"] == ENDS_AT


def _function(name: str, part: str) -> dict[str, Any]:
    found: dict[str, Any] = client("lambda").get_function_configuration(FunctionName=f"muster-{name}-{part}")
    return found


def _functions_are_there() -> None:
    for part, entry in FUNCTIONS.items():
        found = _function("there", part)
        assert (found["Handler"], found["Runtime"]) == (entry, "python3.11")
        given = found["Environment"]["Variables"]
        assert given["MUSTER_STORE"] == "dynamodb://muster-there"
        assert given["MUSTER_SECRET"] == outputs_of("muster-there-kept")["SecretArn"]
        log = client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/muster-there-{part}")["logGroups"]
        assert [group["retentionInDays"] for group in log] == [30]
    web = _function("there", "web")["Environment"]["Variables"]
    assert (web["MUSTER_COUNCIL"], web["MUSTER_EMAIL"]) == ("Kingston Council", "ses://muster-there")
    assert web["MUSTER_BASE_URL"] == outputs_of("muster-there")["Address"]
    assert _function("there", "waker")["Environment"]["Variables"]["MUSTER_WORKER_FUNCTION"] == "muster-there-worker"
    # ministack's CloudFormation leaves the reservation out: what can be seen is that the stack asks for one.
    assert parameters_of("muster-there")["WorkersAtOnce"] == "1"
    invoked = client("lambda").get_function_event_invoke_config(FunctionName="muster-there-worker", Qualifier="$LATEST")
    assert invoked["MaximumRetryAttempts"] == 0


def _queues_are_there() -> None:
    sqs, where = client("sqs"), outputs_of("muster-there")
    for alive, dead in (("Bell", "BellDead"), ("ReceiptsQueue", "ReceiptsDead")):
        attributes = sqs.get_queue_attributes(QueueUrl=where[alive], AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"].endswith(where[dead].rpartition("/")[2])
        assert int(redrive["maxReceiveCount"]) == 5
    mappings = client("lambda").list_event_source_mappings()["EventSourceMappings"]
    ours = {
        one["EventSourceArn"].rpartition(":")[2]: one for one in mappings if "muster-there" in one["EventSourceArn"]
    }
    assert set(ours) == {"muster-there-bell", "muster-there-receipts"}
    assert all(one["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for one in ours.values())


def _mail_is_there() -> None:
    told = client("sesv2").get_configuration_set_event_destinations(ConfigurationSetName="muster-there")
    (destination,) = told["EventDestinations"]
    topic = destination["SnsDestination"]["TopicArn"]
    assert {"BOUNCE", "COMPLAINT", "DELIVERY", "SEND"} <= set(destination["MatchingEventTypes"])
    subscriptions = client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [one["Endpoint"].rpartition(":")[2] for one in subscriptions] == ["muster-there-receipts"]
    assert checking.read_identity("there.example.org") is not None


def _api_is_there(api: str) -> None:
    routes = client("apigatewayv2").get_routes(ApiId=api)["Items"]
    assert [route["RouteKey"] for route in routes] == ["$default"]
    stage = client("apigatewayv2").get_stage(ApiId=api, StageName="$default")
    assert stage["AutoDeploy"]  # its throttling ministack keeps under names that nobody can ask for


def test_the_second_time_there_is_nothing_to_do(muster: Muster, home: Path, zips: Path) -> None:
    """Deploying is safe to repeat, by hand or by a machine: nothing is asked, nothing changes, the keys stay."""
    choose(home, kingston("again"))
    deploy(muster, zips)
    held = read_held("muster/again")
    assert "Nothing to change." in deploy(muster, zips).out
    assert "Nothing to change." in muster("deploy", "diff", "--built", zips).out
    assert read_held("muster/again") == held


def test_another_telephone_number_changes_who_says_it_and_nothing_else(muster: Muster, home: Path, zips: Path) -> None:
    """What is looked at first is what is then done: pages and worker know the number, the others do not change."""
    choose(home, kingston("phone"))
    deploy(muster, zips)
    untouched = {part: _function("phone", part)["LastModified"] for part in ("waker", "receipts")}
    seen = muster("deploy", "--set", "phone=020 8547 9999", "--dry-run", "--no-flows", "--built", zips)
    assert "Nothing was changed." in seen.out
    assert _function("phone", "web")["Environment"]["Variables"]["MUSTER_PHONE"] == "020 8547 5000"
    done = deploy(muster, zips, "--set", "phone=020 8547 9999")
    assert changed(done.out) == changed(seen.out)
    sure = {resource for resource, what in changed(done.out).items() if what == "changed"}
    assert sure == {"Web", "Worker"}
    assert _function("phone", "web")["Environment"]["Variables"]["MUSTER_PHONE"] == "020 8547 9999"
    assert untouched == {part: _function("phone", part)["LastModified"] for part in ("waker", "receipts")}
    assert 'phone = "020 8547 9999"' in (home / "home" / "deploy.toml").read_text()


def test_new_code_goes_to_the_functions_it_is_for(muster: Muster, home: Path, zips: Path) -> None:
    """A zip lies under the hash of its content: another content is another key, the same content is not put twice."""
    choose(home, kingston("code"))
    first = deploy(muster, zips).out
    assert first.count("uploaded: code/") == 2
    with zipfile.ZipFile(zips / "worker.zip", "a") as packed:
        packed.writestr("lambdas/more.py", "")
    second = deploy(muster, zips)
    assert {resource for resource, what in changed(second.out).items() if what == "changed"} == {"Worker"}
    assert second.out.count("uploaded: code/worker-") == 1
    assert "uploaded: code/light-" not in second.out
    make_zips(zips)
    back = deploy(muster, zips)
    assert "uploaded:" not in back.out
    assert set(changed(back.out)) == {"Worker"}


def test_the_codes_bucket_is_private(muster: Muster, home: Path, zips: Path) -> None:
    """Nobody outside the account reads it; it is encrypted, and keeps every version."""
    choose(home, kingston("bucket"))
    deploy(muster, zips)
    s3, bucket = client("s3"), "muster-code-000000000000-eu-west-2"
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]


def test_keys_are_made_once_and_never_shown(muster: Muster, home: Path, zips: Path) -> None:
    """Fresh keys lie in the secret and nowhere else: not in what is printed, the stacks, nor a function."""
    choose(home, kingston("keys"))
    said = deploy(muster, zips).out
    key = read_held("muster/keys")["MUSTER_KEYS"].partition(":")[2]
    assert len(key) >= 32
    shown = json.dumps(
        [outputs_of("muster-keys"), outputs_of("muster-keys-kept"), _function("keys", "web")], default=str
    )
    assert key not in said + shown + muster("deploy", "outputs").out


def test_a_muster_that_moves_here_keeps_its_keys(
    muster: Muster, home: Path, zips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links already sent open on AWS too: what the environment holds at the first deployment is taken over."""
    monkeypatch.setenv("MUSTER_KEYS", f"k7:{'a' * 40}")
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_of_dana")
    choose(home, kingston("moved"))
    assert "pnu_of_dana" not in deploy(muster, zips).out
    assert read_held("muster/moved") == {"MUSTER_KEYS": f"k7:{'a' * 40}", "PREFECT_API_KEY": "pnu_of_dana"}
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_of_femi")
    version = _function("moved", "worker")["Environment"]["Variables"]["SECRET_VERSION"]
    assert "into the secret: PREFECT_API_KEY." in deploy(muster, zips).out
    assert read_held("muster/moved")["PREFECT_API_KEY"] == "pnu_of_femi"
    assert _function("moved", "worker")["Environment"]["Variables"]["SECRET_VERSION"] != version


def test_commands_at_a_desk_run_with_the_functions_settings(
    muster: Muster, home: Path, zips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`eval "$(muster deploy settings)"`, and nothing of it is secret: keys are read where they are kept, each time."""
    choose(home, kingston("desk", council="Kingston's Council"))
    assert "Nothing is deployed as desk" in muster("deploy", "settings").err
    deploy(muster, zips)
    lines = muster("deploy", "settings").out
    keys = read_held("muster/desk")["MUSTER_KEYS"]
    assert keys.partition(":")[2] not in lines
    shell = ["/bin/sh", "-c", f"{lines}/usr/bin/env"]
    read = subprocess.run(shell, capture_output=True, text=True, check=True, env={}).stdout
    given = dict(line.split("=", 1) for line in read.splitlines())
    assert given["MUSTER_COUNCIL"] == "Kingston's Council"
    assert given["MUSTER_BASE_URL"] == outputs_of("muster-desk")["Address"]
    assert given["MUSTER_BELL"] == outputs_of("muster-desk")["Bell"]
    assert given["MUSTER_RECEIPTS_TOPIC"] == outputs_of("muster-desk")["ReceiptsTopic"]
    assert given["PREFECT_API_URL"] == "https://prefect.example.org/api"
    assert not {"MUSTER_HOME", "MUSTER_KEYS", "MUSTER_WORKER_FUNCTION", "SECRET_VERSION"} & set(given)
    for name, value in given.items():
        monkeypatch.setenv(name, value) if name.startswith(("MUSTER_", "PREFECT_")) else None
    monkeypatch.setenv("MUSTER_KEYS", f"k1:{'b' * 40}")  # as they were before somebody rotated them
    settings.cache_clear()
    checked = {one["about"]: one for one in muster("doctor", "--json").json}
    assert checked["settings"]["sentence"].startswith("Kingston's Council, https://")
    assert settings().keys.get_secret_value() == keys
    monkeypatch.setenv("MUSTER_SECRET", "muster/elsewhere")
    assert muster("officer", "list").err.startswith("Reading the secret muster/elsewhere: AWS answered ResourceNotF")
    assert muster("deploy", "outputs").code == 0


def test_keys_rotate_in_two_steps(muster: Muster, home: Path, zips: Path) -> None:
    """The new key signs once every function knows it; the old ones stay, for the links already sent."""
    choose(home, kingston("rotate"))
    deploy(muster, zips)
    before = read_held("muster/rotate")["MUSTER_KEYS"]
    version = _function("rotate", "web")["Environment"]["Variables"]["SECRET_VERSION"]
    done = muster("deploy", "rotate-keys", "--yes")
    assert (done.code, "k2 signs new links; k1 open old ones." in done.out) == (0, True)
    new, old = read_held("muster/rotate")["MUSTER_KEYS"].split(",")
    assert (new.partition(":")[0], old) == ("k2", before)
    assert _function("rotate", "web")["Environment"]["Variables"]["SECRET_VERSION"] != version
    assert "Nothing to change." in deploy(muster, zips).out


def test_dead_letters_are_put_back(muster: Muster, home: Path, zips: Path) -> None:
    """What could not be heard is heard again, and is gone from where it lay dead."""
    choose(home, kingston("dead"))
    deploy(muster, zips)
    where = outputs_of("muster-dead")
    client("lambda").put_function_concurrency(FunctionName="muster-dead-receipts", ReservedConcurrentExecutions=0)
    for number in range(12):
        client("sqs").send_message(QueueUrl=where["ReceiptsDead"], MessageBody=f"receipt {number}")
    client("sqs").send_message(QueueUrl=where["BellDead"], MessageBody="look")
    done = muster("deploy", "redrive")
    assert done.out.splitlines() == ["bells: 1 put back", "receipts: 12 put back"]
    assert checking.depth(where["ReceiptsDead"]) == checking.depth(where["BellDead"]) == 0


def test_destroying_keeps_what_people_said(muster: Muster, home: Path, zips: Path) -> None:
    """What runs is gone; table, keys and address stay, and the next deployment goes on with them."""
    choose(home, kingston("phoenix"))
    deploy(muster, zips)
    client("dynamodb").put_item(TableName="muster-phoenix", Item={"pk": {"S": "N-7K3QX2"}, "sk": {"S": "need"}})
    address, held = outputs_of("muster-phoenix")["Address"], read_held("muster/phoenix")
    done = muster("deploy", "destroy", "--yes")
    assert (done.code, "What people said is kept" in done.out) == (0, True)
    names = [one["FunctionName"] for one in client("lambda").list_functions()["Functions"]]
    assert not [name for name in names if name.startswith("muster-phoenix-")]
    again = deploy(muster, zips).out  # a first try cut short between the stacks ends so too
    assert "For your DNS" in again
    assert (outputs_of("muster-phoenix")["Address"], read_held("muster/phoenix")) == (address, held)
    assert client("dynamodb").get_item(TableName="muster-phoenix", Key={"pk": {"S": "N-7K3QX2"}, "sk": {"S": "need"}})[
        "Item"
    ]


def test_data_goes_only_with_its_name_typed(muster: Muster, home: Path, zips: Path) -> None:
    """`--yes` is not enough: another name deletes nothing, the right one deletes the table and ends the key."""
    choose(home, kingston("ashes"))
    deploy(muster, zips)
    key = outputs_of("muster-ashes-kept")["KeyArn"]
    refused = muster("deploy", "destroy", "--yes", "--with-data", "phoenix")
    assert (refused.code, "nothing was deleted" in refused.err) == (1, True)
    _table_is_there("muster-ashes")
    assert muster("deploy", "destroy", "--yes", "--with-data", "ashes").code == 0
    assert "muster-ashes" not in client("dynamodb").list_tables()["TableNames"]
    assert client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert checking.read_identity("ashes.example.org") is None
    left = client("s3").list_object_versions(Bucket="muster-code-000000000000-eu-west-2", Prefix="ashes/")
    assert not left.get("Versions")
    again = muster("deploy", "--yes", "--no-flows", "--built", zips)
    assert (again.code, "deleted ones count for 30 days" in again.out.replace("\n", " ")) == (
        1,
        True,
    ) or again.code == 1


def test_a_sender_the_council_has_already_is_left_alone(muster: Muster, home: Path, zips: Path) -> None:
    """The domain that other programs of the council send from is not made again, nor deleted with Muster."""
    client("sesv2").create_email_identity(EmailIdentity="shared.example.org")
    choose(home, kingston("shared"))
    assert "Sender" not in changed(deploy(muster, zips).out)
    assert muster("deploy", "destroy", "--yes", "--with-data", "shared").code == 0
    assert checking.read_identity("shared.example.org") is not None


def test_a_restored_table_is_made_safe(muster: Muster, home: Path, zips: Path) -> None:
    """A restored table has no backups, no protection, no sweeping: deploying onto it switches all three on."""
    choose(home, kingston("restored"))
    deploy(muster, zips)
    kept = client("dynamodb").describe_table(TableName="muster-restored")["Table"]
    same = {name: kept[name] for name in ("KeySchema", "AttributeDefinitions")}
    indexes = [
        {name: i[name] for name in ("IndexName", "KeySchema", "Projection")} for i in kept["GlobalSecondaryIndexes"]
    ]
    client("dynamodb").create_table(
        TableName="muster-restored-2", BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=indexes, **same
    )
    done = deploy(muster, zips, "--set", "table=muster-restored-2")
    _table_is_there("muster-restored-2")
    assert "muster-restored-2: protected from deletion" in done.out
    assert _function("restored", "web")["Environment"]["Variables"]["MUSTER_STORE"] == "dynamodb://muster-restored-2"
    assert "Table" not in changed(done.out)
