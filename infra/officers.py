"""The list of officers: adding, inviting, changing what somebody may do. Each change is in the audit."""

from __future__ import annotations

import hashlib
import secrets

from domain.links import hash_token
from domain.officers import Officer
from domain.playbooks import Role
from domain.signing_in import SET_UP_WITHIN
from infra import clock
from infra.door import Door
from infra.store import Store
from infra.store.signing_in import Audit


def new_officer(name: str, email: str, role: str, phone: str | None = None) -> Officer:
    """An officer as somebody typed them. Raises pydantic's `ValidationError`."""
    officer = Officer.model_validate({"id": "-", "name": name, "email": email, "phone": phone or None, "role": role})
    return officer.but(id="O" + hashlib.sha256(officer.email.casefold().encode()).hexdigest()[:12])


def add_officer(store: Store, officer: Officer, by: str) -> bool:
    """Put somebody at the end of the list; `False` if their address is on it already."""
    added = store.add_officer(officer, clock.now())
    if added:
        store.record_audit(Audit(clock.now(), by, "officer-added", f"officer:{officer.id}", officer.role))
    return added


def find_officer(store: Store, email: str) -> Officer | None:
    """The officer with this address."""
    wanted = email.strip().casefold()
    return next((officer for officer in store.officers() if officer.email.casefold() == wanted), None)


def invite(door: Door, officer: Officer, by: str) -> str:
    """A link with which the officer sets how they sign in, once, within a day. Earlier ones end."""
    token, now = secrets.token_urlsafe(32), clock.now()
    audit = Audit(now, by, "invited", f"officer:{officer.id}")
    door.store.offer_set_up(officer.id, hash_token(token), now + SET_UP_WITHIN, audit)
    return f"{door.settings.base_url}/console/set-up/{token}"


def give_role(store: Store, officer: Officer, role: Role, by: str) -> bool:
    """What an officer may do from now on, in sessions they have open too; `False` if it is so already."""
    if officer.role is role:
        return False
    audit = Audit(clock.now(), by, "role-changed", f"officer:{officer.id}", f"{officer.role} to {role}")
    return store.change_officer(officer.but(role=role), audit)


def set_disabled(store: Store, officer: Officer, disabled: bool, by: str) -> bool:
    """Let an officer in no longer, or again; what waits for them goes to others. `False` if it is so already."""
    if officer.disabled is disabled:
        return False
    what = "officer-disabled" if disabled else "officer-enabled"
    return store.change_officer(officer.but(disabled=disabled), Audit(clock.now(), by, what, f"officer:{officer.id}"))
