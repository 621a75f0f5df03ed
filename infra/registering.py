"""Puts what `prefect.yaml` lists into Prefect: the work pool and each deployment. `python -m infra.registering FILE`.

With `--clock-elsewhere`, `wake-needs` gets no schedule of its own: on AWS the waker is its clock.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import yaml

from infra.prefect_api import PrefectApi, PrefectUnreachable

WAIT_SECONDS = 120
CLOCK_ELSEWHERE = "--clock-elsewhere"


def register(prefect_file: Path) -> None:
    """Do what `prefect work-pool create` and `prefect deploy --all` do, importing Prefect while its server starts.

    A second time it updates the same deployments. Raises `PrefectUnreachable`; Prefect's own complaints end the
    process.
    """
    from prefect.cli import app
    from prefect.cli.deploy import _core  # noqa: F401  (the slow import, done while we would wait anyway)

    with PrefectApi() as prefect:
        prefect.wait_until_healthy(WAIT_SECONDS)
    asyncio.run(_make_pool())
    os.chdir(prefect_file.parent)
    sys.argv = ["prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(prefect_file)]
    app()


CHECKED_EVERY = 900  # seconds


def without_clock(prefect_file: Path, folder: Path) -> Path:
    """The same list in `folder`, in which the schedule of `wake-needs` rests, and promises are checked less often:
    where nothing else runs, each check starts a worker."""
    found = yaml.safe_load(prefect_file.read_text())
    schedules = {deployment["name"]: deployment.get("schedules", []) for deployment in found["deployments"]}
    for schedule in schedules["wake-needs"]:
        schedule["active"] = False
    for schedule in schedules["check-promises"]:
        schedule["interval"] = CHECKED_EVERY
    changed = folder / prefect_file.name
    changed.write_text(yaml.safe_dump(found, sort_keys=False))
    return changed


async def _make_pool() -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.workers.process import ProcessWorker

    template = ProcessWorker.get_default_base_job_template()
    pool = WorkPoolCreate(name="muster", type="process", base_job_template=template)
    async with get_client() as client:
        try:
            await client.create_work_pool(pool)
        except ObjectAlreadyExists:
            pass


if __name__ == "__main__":
    listed, elsewhere = Path(sys.argv[1]), CLOCK_ELSEWHERE in sys.argv
    try:
        with tempfile.TemporaryDirectory(prefix="muster-registering-") as scratch:
            register(without_clock(listed, Path(scratch)) if elsewhere else listed)
    except PrefectUnreachable as why:
        sys.exit(str(why))
