"""What somebody did that is no part of a need's story, in the audit: written where it is done, whichever way it is."""

from __future__ import annotations

from infra import clock
from infra.store import Store
from infra.store.signing_in import Audit


def audited_as(by: str) -> str:
    """Who acts, as the audit keeps it: `officer:ID`, `key:ID`, or `command` for somebody at this machine."""
    return by if ":" in by else "command"


def names_of_actors(store: Store) -> dict[str, str]:
    """What whoever acts is called, by what is kept of them: officers by `officer:ID`, programs by `key:ID`."""
    officers = {f"officer:{officer.id}": officer.name for officer in store.officers()}
    programs = {f"key:{key.id}": key.name for key in store.api_keys()}
    return officers | programs | {"command": "somebody at this machine"}


def audit(store: Store, by: str, what: str, about: str = "", detail: str = "") -> None:
    """Record that `by` did this. `about` and `detail` are ids, codes and numbers, nothing private: it is kept."""
    store.record_audit(Audit(clock.now(), audited_as(by), what, about, detail))
