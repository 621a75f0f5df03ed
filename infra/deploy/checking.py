"""Before anything is changed: are we who we should be, is everything named there, and what will be missing after?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from infra.aws import checking as aws
from infra.aws import client
from infra.aws.failing import code_of, explained
from infra.deploy.building import own_files
from infra.deploy.changing import find_stack, outputs_of
from infra.deploy.choices import Choices
from infra.deploy.keeping_secrets import will_hold
from infra.finding import Finding
from infra.playbooks import check_file
from infra.prefect_api import PrefectApi, is_loopback
from infra.settings import settings
from infra.stack import COMPUTE, KEPT, template

BODY_AT_MOST = 51_200  # bytes of a template that go with the request


def check(choices: Choices, account: str, region: str, flows: bool = True) -> Iterator[Finding]:
    """Look at everything a deployment needs; `ok` is `None` where it can be mended afterwards."""
    yield from _right_place(choices, account, region)
    yield from aws.each("AWS", aws.credentials)
    yield from aws.each("templates", _templates)
    yield from _files(settings().home)
    yield from aws.each("Prefect", lambda: _prefect(choices, flows))
    yield from aws.each("stacks", lambda: _stacks(choices))
    yield from aws.each("what is kept", lambda: _kept(choices))
    yield from aws.each("sender", lambda: _sender(choices))
    yield from (_later(finding) for finding in aws.each("e-mail", aws.sending))
    yield from aws.each("functions", lambda: _functions(choices))
    if choices.sms != "none":
        yield from (_later(finding) for finding in aws.each("text messages", aws.texting))


def _later(finding: Finding) -> Finding:
    """What keeps nobody from deploying: it can be mended while Muster is there."""
    return finding if finding.ok else Finding(finding.about, None, finding.sentence, finding.do)


def _right_place(choices: Choices, account: str, region: str) -> Iterator[Finding]:
    """A terminal left signed in to somewhere else must not make a second Muster there."""
    if choices.account not in ("", account):
        said = f"deploy.toml is for account {choices.account}, and you are signed in to {account}"
        yield Finding("account", False, said, "Sign in to the right one (AWS_PROFILE).")
    if choices.region not in ("", region):
        said = f"deploy.toml is for {choices.region}, and AWS_REGION says {region}"
        yield Finding("region", False, said, f"Set AWS_REGION={choices.region}.")


def _templates() -> Iterator[Finding]:
    for name in (KEPT, COMPUTE):
        body = template(name)
        with explained(f"Checking {name}.yaml"):
            client("cloudformation").validate_template(TemplateBody=body)
        if len(body.encode()) > BODY_AT_MOST:
            yield Finding("templates", False, f"{name}.yaml is too large", "Tell the developers.")
    yield Finding("templates", True, "CloudFormation takes both")


def _files(home: Path) -> Iterator[Finding]:
    """The council's own files, which go along: one that cannot be read would count as none there."""
    for path in own_files(home):
        faults, _ = check_file(path)
        if faults:
            said = f"line {faults[0].line}: {faults[0].reason}" if faults[0].line else faults[0].reason
            yield Finding(path.name, False, said, "Correct it; `muster playbook check` says all that is wrong.")


def _prefect(choices: Choices, flows: bool) -> Iterator[Finding]:
    """Is Prefect there? It need not be reachable from here where it is not to be told of the flows from here."""
    url = choices.prefect_api_url
    if is_loopback(url) and not os.environ.get("AWS_ENDPOINT_URL"):
        do = "Give the address of Prefect Cloud, or of a server that AWS can reach."
        yield Finding("Prefect", False, f"{url} is this machine, which AWS cannot reach", do)
        return
    held = will_hold(outputs_of(choices.kept_stack).get("SecretArn", ""))
    with PrefectApi(url, held.get("PREFECT_API_AUTH_STRING", ""), key=held.get("PREFECT_API_KEY", "")) as prefect:
        if not prefect.healthy():
            said, do = (
                f"{url} does not answer here",
                "Check prefect_api_url in deploy.toml, PREFECT_API_KEY, and the network.",
            )
            yield Finding("Prefect", False if flows else None, said, do)
            return
        if status := prefect.refusal():
            said = f"{url} answers, but does not let us in ({status})"
            do = "Set PREFECT_API_KEY (Prefect Cloud) or PREFECT_API_AUTH_STRING (a server of your own) as it knows us."
            yield Finding("Prefect", False if flows else None, said, do)
            return
    if choices.is_in_the_open:
        yield Finding(
            "Prefect", None, f"{url} answers, but others can listen on the way", "Give it an https:// address."
        )
        return
    yield Finding("Prefect", True, f"{url} answers, and lets us in")


def _stacks(choices: Choices) -> Iterator[Finding]:
    for stack in (choices.kept_stack, choices.compute_stack):
        found = find_stack(stack)
        status = found["StackStatus"] if found else "not there yet"
        if status.endswith("_IN_PROGRESS"):
            yield Finding(stack, False, f"somebody is changing it ({status})", "Wait until it is done.")
        elif status.endswith("ROLLBACK_FAILED") or status == "DELETE_FAILED":
            do = "In CloudFormation's console choose “Continue update rollback” (or delete), then deploy again."
            yield Finding(stack, False, f"it is stuck ({status})", do)
        else:
            yield Finding(stack, True, status.lower().replace("_", " "))


def _kept(choices: Choices) -> Iterator[Finding]:
    """With no stack of their own yet, the names of what is kept must be free."""
    if find_stack(choices.kept_stack):
        for finding in aws.table(choices.table_in_use):
            safety = finding.about == aws.SAFETY and not finding.ok
            yield Finding(finding.about, None, finding.sentence, "It is switched on now.") if safety else finding
        return
    if _there("dynamodb", "describe_table", TableName=f"muster-{choices.name}"):
        said = f"there is a table muster-{choices.name}, but no stack it belongs to"
        yield Finding("table", False, said, "Choose another name, or import it into the stack: docs/aws.md has how.")
    if _there("secretsmanager", "describe_secret", SecretId=f"muster/{choices.name}"):
        said = f"there is a secret muster/{choices.name}, but no stack it belongs to; deleted ones count for 30 days"
        command = f"aws secretsmanager delete-secret --secret-id muster/{choices.name} --force-delete-without-recovery"
        do = f"If nobody needs it, delete it for good: {command}"
        yield Finding("secret", False, said, do)


def _there(service: str, operation: str, **asked: str) -> bool:
    from botocore.exceptions import ClientError

    with explained("Looking whether the name is free"):
        try:
            getattr(client(service), operation)(**asked)
        except ClientError as refused:
            if code_of(refused) == "ResourceNotFoundException":
                return False
            raise
    return True


def _sender(choices: Choices) -> Iterator[Finding]:
    _, found = aws.find_identity(choices.sender)
    if found is None:
        said = f"SES does not know {choices.sender_domain} yet"
        yield Finding("sender", None, said, "It is made now; the records for DNS are printed at the end.")
        return
    yield from (_later(finding) for finding in aws.sender(choices.sender))


def room_for_workers(choices: Choices, reserved_now: int) -> int:
    """How many workers at once may be reserved: none in an account so small that AWS refuses. Raises `AwsFailed`."""
    wanted = choices.workers_at_once
    return wanted if wanted <= reserved_now or aws.unreserved() >= wanted + aws.LEFT_FOR_OTHERS else 0


def _functions(choices: Choices) -> Iterator[Finding]:
    if not choices.workers_at_once:
        yield Finding("functions", True, "nothing is reserved, as chosen")
        return
    free = aws.unreserved()
    if free < aws.LEFT_FOR_OTHERS + choices.workers_at_once:
        said = f"this account runs {free} functions at once, too few to reserve one for the worker"
        yield Finding(
            "functions", None, said, "Nothing is reserved. Ask for 1,000 (Service Quotas, Lambda), then deploy again."
        )
        return
    yield Finding("functions", True, f"{free:,} at once, beside what is reserved")
