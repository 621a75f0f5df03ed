"""Puts what `prefect.yaml` lists into Prefect: the work pool and each deployment. `python -m infra.deploying FILE`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from infra.prefect_api import PrefectApi, PrefectUnreachable

WAIT_SECONDS = 120


def deploy(prefect_file: Path) -> None:
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
    try:
        deploy(Path(sys.argv[1]))
    except PrefectUnreachable as why:
        sys.exit(str(why))
