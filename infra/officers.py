"""The list of officers: adding, inviting, changing what somebody may do. Each change is in the audit."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from domain.links import hash_token
from domain.officers import Officer, working
from domain.playbooks import Role
from domain.signing_in import SET_UP_WITHIN
from infra import clock
from infra.door import Door
from infra.store import Store
from infra.store.signing_in import Audit

Changed = tuple[Officer, str, str] | None  # what they are now; for the audit, what was done and a detail


def new_officer(name: str, email: str, role: str, phone: str | None = None) -> Officer:
    """An officer as somebody typed them. Raises pydantic's `ValidationError`."""
    officer = Officer.model_validate({"id": "-", "name": name, "email": email, "phone": phone or None, "role": role})
    return officer.but(id="O" + hashlib.sha256(officer.email.casefold().encode()).hexdigest()[:12])


def add_officer(door: Door, officer: Officer, by: str) -> bool:
    """Put somebody at the end of the list; `False` if their address is on it already."""
    added = door.store.add_officer(officer, clock.now())
    if added:
        door.store.record_audit(Audit(clock.now(), by, "officer-added", f"officer:{officer.id}", officer.role))
        door.ring()
    return added


def find_officer(store: Store, email: str, *, disabled: bool = False) -> Officer | None:
    """The officer with this address. Who has no access acts no more: they are found only where `disabled` is said."""
    wanted = email.strip().casefold()
    among = store.officers() if disabled else working(store.officers())
    return next((officer for officer in among if officer.email.casefold() == wanted), None)


def invite(door: Door, officer: Officer, by: str) -> str:
    """A link with which the officer sets how they sign in, once, within a day. Earlier ones end."""
    token, now = secrets.token_urlsafe(32), clock.now()
    audit = Audit(now, by, "invited", f"officer:{officer.id}")
    door.store.offer_set_up(officer.id, hash_token(token), now + SET_UP_WITHIN, audit)
    return f"{door.settings.base_url}/console/set-up/{token}"


def give_role(door: Door, officer: Officer, role: Role, by: str) -> bool:
    """What an officer may do from now on, in sessions they have open too; `False` if it is so already."""

    def change(now: Officer) -> Changed:
        return (now.but(role=role), "role-changed", f"{now.role} to {role}") if now.role is not role else None

    return _change(door, officer.id, change, by)


def set_phone(door: Door, officer: Officer, phone: str, by: str) -> bool:
    """The number an officer gets urgent tasks at by text message (empty: none); `False` if it is so already. Raises
    pydantic's `ValidationError`."""

    def change(now: Officer) -> Changed:
        changed = Officer.model_validate(now.model_dump() | {"phone": phone.strip() or None})
        what = "given" if changed.phone else "taken away"
        return (changed, "phone-changed", what) if changed.phone != now.phone else None

    return _change(door, officer.id, change, by)


def set_disabled(door: Door, officer: Officer, disabled: bool, by: str) -> bool:
    """Let an officer in no longer, or again; what waits for them goes to others. `False` if it is so already."""
    what = "officer-disabled" if disabled else "officer-enabled"

    def change(now: Officer) -> Changed:
        return (now.but(disabled=disabled), what, "") if now.disabled is not disabled else None

    return _change(door, officer.id, change, by)


def _change(door: Door, id: str, change: Callable[[Officer], Changed], by: str) -> bool:
    """Change one thing about an officer as they are on the list at that moment, whatever anybody read before."""
    at = clock.now()

    def changed(now: Officer) -> tuple[Officer, Audit] | None:
        found = change(now)
        return (found[0], Audit(at, by, found[1], f"officer:{id}", found[2])) if found else None

    done = door.store.change_officer(id, changed)
    if done:
        door.ring()  # what waits for somebody like them, or waited for them, is looked at again
    return done
