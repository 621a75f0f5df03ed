"""The list of officers, changed by several at once: what was read earlier never undoes what somebody did since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.playbooks import Role
from infra.door import Door
from infra.officers import add_officer, give_role, new_officer, set_disabled, set_phone
from infra.settings import Settings
from infra.store import open_store


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(open_store(f"sqlite:///{tmp_path / 'muster.db'}"), Settings(home=tmp_path))


def test_a_disabled_officer_does_not_come_back_by_another_change(door: Door) -> None:
    """Ada disables Dana; Ravi, whose page is from before, gives her a role and a number: she stays disabled."""
    dana = new_officer("Dana Duty", "dana@example.org", "duty")
    add_officer(door, dana, "command")
    assert set_disabled(door, dana, True, "officer:ada")
    assert give_role(door, dana, Role.manager, "officer:ravi")
    assert set_phone(door, dana, "020 7946 0999", "officer:ravi")
    now = door.store.officers()[0]
    assert (now.disabled, now.role, bool(now.phone)) == (True, Role.manager, True)
    assert not set_disabled(door, dana, True, "officer:ravi")
    assert not give_role(door, dana, Role.manager, "officer:ada")


def test_two_administrators_at_once(door: Door) -> None:
    """Thirty pairs of changes at the same moment: both hold, and the audit says each once."""
    crew = [new_officer(f"Dana {n}", f"dana{n}@example.org", "duty") for n in range(30)]
    for dana in crew:
        add_officer(door, dana, "command")
    with ThreadPoolExecutor(4) as threads:
        for dana in crew:
            threads.submit(set_disabled, door, dana, True, "officer:ada")
            threads.submit(give_role, door, dana, Role.manager, "officer:ravi")
    assert all(dana.disabled and dana.role is Role.manager for dana in door.store.officers())
    said = [entry.what for _, entry in door.store.audit(limit=1000)]
    assert (said.count("officer-disabled"), said.count("role-changed")) == (30, 30)
