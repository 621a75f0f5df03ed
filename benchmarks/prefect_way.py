"""The same with Prefect alone, as its documentation shows it: a served deployment, a flow run per need, a mapped task.

`python -m benchmarks.prefect_way serve` serves the two flows; `… ask` reads `FLOW NEED` lines and answers each with the
Unix time just before it asked Prefect for a run. `BENCH_NEEDS` is a folder of `NEED.json`, `BENCH_SMTP` host:port.
"""

from __future__ import annotations

import json
import os
import smtplib
import sys
import time
from email.message import EmailMessage
from pathlib import Path

from prefect import flow, pause_flow_run, serve, task
from prefect.deployments import run_deployment


@task
def send(recipient: str) -> None:
    """Send one invitation."""
    message = EmailMessage()
    message["From"], message["To"] = "help@example.org", recipient
    message["Subject"] = "Can you help with 4 food parcels?"
    message.set_content("Groceries for a family of five, in Norbiton. Please answer by tomorrow.\n")
    host, _, port = os.environ["BENCH_SMTP"].partition(":")
    with smtplib.SMTP(host, int(port)) as server:
        server.send_message(message)


@flow
def respond(need: str) -> None:
    """Ask everybody on this need's list."""
    recipients = json.loads(Path(os.environ["BENCH_NEEDS"], f"{need}.json").read_text())
    send.map(recipients).result()


@flow
def wait(need: str) -> None:
    """Wait a day for an answer."""
    pause_flow_run(timeout=24 * 3600)


def ask() -> None:
    for line in sys.stdin:
        name, need = line.split()
        at = time.time()
        run_deployment(f"{name}/{name}", parameters={"need": need}, timeout=0)
        print(at, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(respond.to_deployment(name="respond"), wait.to_deployment(name="wait"))
    else:
        ask()
