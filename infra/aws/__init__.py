"""AWS, asked through boto3: one client a service and process, each with the same patience.

Where it is (`AWS_REGION`, `AWS_ENDPOINT_URL`) and who we are comes from the environment, as for every AWS tool.
"""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import Any

from botocore.config import Config

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
_making = threading.Lock()


def client(service: str, *, tries: int = 4, patience: float = READ_SECONDS) -> Any:
    """The client of this service, one for the whole process; `tries=1` never sends twice what may have been taken.

    `patience`: seconds an answer may take.
    """
    with _making:  # making one is not thread-safe; using one is
        return _client(service, tries, patience)


@lru_cache(maxsize=32)
def _client(service: str, tries: int, patience: float) -> Any:
    import boto3

    config = Config(
        connect_timeout=min(CONNECT_SECONDS, patience),
        read_timeout=patience,
        retries={"total_max_attempts": tries, "mode": "standard"},
        max_pool_connections=50,
    )
    return boto3.client(service, region_name=region(), config=config)


def region() -> str | None:
    """Where we are: `AWS_REGION`, as every other AWS tool has it (boto3 itself reads only its older name)."""
    return os.environ.get("AWS_REGION") or None


def forget_clients() -> None:
    """The environment has changed: clients are made anew when next asked for."""
    import boto3

    with _making:
        _client.cache_clear()
        boto3.DEFAULT_SESSION = None  # it has read the environment too
