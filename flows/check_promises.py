"""Looks whether every promise is kept, and reports what is not; only if all are does the watchdog outside hear so."""

from __future__ import annotations

from prefect import flow, get_run_logger

from tasks.as_prefect import check_promises_kept, send_heartbeat


@flow(name="check-promises", flow_run_name="check promises")
async def check_promises() -> None:
    """Look for alarms overdue or lost, messages stuck, sweeps missing; give lost needs an alarm, report the rest."""
    problems = await check_promises_kept()
    for problem in problems:
        get_run_logger().error(problem)
    if not problems:
        await send_heartbeat()
