"""Taking Muster off AWS: what runs, and, only if its name is typed, what people said too."""

from __future__ import annotations

from infra.aws import client
from infra.aws.failing import AwsFailed, code_of, explained
from infra.deploy import changing
from infra.deploy.changing import Tell
from infra.deploy.choices import Choices
from infra.deploy.uploading import bucket_name, delete_code

DAYS_TO_REGRET = 30


def destroy_compute(choices: Choices, tell: Tell) -> bool:
    """Delete what runs. Everything people said stays. Says whether there was anything."""
    return _delete_stack(choices.compute_stack, tell)


def destroy_kept(choices: Choices, account: str, region: str, tell: Tell) -> None:
    """Delete what people said: the table, then the stack, then what the stack leaves on purpose.

    The key is deleted in 30 days. Until then the last backup AWS keeps of the table can still be read; after, nothing.
    """
    held = _physical_ids(choices.kept_stack)
    if not held:
        raise AwsFailed(f"There is no stack {choices.kept_stack}: nothing is kept under this name.")
    if table := held.get("Table"):
        _delete_table(table, tell)
    _delete_stack(choices.kept_stack, tell)
    for resource, delete in (("Secret", _delete_secret), ("KeyAlias", _delete_alias), ("Key", _delete_key)):
        if resource in held:
            with explained(f"Deleting {resource}"):
                _unless_gone(delete, held[resource])
            tell(f"deleted: {resource} {held[resource]}")
    if sender := held.get("Sender"):
        with explained(f"Deleting {sender} from SES"):
            _unless_gone(lambda identity: client("sesv2").delete_email_identity(EmailIdentity=identity), sender)
        tell(f"deleted: {sender} in SES")
    count = delete_code(bucket_name(account, region), choices.name)
    tell(f"deleted: {count} versions of code")


def _delete_stack(stack: str, tell: Tell) -> bool:
    found = changing.find_stack(stack)
    if found is None:
        return False
    seen = {event["EventId"] for event in changing.events_of(stack)}
    expected = _physical_ids(stack)
    with explained(f"Deleting {stack}"):
        client("cloudformation").delete_stack(StackName=stack)
    changing.watch(stack, seen, tell, expected)
    return True


def _physical_ids(stack: str) -> dict[str, str]:
    """What each resource of a stack is called in the account; nothing where there is no stack."""
    from botocore.exceptions import ClientError

    with explained(f"Looking at what {stack} holds"):
        try:
            pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
            found = [one for page in pages for one in page["StackResourceSummaries"]]
        except ClientError as refused:
            if code_of(refused) == "ValidationError":
                return {}
            raise
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found if one.get("PhysicalResourceId")}


def _delete_table(table: str, tell: Tell) -> None:
    from botocore.exceptions import ClientError

    dynamodb = client("dynamodb")
    with explained(f"Deleting the table {table}"):
        try:
            dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=table)
            dynamodb.delete_table(TableName=table)
            dynamodb.get_waiter("table_not_exists").wait(TableName=table)
        except ClientError as refused:
            if code_of(refused) != "ResourceNotFoundException":
                raise
    tell(f"deleted: the table {table}")


def _delete_secret(secret: str) -> None:
    client("secretsmanager").delete_secret(SecretId=secret, RecoveryWindowInDays=DAYS_TO_REGRET)


def _delete_alias(alias: str) -> None:
    client("kms").delete_alias(AliasName=alias)


def _delete_key(key: str) -> None:
    client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=DAYS_TO_REGRET)


def _unless_gone(delete: Tell, what: str) -> None:
    from botocore.exceptions import ClientError

    try:
        delete(what)
    except ClientError as refused:
        if code_of(refused) not in ("NotFoundException", "ResourceNotFoundException", "KMSInvalidStateException"):
            raise
