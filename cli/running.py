"""`muster up` and `muster worker`: what keeps Muster running."""

from __future__ import annotations

import logging
import os
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.printing import note
from infra.clock import now
from infra.prefect_api import is_loopback
from infra.settings import Settings, SettingsWrong, settings, strange_settings
from infra.sweeps import PLANNED, anything_due

DEFAULT_PORT, DEFAULT_PREFECT_PORT = 8000, 4200
DEFAULT_PREFECT_URL = f"http://127.0.0.1:{DEFAULT_PREFECT_PORT}/api"


def up(
    port: Annotated[
        int | None, typer.Option(help="Where Muster's pages are (unless said: MUSTER_BASE_URL's port, or 8000)")
    ] = None,
    prefect_port: Annotated[int, typer.Option(help="Where Prefect's pages are")] = DEFAULT_PREFECT_PORT,
) -> None:
    """Start everything Muster needs on this machine, until Ctrl-C."""
    check_channel()
    for sentence in strange_settings():
        note(sentence)
    from infra.supervisor import Supervisor

    raise typer.Exit(Supervisor().up(port or default_port(), prefect_port))


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then stop")] = False,
    limit: Annotated[float, typer.Option(min=2, help="With --once: stop after so many seconds")] = 50,
) -> None:
    """Run what is due, as soon as it is due. `muster up` starts one; more may run beside it."""
    check_channel()
    find_prefect()
    logging.getLogger("muster").setLevel(logging.INFO)  # Prefect sets up the rest, with the name of each run
    from infra.process import the_door
    from infra.worker import serve_once, serve_worker  # imports Prefect: a second and a half

    store = the_door().store

    def is_due() -> bool:
        return anything_due(store, now())

    def note_schedule(planned: datetime | None) -> None:
        store.mark(PLANNED, planned)  # `/readyz` reads it

    raise typer.Exit(serve_once(limit) if once else serve_worker(is_due, note_schedule))


def check_channel() -> None:
    """Stop at the start if `MUSTER_EMAIL` names nothing that mail could leave by."""
    from infra import aws
    from notifications.channels import open_channel

    try:
        open_channel(settings().email, settings().home, settings().email_rate, aws.client).close()
    except ValueError as wrong:
        raise SettingsWrong(f"MUSTER_EMAIL: {wrong}") from None


def default_port() -> int:
    """Return the port of `MUSTER_BASE_URL` where that names this machine, else 8000."""
    base_url = Settings().base_url  # as it is set, not where Muster ran the last time
    return (urlsplit(base_url).port if is_loopback(base_url) else None) or DEFAULT_PORT


def find_prefect() -> None:
    """Without `PREFECT_API_URL`, take the Prefect `muster up` runs from this home. Call it before importing Prefect."""
    if os.environ.get("PREFECT_API_URL"):
        return
    where, auth = settings().home / "prefect-url", settings().home / "prefect-auth"
    os.environ["PREFECT_API_URL"] = where.read_text().strip() if where.exists() else DEFAULT_PREFECT_URL
    if auth.exists():
        os.environ["PREFECT_API_AUTH_STRING"] = auth.read_text().strip()
