"""Who may do what: each role of a real deployment put to IAM's own question, on ministack.

ministack hears no context: a permission under a condition (the sender's address, through which service a key is used)
counts as refused there, which is what it must be for whoever comes without that context.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import aws
from infra.aws import client
from infra.deploy import changing
from infra.deploy.changing import outputs_of
from infra.deploy.deployment import carry_out, prepare, read_built
from tests import standins
from tests.infra.deploy.conftest import kingston, make_zips

ACCOUNT = "000000000000"
TABLE = f"arn:aws:dynamodb:eu-west-2:{ACCOUNT}:table/muster-roles"
ALARMS = f"{TABLE}/index/alarm"
OTHER_TABLE = f"arn:aws:dynamodb:eu-west-2:{ACCOUNT}:table/payroll"
QUEUE = f"arn:aws:sqs:eu-west-2:{ACCOUNT}:muster-roles-"
FUNCTION = f"arn:aws:lambda:eu-west-2:{ACCOUNT}:function:muster-roles-"
TOPIC = f"arn:aws:sns:eu-west-2:{ACCOUNT}:muster-roles-alarms"
MAIL = f"arn:aws:ses:eu-west-2:{ACCOUNT}:identity/roles.example.org"
LOG = f"arn:aws:logs:eu-west-2:{ACCOUNT}:log-group:/aws/lambda/muster-roles-"
NUMBER = "+447700900123"
SECRET, KEY = "the secret", "the key"

OTHER_SECRET = f"arn:aws:secretsmanager:eu-west-2:{ACCOUNT}:secret:payroll"
WRITERS = ("Web", "Worker", "Receipts")
TABLE_WIDE = ("DeleteTable", "UpdateTable", "ExportTableToPointInTime")
EVERYBODY = ("Web", "Waker", "Worker", "Receipts")
MAY = [
    *((role, f"dynamodb:{action}Item", TABLE) for role in WRITERS for action in ("Get", "Put", "Update", "Delete")),
    *((role, "dynamodb:ConditionCheckItem", TABLE) for role in WRITERS),
    *((role, "dynamodb:Query", ALARMS) for role in EVERYBODY),
    *((role, "secretsmanager:GetSecretValue", SECRET) for role in EVERYBODY),
    *((role, "logs:PutLogEvents", f"{LOG}{role.lower()}:*") for role in EVERYBODY),
    ("Web", "sqs:SendMessage", f"{QUEUE}bell"),
    ("Receipts", "sqs:SendMessage", f"{QUEUE}bell"),
    ("Waker", "sqs:ReceiveMessage", f"{QUEUE}bell"),
    ("Waker", "sqs:DeleteMessage", f"{QUEUE}bell"),
    ("Waker", "dynamodb:GetItem", TABLE),
    ("Waker", "dynamodb:BatchGetItem", TABLE),
    ("Web", "dynamodb:Scan", TABLE),
    ("Worker", "dynamodb:Scan", TABLE),
    ("Waker", "lambda:InvokeFunction", f"{FUNCTION}worker"),
    ("Receipts", "sqs:ReceiveMessage", f"{QUEUE}receipts"),
    ("Worker", "sns:Publish", NUMBER),
    ("Worker", "ses:GetAccount", "*"),
    ("Clock", "lambda:InvokeFunction", f"{FUNCTION}waker"),
    ("Clock", "sqs:SendMessage", f"{QUEUE}bell-dead"),
]  # fmt: skip
MAY_NOT = [
    *((role, "dynamodb:GetItem", OTHER_TABLE) for role in EVERYBODY),
    *((role, f"dynamodb:{action}", TABLE) for role in EVERYBODY for action in TABLE_WIDE),
    *((role, "secretsmanager:PutSecretValue", SECRET) for role in EVERYBODY),
    *((role, "secretsmanager:GetSecretValue", OTHER_SECRET) for role in EVERYBODY),
    *((role, "kms:Decrypt", KEY) for role in EVERYBODY),  # but through DynamoDB and Secrets Manager
    *((role, "iam:PassRole", "*") for role in EVERYBODY),
    *((role, "s3:GetObject", f"arn:aws:s3:::muster-code-{ACCOUNT}-eu-west-2/x") for role in EVERYBODY),
    *((role, "sns:Publish", TOPIC) for role in EVERYBODY),
    *((role, "ses:SendEmail", MAIL) for role in ("Web", "Waker", "Receipts")),
    *((role, "sns:Publish", NUMBER) for role in ("Web", "Waker", "Receipts")),
    ("Worker", "ses:SendEmail", MAIL),  # without a sender's address; with ours it may
    *((role, "lambda:InvokeFunction", f"{FUNCTION}worker") for role in ("Web", "Worker", "Receipts", "Clock")),
    ("Waker", "lambda:InvokeFunction", f"{FUNCTION}web"),
    ("Waker", "dynamodb:Query", f"{TABLE}/index/list"),
    ("Waker", "dynamodb:Scan", TABLE),
    ("Waker", "dynamodb:BatchWriteItem", TABLE),
    ("Receipts", "dynamodb:Scan", TABLE),
    ("Web", "sqs:ReceiveMessage", f"{QUEUE}receipts"),
    ("Web", "sqs:SendMessage", f"{QUEUE}receipts"),
    ("Worker", "sqs:ReceiveMessage", f"{QUEUE}receipts"),
    ("Receipts", "sqs:ReceiveMessage", f"{QUEUE}bell"),
    ("Clock", "dynamodb:GetItem", TABLE),
    ("Web", "logs:PutLogEvents", f"{LOG}worker:*"),
]  # fmt: skip


@pytest.fixture(scope="module")
def roles(ministack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The ARN of each role of one deployment, with the ARNs of its secret and key."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in standins.aws_environment(ministack).items():
            patch.setenv(name, value)
        patch.setattr(changing, "LOOK_EVERY", 0.05)
        aws.forget_clients()
        _deploy(tmp_path_factory.mktemp("zips"))
        kept = outputs_of("muster-roles-kept")
        stack = client("cloudformation").describe_stack_resources(StackName="muster-roles")["StackResources"]
        found = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in stack}
        wanted = {
            role: client("iam").get_role(RoleName=found[f"{role}Role"])["Role"]["Arn"] for role in (*EVERYBODY, "Clock")
        }
        yield wanted | {SECRET: kept["SecretArn"], KEY: kept["KeyArn"]}
    aws.forget_clients()


def _deploy(folder: Path) -> None:
    choices = kingston("roles", sms="sns")
    carry_out(prepare(choices, ACCOUNT, "eu-west-2", read_built(make_zips(folder))), lambda line: None)


def _decide(roles: dict[str, str], role: str, action: str, resource: str) -> str:
    answer = client("iam").simulate_principal_policy(
        PolicySourceArn=roles[role], ActionNames=[action], ResourceArns=[roles.get(resource, resource)]
    )
    decision: str = answer["EvaluationResults"][0]["EvalDecision"]
    return decision


@pytest.mark.usefixtures("on_ministack")
def test_each_may_do_what_it_does(roles: dict[str, str]) -> None:
    """Nothing that a function needs is refused."""
    refused = [asked for asked in MAY if _decide(roles, *asked) != "allowed"]
    assert not refused, refused


@pytest.mark.usefixtures("on_ministack")
def test_each_may_do_nothing_else(roles: dict[str, str]) -> None:
    """Whoever took over a function could not reach further than it does: no other table, nobody else's work."""
    allowed = [asked for asked in MAY_NOT if _decide(roles, *asked) == "allowed"]
    assert not allowed, allowed
