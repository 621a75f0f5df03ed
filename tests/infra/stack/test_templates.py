"""The two templates: right by AWS's own rules, the table as the store wants it, and nothing private in sight."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cfnlint.api import lint_file

from infra.deploy.checking import BODY_AT_MOST
from infra.deploy.choices import Choices
from infra.deploy.deployment import FROM_CHOICES
from infra.settings import NOT_SETTINGS, Settings
from infra.stack import COMPUTE, FOLDER, KEPT, read_template, template
from infra.store.dynamodb.table import ENDS_AT, TABLE

BOTH = [KEPT, COMPUTE]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_aws_has_nothing_to_object(name: str) -> None:
    """cfn-lint knows every resource and property, and finds no fault; one exception is written beside its reason."""
    assert [str(match) for match in lint_file(FOLDER / f"{name}.yaml")] == []


@pytest.mark.parametrize("name", BOTH)
def test_a_template_goes_along_with_the_request(name: str) -> None:
    """CloudFormation takes 51,200 bytes without a bucket."""
    assert len(template(name).encode()) <= BODY_AT_MOST


def test_the_table_is_the_one_the_store_was_written_for() -> None:
    """Keys, indexes, what they hold and what sweeps them: the template repeats the store's own definition."""
    table = read_template(KEPT)["Resources"]["Table"]["Properties"]
    assert table["BillingMode"] == TABLE["BillingMode"]
    assert table["KeySchema"] == TABLE["KeySchema"]
    assert _by(table["AttributeDefinitions"], "AttributeName") == _by(TABLE["AttributeDefinitions"], "AttributeName")
    assert _by(table["GlobalSecondaryIndexes"], "IndexName") == _by(TABLE["GlobalSecondaryIndexes"], "IndexName")
    assert table["TimeToLiveSpecification"] == {"Enabled": True, "AttributeName": ENDS_AT}


def _by(things: list[dict[str, Any]], name: str) -> dict[str, Any]:
    assert len({thing[name] for thing in things}) == len(things)
    return {thing[name]: thing for thing in things}


def test_what_is_kept_outlives_its_stack() -> None:
    """Only the address goes with the stack that keeps; the rest stays, is protected, backed up and encrypted."""
    kept = read_template(KEPT)["Resources"]
    gone = [name for name, one in kept.items() if one["DeletionPolicy"] not in ("Retain", "RetainExceptOnCreate")]
    assert gone == ["Api"]
    assert all(one["UpdateReplacePolicy"] == "Retain" for one in kept.values())
    table = kept["Table"]["Properties"]
    assert table["DeletionProtectionEnabled"]
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["SSESpecification"]["SSEType"] == "KMS"


def test_the_table_is_made_last() -> None:
    """Protected from deletion, it could not be rolled back when something after it fails."""
    kept = read_template(KEPT)["Resources"]
    others = {name for name in kept if name not in ("Table", "Key", "Sender")}
    assert set(kept["Table"]["DependsOn"]) == others


def test_no_secret_stands_in_a_function() -> None:
    """Keys and passwords come from the secret alone: no variable of a function could hold one."""
    for function in _functions().values():
        names = set(function["Environment"]["Variables"])
        assert not [name for name in names if re.search("KEYS|PASSWORD|API_KEY|AUTH|CLIENT_SECRET", name)]


def test_every_setting_of_a_function_is_one() -> None:
    """A name slipped in the template would be no setting, and have no effect."""
    known = {f"MUSTER_{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    for function in _functions().values():
        given = set(function["Environment"]["Variables"])
        assert {name for name in given if name.startswith("MUSTER_")} <= known
        assert {name for name in given if not name.startswith("MUSTER_")} <= {"SECRET_VERSION", "PREFECT_API_URL"}


def test_every_function_has_an_end_and_a_log_with_one() -> None:
    """Nothing runs or is kept without a limit."""
    resources = read_template(COMPUTE)["Resources"]
    assert len(_functions()) == 4
    for function in _functions().values():
        assert 1 <= function["Timeout"] <= 900
        log = resources[function["LoggingConfig"]["LogGroup"]["Ref"]]
        assert log["Properties"]["RetentionInDays"] == {"Ref": "LogDays"}


def test_every_queue_that_is_heard_gives_up_somewhere() -> None:
    """A message that kills its function five times lies where an alarm sees it."""
    resources = read_template(COMPUTE)["Resources"]
    heard = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Lambda::EventSourceMapping"]
    assert len(heard) == 2
    for mapping in heard:
        queue = resources[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        watched = {"Fn::GetAtt": [dead, "QueueName"]}
        alarms = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::CloudWatch::Alarm"]
        assert [alarm for alarm in alarms if alarm["Dimensions"][0]["Value"] == watched]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queue["VisibilityTimeout"] >= 6 * 30


def test_no_path_is_logged_at_the_door() -> None:
    """A path holds a partner's link: what the API logs of a request is neither path, query, address nor browser."""
    stage = read_template(COMPUTE)["Resources"]["Stage"]["Properties"]
    said = set(re.findall(r"\$context\.([A-Za-z.]+)", stage["AccessLogSettings"]["Format"]))
    assert said == {"requestTime", "requestId", "httpMethod", "status", "responseLatency"}
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}


def test_only_a_named_few_resources_are_everything() -> None:
    """`*` stands where AWS has no name for what is asked, and nowhere else."""
    everywhere = {
        statement["Sid"]
        for one in read_template(COMPUTE)["Resources"].values()
        for statement in _statements(one)
        if statement["Resource"] == "*"
    }
    assert everywhere == {"AskHowMuch", "SendTexts"}


def _statements(one: dict[str, Any]) -> list[dict[str, Any]]:
    properties = one.get("Properties", {})
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    if one["Type"] == "AWS::IAM::ManagedPolicy":
        documents.append(properties["PolicyDocument"])
    statements = [statement for document in documents for statement in document["Statement"]]
    return [statement["Fn::If"][1] if "Fn::If" in statement else statement for statement in statements]


def test_every_choice_reaches_the_template() -> None:
    """What stands in deploy.toml has a parameter, and no parameter is without somebody who gives it."""
    found_out = {
        "Name", "WorkersAtOnce", "CodeBucket", "LightKey", "WorkerKey", "Table", "KeyArn", "ApiId", "SecretArn",
        "SecretVersion",
    }  # fmt: skip
    assert set(read_template(COMPUTE)["Parameters"]) == set(FROM_CHOICES) | found_out
    assert set(Choices.model_fields) == set(FROM_CHOICES.values()) | {
        "name", "account", "region", "table", "workers_at_once",
    }  # fmt: skip


def _functions() -> dict[str, Any]:
    resources = read_template(COMPUTE)["Resources"]
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == "AWS::Lambda::Function"}
