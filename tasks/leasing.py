"""A lease held while something is done: renewed by itself, gone soon after a process is."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from infra import clock
from infra.store import Lease, Store, StoreError

LEASE = timedelta(seconds=15)


@contextmanager
def held(store: Store, name: str, holder: str) -> Iterator[Lease | None]:
    """Hold the lease `name` while the block runs; `None` while it is held, even by another run of `holder`."""
    lease = store.take_lease(name, f"{holder}#{secrets.token_hex(4)}", clock.now(), clock.now() + LEASE)
    if lease is None:
        yield None
        return
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(store, lease, done), daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        done.set()
        renewing.join()
        store.release_lease(lease)


def _renew(store: Store, lease: Lease, done: threading.Event) -> None:
    while not done.wait(LEASE.total_seconds() / 3):
        try:
            renewed = store.take_lease(lease.name, lease.holder, clock.now(), clock.now() + LEASE)
            if renewed is None or renewed.fence != lease.fence:  # it has lapsed: the block holds nothing any more
                if renewed:
                    store.release_lease(renewed)
                return
        except StoreError:
            continue  # the lease may run out: whoever takes it next has a higher fence
