"""What every function does once, when its process begins: logs in JSON, a home that can be written, its secrets."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lambdas.logs import speak_json

BROUGHT_ALONG = Path(__file__).resolve().parent.parent / "home"
"""The council's own files, as they were when this function was built."""
NEEDED = ("MUSTER_KEYS", "MUSTER_STORE")


def on_lambda() -> bool:
    """Does this process answer for a Lambda function?"""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


def start() -> None:
    """Make this process ready. Raises `SettingsWrong`: a function that cannot work must not look as if it did."""
    from infra.aws.secrets import load_secret
    from infra.settings import SettingsWrong

    speak_json()
    settle_home()
    load_secret()
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        raise SettingsWrong(f"{' and '.join(missing)}: must be set for a function; what it makes itself is soon lost")


def settle_home() -> None:
    """A home that can be written, with the council's files in it. Nothing else written there is relied on."""
    home = Path(os.environ.get("MUSTER_HOME") or tempfile.mkdtemp(prefix="muster-"))
    os.environ["MUSTER_HOME"] = str(home)
    home.mkdir(parents=True, exist_ok=True)
    if BROUGHT_ALONG.is_dir():
        shutil.copytree(BROUGHT_ALONG, home, dirs_exist_ok=True)
