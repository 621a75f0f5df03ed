"""AWS, asked through boto3: one client a service and process, each with the same patience.

Where it is (`AWS_REGION`, `AWS_ENDPOINT_URL`) and who we are comes from the environment, as for every AWS tool.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from botocore.config import Config

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
_making = threading.Lock()


def client(service: str, *, tries: int = 4) -> Any:
    """The client of this service, one for the whole process; `tries=1` never sends twice what may have been taken."""
    with _making:  # making one is not thread-safe; using one is
        return _client(service, tries)


@lru_cache(maxsize=32)
def _client(service: str, tries: int) -> Any:
    import boto3

    patience = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": tries, "mode": "standard"},
        max_pool_connections=50,
    )
    return boto3.client(service, config=patience)


def forget_clients() -> None:
    """The environment has changed: clients are made anew when next asked for."""
    with _making:
        _client.cache_clear()
