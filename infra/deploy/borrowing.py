"""The functions' own settings, for commands at a desk: two that write to one table must agree on them."""

from __future__ import annotations

from infra.aws import client
from infra.aws.failing import code_of, explained
from infra.deploy.choices import Choices

PARTS = ("receipts", "worker", "web")  # between them they have every setting
THEIRS = ("MUSTER_HOME", "MUSTER_WORKER_FUNCTION", "MUSTER_HEARTBEAT_URL")
"""What a desk must not take over: its files are its own, and it keeps no promise by looking."""


def settings_of(choices: Choices) -> dict[str, str]:
    """Every setting the functions run with, by name, without the secret ones: `MUSTER_SECRET` says where those are.

    Nothing where none is deployed. Raises `AwsFailed`.
    """
    found: dict[str, str] = {}
    for part in PARTS:
        found |= _environment(f"{choices.compute_stack}-{part}")
    ours = {name: value for name, value in found.items() if name.startswith(("MUSTER_", "PREFECT_")) and value}
    return {name: value for name, value in sorted(ours.items()) if name not in THEIRS}


def _environment(function: str) -> dict[str, str]:
    from botocore.exceptions import ClientError

    with explained(f"Reading the settings of {function}"):
        try:
            found = client("lambda").get_function_configuration(FunctionName=function)
        except ClientError as refused:
            if code_of(refused) == "ResourceNotFoundException":
                return {}
            raise
    variables: dict[str, str] = found.get("Environment", {}).get("Variables", {})
    return variables
