"""`muster-NAME-receipts`: what SES tells later of a mail, a record each, out of the queue."""

from __future__ import annotations

import logging
from typing import Any

from infra.door import Busy
from infra.process import the_door
from infra.store import StoreError
from lambdas.logs import Event, invocation
from lambdas.starting import on_lambda
from tasks import receipts

log = logging.getLogger("muster.receipts")


@invocation
def receive(event: Event, context: Any) -> dict[str, Any]:
    """Act on each record by itself; those that could not be taken now come again, and no other does."""
    again = [record["messageId"] for record in event["Records"] if not _taken(record["body"])]
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
