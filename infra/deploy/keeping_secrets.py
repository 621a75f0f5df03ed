"""The one secret: filled once with fresh keys, added to when they are changed, and never printed."""

from __future__ import annotations

import json
import os
import re
import secrets

from infra.aws import client
from infra.aws.failing import AwsFailed, code_of, explained

KEYS = "MUSTER_KEYS"
NUMBERED = re.compile(r"k(\d+):")
FROM_HERE = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "MUSTER_OIDC_CLIENT_SECRET")
"""Taken over from the environment of whoever deploys, when they are set there."""


def fill_secret(secret: str) -> list[str]:
    """Put into the secret what it wants: keys if it has none, and what the environment says anew. Names what changed.

    Keys already in the environment are taken over, so that a Muster that moves here keeps its links.
    """
    held = read_held(secret)
    new = {name: value for name, value in _given().items() if value != held.get(name)}
    if KEYS not in held:
        new[KEYS] = os.environ.get(KEYS) or f"k1:{_fresh()}"
    if new:
        _put(secret, held | new)
    return sorted(new)


def missing_from(secret: str) -> list[str]:
    """What `fill_secret` would put there, by name."""
    held = read_held(secret)
    return sorted([name for name, value in _given().items() if value != held.get(name)] + [KEYS] * (KEYS not in held))


def _given() -> dict[str, str]:
    return {name: os.environ[name] for name in FROM_HERE if os.environ.get(name)}


def will_hold(secret: str) -> dict[str, str]:
    """What the secret (empty: there is none yet) holds once `fill_secret` has run, but for keys."""
    return (read_held(secret) if secret else {}) | _given()


def version_of(secret: str) -> str:
    """Which version of the secret is current; empty while it holds nothing."""
    with explained("Looking at the secret"):
        versions = client("secretsmanager").describe_secret(SecretId=secret).get("VersionIdsToStages", {})
    return next((version for version, stages in versions.items() if "AWSCURRENT" in stages), "")


def add_key(secret: str) -> str:
    """Add a new key behind the others: it opens links before any is signed with it. Returns its id."""
    held = read_held(secret)
    pairs = _pairs(held)
    numbers = [int(found[1]) for pair in pairs if (found := NUMBERED.match(pair))]
    kid = f"k{max(numbers, default=0) + 1}"
    _put(secret, held | {KEYS: ",".join([*pairs, f"{kid}:{_fresh()}"])})
    return kid


def sign_with(secret: str, kid: str) -> None:
    """Put this key first: from now on it signs. The others still open what they signed."""
    held = read_held(secret)
    pairs = sorted(_pairs(held), key=lambda pair: pair.partition(":")[0] != kid)
    _put(secret, held | {KEYS: ",".join(pairs)})


def kids_of(secret: str) -> list[str]:
    """The ids of the keys, the signing one first."""
    return [pair.partition(":")[0] for pair in _pairs(read_held(secret))]


def read_held(secret: str) -> dict[str, str]:
    """What the secret holds; nothing before it is first filled."""
    from botocore.exceptions import ClientError

    with explained("Reading the secret"):
        try:
            text = client("secretsmanager").get_secret_value(SecretId=secret).get("SecretString", "")
        except ClientError as refused:
            if code_of(refused) == "ResourceNotFoundException" and version_of(secret) == "":
                return {}
            raise
    try:
        held = json.loads(text or "{}")
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise AwsFailed(f"The secret {secret} holds no JSON object. Put its last version back in Secrets Manager.")
    return {str(name): str(value) for name, value in held.items()}


def _pairs(held: dict[str, str]) -> list[str]:
    if not held.get(KEYS):
        raise AwsFailed("The secret holds no keys yet. Run `muster deploy` first.")
    return held[KEYS].split(",")


def _fresh() -> str:
    return secrets.token_urlsafe(32)


def _put(secret: str, wanted: dict[str, str]) -> None:
    with explained("Keeping the secret"):
        client("secretsmanager").put_secret_value(SecretId=secret, SecretString=json.dumps(wanted))
