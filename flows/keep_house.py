"""Every night: erases what is past its time, as the council's retention periods say."""

from __future__ import annotations

from prefect import flow, get_run_logger

from tasks.as_prefect import erase_what_is_past


@flow(name="keep-house", flow_run_name="keep house")
async def keep_house() -> None:
    """Erase what is past its time, in small batches; the log has counts only. What is missed is the next night's."""
    erased = await erase_what_is_past()
    get_run_logger().info("erased: %s", ", ".join(f"{count} {kept}" for kept, count in erased.items()) or "nothing")
