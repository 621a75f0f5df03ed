"""Prefect's API over plain HTTP: the few calls Muster makes, without importing Prefect (which takes over a second)."""

from __future__ import annotations

import ipaddress
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote, urlsplit

import httpx

from infra.clock import now

WORK_POOL = "muster"
WAKE_NEEDS = "wake-needs/wake-needs"
CHECK_PROMISES = "check-promises/check-promises"
UNSTARTED = ("SCHEDULED", "PENDING")
# On SQLite, Prefect answers 503 and has written nothing when another of its writes came between: often gone at once.
TRY_AGAIN_AFTER = (0.02, 0.1, 0.3)
DELETED_AT_ONCE = 50  # the most one bulk_delete takes
BELL = "bell"  # the tag of a run that somebody asked for because something was due


class PrefectUnreachable(Exception):
    """Prefect did not do what was asked: no answer, a refusal, no such deployment. Try later; our rows lose nothing.

    `status`: what it answered; 0 where it did not.
    """

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class WaitingRun:
    """A run that should have begun, and that no worker has taken."""

    id: str
    deployment: str
    since: datetime
    rung_for: bool


class PrefectApi:
    """A connection to the server that `PREFECT_API_URL` names, for use in one thread.

    It signs in with `PREFECT_API_AUTH_STRING` at a server of one's own, with `PREFECT_API_KEY` at Prefect Cloud.
    """

    def __init__(
        self, url: str | None = None, auth: str | None = None, timeout_seconds: float = 5, key: str | None = None
    ) -> None:
        self.url = (url if url is not None else os.environ.get("PREFECT_API_URL", "")).rstrip("/")
        user, _, password = (auth if auth is not None else os.environ.get("PREFECT_API_AUTH_STRING", "")).partition(":")
        # A proxy named in the environment has no business between two processes of one machine.
        self._http = httpx.Client(
            auth=(user, password) if user else None,
            headers={} if user else _cloud_key(key),
            timeout=timeout_seconds,
            trust_env=not is_loopback(self.url),
        )
        self._ids: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def healthy(self) -> bool:
        """Say whether the server answers at all (it needs no sign-in for that)."""
        try:
            return self._call("GET", "/health") is not None
        except PrefectUnreachable:
            return False

    def refusal(self) -> int:
        """The status with which the server turns away how we sign in; 0 where it lets us in."""
        try:
            self.count_unstarted([])
        except PrefectUnreachable as why:
            return why.status if why.status in (401, 403) else 0
        return 0

    def wait_until_healthy(self, seconds: float, still_wanted: Callable[[], bool] = lambda: True) -> None:
        """Return once the server answers; `PrefectUnreachable` when it has not in time or nobody wants to wait."""
        deadline = time.monotonic() + seconds
        while not self.healthy():
            if time.monotonic() > deadline or not still_wanted():
                raise PrefectUnreachable(f"Prefect at {self.url} did not answer within {seconds:g} seconds")
            time.sleep(0.1)

    def create_run(self, deployment: str) -> str:
        """Plan one run of a deployment (`flow/name`) for now, and return its id. Twice makes two runs."""
        try:
            # No idempotency key: a repeated one returns the old run, even a finished one, and the bell would be lost.
            made = self._call("POST", f"/deployments/{self._id_of(deployment)}/create_flow_run", {"tags": [BELL]})
        except PrefectUnreachable:
            self._ids.pop(deployment, None)  # it may have been deleted and deployed again, under another id
            raise
        return cast(str, made["id"])

    def count_unstarted(self, run_ids: Sequence[str]) -> int:
        """Return how many of these runs no worker has begun. A deleted run counts as begun."""
        runs = {"id": {"any_": list(run_ids)}, "state": {"type": {"any_": UNSTARTED}}}
        return cast(int, self._call("POST", "/flow_runs/count", {"flow_runs": runs}))

    def waiting_runs(self, limit: int = 200) -> list[WaitingRun]:
        """The runs of our work pool that should have begun by now and that no worker has taken, the oldest first."""
        late = {"state": {"type": {"any_": ["SCHEDULED"]}}, "next_scheduled_start_time": {"before_": now().isoformat()}}
        asked = {"flow_runs": late, "work_pools": {"name": {"any_": [WORK_POOL]}}}
        asked |= {"sort": "NEXT_SCHEDULED_START_TIME_ASC", "limit": limit}
        return [
            WaitingRun(
                run["id"],
                run["deployment_id"] or "",
                datetime.fromisoformat(run["next_scheduled_start_time"]),
                BELL in run["tags"],
            )
            for run in self._call("POST", "/flow_runs/filter", asked)
        ]

    def is_of(self, run: WaitingRun, deployment: str) -> bool:
        """Is this a run of that deployment (`flow/name`)?"""
        return run.deployment == self._id_of(deployment)

    def knows(self, deployment: str) -> bool:
        """Has this deployment (`flow/name`) been put into Prefect?"""
        try:
            return bool(self._id_of(deployment))
        except PrefectUnreachable:
            return False

    def next_scheduled(self, deployment: str) -> datetime | None:
        """Return when the schedule next starts this deployment; `None`: nothing is planned, as after an outage."""
        runs = self._unstarted_runs(deployment) | {"next_scheduled_start_time": {"after_": now().isoformat()}}
        asked = {"flow_runs": runs, "sort": "NEXT_SCHEDULED_START_TIME_ASC", "limit": 1}
        found = self._call("POST", "/flow_runs/filter", asked)
        return datetime.fromisoformat(found[0]["next_scheduled_start_time"]) if found else None

    def delete_stale(self, deployment: str, before: datetime | None = None) -> int:
        """Delete every run of this deployment that should have begun by now (or `before`) and has not: how many."""
        stale = {"next_scheduled_start_time": {"before_": (before or now()).isoformat()}}
        return self._delete(self._unstarted_runs(deployment) | stale, at_most=5000)

    def _unstarted_runs(self, deployment: str) -> dict[str, Any]:
        return {"deployment_id": {"any_": [self._id_of(deployment)]}, "state": {"type": {"any_": ["SCHEDULED"]}}}

    def _delete(self, runs: dict[str, Any], at_most: int) -> int:
        gone = 0
        while gone < at_most:
            limit = min(DELETED_AT_ONCE, at_most - gone)
            deleted = len(self._call("POST", "/flow_runs/bulk_delete", {"flow_runs": runs, "limit": limit})["deleted"])
            gone += deleted
            if deleted < limit:
                break
        return gone

    def _id_of(self, deployment: str) -> str:
        if deployment not in self._ids:
            self._ids[deployment] = self._call("GET", f"/deployments/name/{quote(deployment)}")["id"]
        return self._ids[deployment]

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        if not self.url:
            raise PrefectUnreachable("PREFECT_API_URL is not set; `muster up` sets it for what it starts")
        try:
            answer = self._http.request(method, self.url + path, json=body)
            for pause in TRY_AGAIN_AFTER:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
                time.sleep(pause)
                answer = self._http.request(method, self.url + path, json=body)
            answer.raise_for_status()
            return answer.json()
        except httpx.HTTPStatusError as refused:
            status = refused.response.status_code
            raise PrefectUnreachable(f"Prefect answered {status} to {method} {path}", status) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failed:
            raise PrefectUnreachable(f"Prefect at {self.url} cannot be reached ({type(failed).__name__})") from None


def _cloud_key(key: str | None) -> dict[str, str]:
    key = key if key is not None else os.environ.get("PREFECT_API_KEY", "")
    return {"Authorization": f"Bearer {key}"} if key else {}


def is_loopback(url: str) -> bool:
    """Say whether a URL names this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
