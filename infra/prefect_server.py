"""Prefect's own server, which waits five seconds for its locked database instead of sixty.

On SQLite two of the server's transactions can wait for each other, most often when a worker is killed in the midst of a
call. Prefect 3.8.8 waits 60 s for such a lock and answers nobody meanwhile; it cannot be set. What fails at the end of
the wait Prefect tries again by itself, so a shorter wait is a shorter stand-still.
"""

from __future__ import annotations

import sys
from typing import Any

LOCK_WAIT = 5  # seconds


def serve(words: list[str]) -> None:
    """Run `prefect server start` with these words after it, in this process."""
    from prefect.cli import app
    from prefect.server.database.configurations import AioSqliteConfiguration

    set_up = AioSqliteConfiguration.setup_sqlite

    def set_up_to_wait_less(self: AioSqliteConfiguration, connection: Any, record: Any) -> None:
        set_up(self, connection, record)
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT * 1000}")
        cursor.close()

    AioSqliteConfiguration.setup_sqlite = set_up_to_wait_less  # type: ignore[assignment, method-assign]
    sys.argv = ["prefect", "server", "start", *words]
    app()


if __name__ == "__main__":
    serve(sys.argv[1:])
