"""`muster-NAME-worker`: runs what Prefect holds ready, until nothing is left or its time is nearly over."""

from __future__ import annotations

import logging
import os
import tempfile
from typing import Any

from infra.prefect_api import PrefectUnreachable
from lambdas.logs import Event, invocation
from lambdas.starting import on_lambda

KEPT_BACK = 15.0  # seconds of the invocation: for runs to stop, and for what Prefect has still to be told

log = logging.getLogger("muster.worker")


def settle_prefect() -> None:
    """Where Prefect may write, and that it reports to nobody. Before Prefect is imported."""
    os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-"))
    os.environ.update(PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
    os.environ.pop("MUSTER_BELL", None)  # a run looks until nothing is due, so its commits need not ring


@invocation
def work(event: Event, context: Any) -> dict[str, Any]:
    """Run what is due. Fails when Prefect was never reached, so that the invocation counts as failed."""
    from infra.worker import CutOff, serve_within

    try:
        reached = serve_within(context.get_remaining_time_in_millis() / 1000 - KEPT_BACK)
    except CutOff as cut:
        log.error("%s; this process ends, and the next sweep takes up what they left.", cut)
        logging.shutdown()
        os._exit(1)  # they would go on, half-thawed, in the midst of the next invocation
    if not reached:
        raise PrefectUnreachable("Prefect was not reached")
    return {"reached": reached}


if on_lambda():
    settle_prefect()
    import infra.worker  # noqa: F401 - nearly all of a cold start
    import tasks.as_prefect  # noqa: F401
