"""`muster-NAME-receipts`: what SES tells later of a mail, a record each, out of the queue."""

from __future__ import annotations

import logging
import time
from typing import Any

from infra.door import Busy
from infra.process import the_door
from infra.store import StoreError
from lambdas.logs import Event, invocation
from lambdas.starting import on_lambda
from tasks import receipts

BEGUN_WITHIN = 12.0  # seconds of the invocation's 30: one that has to wait its turn takes ten, and what follows
log = logging.getLogger("muster.receipts")


@invocation
def receive(event: Event, context: Any) -> dict[str, Any]:
    """Act on each record by itself; those that could not be taken now, or in time, come again, and no other does."""
    until = time.monotonic() + BEGUN_WITHIN
    again = [r["messageId"] for r in event["Records"] if time.monotonic() > until or not _taken(r["body"])]
    return {"batchItemFailures": [{"itemIdentifier": id} for id in again]}


def _taken(body: str) -> bool:
    try:
        receipts.receive(the_door(), body)
    except (receipts.NotYet, Busy, StoreError) as passing:
        log.info("a receipt has to wait (%s)", type(passing).__name__)
        return False
    except Exception:  # whatever is wrong with one must not hold up the others: tried again, then put aside
        log.error("A receipt could not be read.", exc_info=True)
        return False
    return True


if on_lambda():
    the_door()
