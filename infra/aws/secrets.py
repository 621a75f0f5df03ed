"""What may not stand in a function's configuration: one secret, which holds settings by name."""

from __future__ import annotations

import json
import os

from infra.aws import client
from infra.settings import SettingsWrong

OURS = ("MUSTER_", "PREFECT_")


def load_secret() -> None:
    """Put what the secret named by `MUSTER_SECRET` holds into the environment, before settings are read.

    Raises `SettingsWrong` when it does not hold settings; its words are never repeated.
    """
    if name := os.environ.get("MUSTER_SECRET"):
        os.environ.update(read_secret(name))


def read_secret(name: str) -> dict[str, str]:
    """The settings that a secret (its name or ARN) holds, as a JSON object. Raises `SettingsWrong`."""
    text = client("secretsmanager").get_secret_value(SecretId=name).get("SecretString", "")
    try:
        held = json.loads(text)
    except ValueError:
        raise SettingsWrong("MUSTER_SECRET: what it holds is not JSON") from None
    if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
        raise SettingsWrong("MUSTER_SECRET: must hold one JSON object, with text for each setting")
    if strange := [setting for setting in held if not setting.startswith(OURS)]:
        raise SettingsWrong(f"MUSTER_SECRET: holds {len(strange)} names that begin with neither MUSTER_ nor PREFECT_")
    return held
