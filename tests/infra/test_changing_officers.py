"""The list of officers, changed by several at once: what was read earlier never undoes what somebody did since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.playbooks import Role
from infra.officers import add_officer, give_role, new_officer, set_disabled, set_phone
from infra.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'muster.db'}")


def test_a_disabled_officer_does_not_come_back_by_another_change(store: Store) -> None:
    """Ada disables Dana; Ravi, whose page is from before, gives her a role and a number: she stays disabled."""
    dana = new_officer("Dana Duty", "dana@example.org", "duty")
    add_officer(store, dana, "command")
    assert set_disabled(store, dana, True, "officer:ada")
    assert give_role(store, dana, Role.manager, "officer:ravi")
    assert set_phone(store, dana, "020 7946 0999", "officer:ravi")
    now = store.officers()[0]
    assert (now.disabled, now.role, bool(now.phone)) == (True, Role.manager, True)
    assert not set_disabled(store, dana, True, "officer:ravi")
    assert not give_role(store, dana, Role.manager, "officer:ada")


def test_two_administrators_at_once(store: Store) -> None:
    """Thirty pairs of changes at the same moment: both hold, and the audit says each once."""
    crew = [new_officer(f"Dana {n}", f"dana{n}@example.org", "duty") for n in range(30)]
    for dana in crew:
        add_officer(store, dana, "command")
    with ThreadPoolExecutor(4) as threads:
        for dana in crew:
            threads.submit(set_disabled, store, dana, True, "officer:ada")
            threads.submit(give_role, store, dana, Role.manager, "officer:ravi")
    assert all(dana.disabled and dana.role is Role.manager for dana in store.officers())
    said = [entry.what for _, entry in store.audit(limit=1000)]
    assert (said.count("officer-disabled"), said.count("role-changed")) == (30, 30)
