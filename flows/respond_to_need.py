"""One need: a run of its own, which an officer can open, or start again by hand."""

from __future__ import annotations

from prefect import flow, get_run_logger

from tasks.as_prefect import deliver_messages, move_one


@flow(name="respond-to-need", flow_run_name="respond {need_id}")
async def respond_to_need(need_id: str) -> None:
    """Take one need as far as it can go now, then stop. An answer or an alarm calls us again."""
    for because in await move_one(need_id):  # gather, decide, commit; until it rests
        get_run_logger().info(because)
    await deliver_messages()
