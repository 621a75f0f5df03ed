"""The auditor: is every promise kept? Says so to the heartbeat only if all are."""

from __future__ import annotations

from prefect import flow, get_run_logger

from tasks.wrapped import audit_promises, send_heartbeat


@flow(name="check-promises", flow_run_name="check promises")
async def check_promises() -> None:
    """Look for alarms overdue or lost, messages stuck, sweeps missing; give lost needs an alarm, report the rest."""
    problems = await audit_promises()
    for problem in problems:
        get_run_logger().error(problem)
    if not problems:
        await send_heartbeat()
