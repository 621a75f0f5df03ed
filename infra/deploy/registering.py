"""Prefect is told of the flows. The waker is the clock on AWS, so `wake-needs` gets no schedule of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.aws.failing import AwsFailed
from infra.prefect_api import WAKE_NEEDS, PrefectApi, PrefectUnreachable
from infra.registering import CLOCK_ELSEWHERE

ROOT = Path(__file__).resolve().parents[2]
SIGN_IN = ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING")
WITHIN = 300.0


def are_registered(url: str, secret: Mapping[str, str]) -> bool:
    """Does Prefect know the flows?"""
    try:
        auth, key = secret.get("PREFECT_API_AUTH_STRING", ""), secret.get("PREFECT_API_KEY", "")
        with PrefectApi(url, auth, key=key) as prefect:
            return prefect.knows(WAKE_NEEDS)
    except PrefectUnreachable:
        return False


def register(url: str, secret: Mapping[str, str]) -> None:
    """Put the flows into Prefect at this address, signed in as the functions are. Twice updates them.

    Raises `AwsFailed` with the last thing Prefect said.
    """
    given = {name: secret[name] for name in SIGN_IN if secret.get(name)}
    quiet = {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    command = [sys.executable, "-m", "infra.registering", str(ROOT / "prefect.yaml"), CLOCK_ELSEWHERE]
    try:
        ran = subprocess.run(  # noqa: S603 - our own module
            command,
            cwd=ROOT,
            env=os.environ | quiet | given | {"PREFECT_API_URL": url},
            capture_output=True,
            text=True,
            timeout=WITHIN,
        )
    except subprocess.TimeoutExpired:
        raise AwsFailed(
            f"Prefect at {url} was not told of the flows within {WITHIN:g} seconds. Deploy again."
        ) from None
    if ran.returncode:
        last = (ran.stderr or ran.stdout).strip().splitlines()[-1:] or ["no word"]
        raise AwsFailed(f"Prefect at {url} did not take the flows: {last[0][:200]}. Mend it and deploy again.")
