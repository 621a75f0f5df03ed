"""Change sets: what would change is asked for, shown, then done and watched until it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.aws import client
from infra.aws.failing import AwsFailed, code_of, explained
from infra.stack import read_template, template

LOOK_EVERY = 2.0
PATIENCE = 3600.0
NOTHING_CHANGES = ("didn't contain changes", "No updates are to be performed")
GONE = "DELETE_COMPLETE"
WORDS = {"Add": "added", "Modify": "changed", "Remove": "removed", "Import": "taken in", "Dynamic": "perhaps changed"}
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", GONE}
NEVER_WAS = {"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Change:
    """One resource, and what becomes of it: added, changed, replaced or removed."""

    what: str
    resource: str
    kind: str
    because: str = ""

    @property
    def loses(self) -> bool:
        """Would what there is go?"""
        return self.what in ("replaced", "perhaps replaced", "removed")


@dataclass(frozen=True)
class StackPlan:
    """What would change in one stack. Without a `change_set` there is nothing to carry out."""

    stack: str
    changes: tuple[Change, ...] = ()
    change_set: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def find_stack(stack: str) -> dict[str, Any] | None:
    """The stack as CloudFormation describes it; `None` where there is none, or never was more than a first try."""
    found = _describe(stack)
    return None if found is None or found["StackStatus"] in NEVER_WAS else found


def outputs_of(stack: str) -> dict[str, str]:
    """What the stack says of itself; nothing where there is none."""
    found = find_stack(stack) or {}
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def parameters_of(stack: str) -> dict[str, str]:
    found = find_stack(stack) or {}
    return {given["ParameterKey"]: given["ParameterValue"] for given in found.get("Parameters", [])}


def plan(name: str, stack: str, parameters: Mapping[str, str]) -> StackPlan:
    """Ask what would change if `stack` were made from the template called `name`. Nothing has changed yet.

    An existing stack gets a change set, which `discard` takes away again; a new one is read off the template.
    """
    if find_stack(stack) is None:
        return StackPlan(stack, tuple(_all_of(name, parameters)), "", dict(parameters))
    with explained(f"Asking what would change in {stack}"):
        return _ask(name, stack, parameters, "UPDATE")


def make_ready(name: str, wanted: StackPlan) -> StackPlan:
    """The plan with a change set to carry out, for a stack that is not there yet too."""
    if wanted.change_set or not wanted.changes:
        return wanted
    _clear_away(wanted.stack)
    with explained(f"Preparing {wanted.stack}"):
        return _ask(name, wanted.stack, wanted.parameters, "CREATE")


def discard(unwanted: StackPlan) -> None:
    """Take the change set away: it was only looked at."""
    if unwanted.change_set:
        with explained(f"Taking the change set of {unwanted.stack} away"):
            client("cloudformation").delete_change_set(ChangeSetName=unwanted.change_set, StackName=unwanted.stack)


def carry_out(ready: StackPlan, tell: Tell) -> None:
    """Change what was planned, saying each step. Raises `AwsFailed` with the first resource that could not be made."""
    if not ready.change_set:
        return
    seen = set(_event_ids(ready.stack))
    with explained(f"Changing {ready.stack}"):
        client("cloudformation").execute_change_set(ChangeSetName=ready.change_set, StackName=ready.stack)
    watch(ready.stack, seen, tell, {change.resource for change in ready.changes})


def watch(stack: str, seen: set[str], tell: Tell, expected: Collection[str]) -> None:
    """Say what becomes of what is expected to change, until the stack rests.

    Raises `AwsFailed` if it rests where it was not meant to.
    """
    deadline, finished, reasons = time.monotonic() + PATIENCE, 0, []
    while True:
        found = _describe(stack)
        status = GONE if found is None else str(found["StackStatus"])
        for event in _new_events(found["StackId"] if found else stack, seen):
            if event["ResourceStatus"].endswith("_FAILED"):
                reasons.append(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}")
            if event["ResourceStatus"].endswith("_COMPLETE") and event["LogicalResourceId"] in expected:
                finished += 1
                tell(f"{finished} of {max(len(expected), finished)}: {event['LogicalResourceId']} ({_say(event)})")
        if not status.endswith("_IN_PROGRESS"):
            break
        if time.monotonic() > deadline:
            raise AwsFailed(f"{stack} is still {status} after an hour. Look at it in CloudFormation's console.")
        time.sleep(LOOK_EVERY)
    if status not in DONE:
        why = reasons[0] if reasons else (found or {}).get("StackStatusReason", "AWS gave no reason")
        raise AwsFailed(
            f"{stack} could not be changed and is as it was ({status}). The first fault: {why}. "
            "Mend it and deploy again."
        )


def _ask(name: str, stack: str, parameters: Mapping[str, str], kind: str) -> StackPlan:
    from botocore.exceptions import ClientError

    cloud = client("cloudformation")
    try:
        made = cloud.create_change_set(
            StackName=stack,
            ChangeSetName=f"muster-{int(time.time() * 1000)}",
            ChangeSetType=kind,
            TemplateBody=template(name),
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in sorted(parameters.items())],
            Capabilities=["CAPABILITY_IAM"],
            Tags=[{"Key": "muster", "Value": parameters["Name"]}],
        )["Id"]
    except ClientError as refused:
        if any(words in str(refused) for words in NOTHING_CHANGES):
            return StackPlan(stack, (), "", dict(parameters))
        raise
    found = _until_made(made, stack)
    if found["Status"] == "FAILED":
        cloud.delete_change_set(ChangeSetName=made, StackName=stack)
        reason = found.get("StatusReason", "")
        if any(words in reason for words in NOTHING_CHANGES):
            return StackPlan(stack, (), "", dict(parameters))
        raise AwsFailed(f"{stack} cannot be changed so: {reason}")
    changes = tuple(_read(change["ResourceChange"]) for change in found["Changes"])
    return StackPlan(stack, changes, made, dict(parameters))


def _until_made(change_set: str, stack: str) -> dict[str, Any]:
    """The change set, once CloudFormation has worked it out, with all of its changes."""
    cloud, deadline = client("cloudformation"), time.monotonic() + 300
    while True:
        found: dict[str, Any] = cloud.describe_change_set(ChangeSetName=change_set, StackName=stack)
        if found["Status"] in ("CREATE_COMPLETE", "FAILED"):
            break
        if time.monotonic() > deadline:
            raise AwsFailed(f"CloudFormation has worked on a change set of {stack} for five minutes. Try again.")
        time.sleep(LOOK_EVERY / 4)
    following = found
    while token := following.get("NextToken"):
        following = cloud.describe_change_set(ChangeSetName=change_set, StackName=stack, NextToken=token)
        found["Changes"] += following["Changes"]
    return found


def _read(change: Mapping[str, Any]) -> Change:
    what = WORDS.get(change["Action"], change["Action"])
    match change.get("Replacement"):
        case "True":
            what = "replaced"
        case "Conditional":
            what = "perhaps replaced"
    targets = (detail.get("Target", {}) for detail in change.get("Details", []))
    names = {target.get("Name") or target.get("Attribute", "") for target in targets}
    return Change(what, change["LogicalResourceId"], change["ResourceType"], ", ".join(sorted(filter(None, names))))


def _all_of(name: str, parameters: Mapping[str, str]) -> Iterator[Change]:
    """Every resource of a template, but those only there with what was not chosen."""
    wants = {"HasDomain": "Domain", "MakesIdentity": "Identity"}
    for resource, is_to_be in read_template(name)["Resources"].items():
        condition = is_to_be.get("Condition")
        if condition is None or parameters.get(wants[condition]):
            yield Change("added", resource, is_to_be["Type"])


def _clear_away(stack: str) -> None:
    """A first try that failed, or was only looked at, is in the way of the next."""
    found = _describe(stack)
    if found is not None and found["StackStatus"] in NEVER_WAS:
        with explained(f"Clearing away the first try at {stack}"):
            client("cloudformation").delete_stack(StackName=stack)
        watch(stack, set(_event_ids(stack)), lambda _: None, ())


def _describe(stack: str) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    with explained(f"Looking at the stack {stack}"):
        try:
            found: list[dict[str, Any]] = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        except ClientError as refused:
            if code_of(refused) == "ValidationError" and "does not exist" in str(refused):
                return None
            raise
    return None if not found or found[0]["StackStatus"] == GONE else found[0]


def events_of(stack: str) -> list[dict[str, Any]]:
    from botocore.exceptions import ClientError

    with explained(f"Reading what happens in {stack}"):
        try:
            pages = client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
            return [event for page in pages for event in page["StackEvents"]]
        except ClientError as refused:
            if code_of(refused) == "ValidationError":  # it is gone, or not there yet
                return []
            raise


def _event_ids(stack: str) -> list[str]:
    return [event["EventId"] for event in events_of(stack)]


def _new_events(stack: str, seen: set[str]) -> list[dict[str, Any]]:
    new = [event for event in events_of(stack) if event["EventId"] not in seen]
    seen.update(event["EventId"] for event in new)
    new.reverse()  # AWS tells the newest first
    return sorted(new, key=lambda event: event["Timestamp"].timestamp())


def _say(event: Mapping[str, str]) -> str:
    kind = event["ResourceStatus"].split("_")[0]
    return {"CREATE": "made", "UPDATE": "changed", "DELETE": "removed"}.get(kind, kind.lower())
