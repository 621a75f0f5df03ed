"""`muster-NAME-waker`: called each minute and for every ring of the bell; starts the worker when something is due."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.aws import client
from infra.clock import now
from infra.process import the_door
from infra.settings import SettingsWrong
from infra.store import StoreError
from infra.waking import Waker, oldest_due, outbox_age
from lambdas.logs import Event, invocation
from lambdas.starting import on_lambda

NAMESPACE, OLDEST_DUE, OUTBOX_AGE = "Muster", "OldestDueSeconds", "OutboxAgeSeconds"
FUNCTION = "FunctionName"  # the one dimension of both: which waker says so

log = logging.getLogger("muster.waker")


@lru_cache(maxsize=1)
def _waker() -> Waker:
    if not os.environ.get("MUSTER_WORKER_FUNCTION"):
        raise SettingsWrong("MUSTER_WORKER_FUNCTION: must be the name of the worker's function")
    return Waker(the_door().store, call_worker)


@invocation
def wake(event: Event, context: Any) -> dict[str, Any]:
    """Look once, however many rings came together. Rings that could not be looked into come again."""
    rings = event.get("Records", [])
    try:
        looked = _waker().look(now(), by_clock=not rings)
    except StoreError:
        if not rings:
            raise
        log.error("The store could not be asked.", exc_info=True)
        return {"batchItemFailures": [{"itemIdentifier": ring["messageId"]} for ring in rings]}
    figures = asdict(looked) | {"rings": len(rings)} | ({} if rings else _measures())
    log.info("looked", extra={"figures": figures})
    return {"batchItemFailures": []}


def call_worker() -> bool:
    """Have Lambda start the worker, and do not wait for it. Cannot it be called, the next minute tries again."""
    try:
        client("lambda", tries=2).invoke(FunctionName=os.environ["MUSTER_WORKER_FUNCTION"], InvocationType="Event")
    except (BotoCoreError, ClientError) as failed:
        log.error("The worker cannot be called.", extra={"figures": {"trouble": _kind(failed)}})
        return False
    return True


def _kind(failed: BotoCoreError | ClientError) -> str:
    return str(failed.response["Error"]["Code"]) if isinstance(failed, ClientError) else type(failed).__name__


def _measures() -> dict[str, Any]:
    """Two figures that alarms watch, as CloudWatch takes them out of a log line (embedded metric format)."""
    store, moment = the_door().store, now()
    metrics = [{"Name": name, "Unit": "Seconds"} for name in (OLDEST_DUE, OUTBOX_AGE)]
    about = {"Namespace": NAMESPACE, "Dimensions": [[FUNCTION]], "Metrics": metrics}
    return {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [about]},
        FUNCTION: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        OLDEST_DUE: oldest_due(store, moment),
        OUTBOX_AGE: outbox_age(store, moment),
    }


if on_lambda():
    _waker()
