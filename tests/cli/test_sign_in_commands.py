"""`muster officer invite, role, disable, enable` and `muster key …`: who may sign in, and keys of the API."""

from __future__ import annotations

import pytest

from domain.links import hash_token
from infra.settings import settings
from infra.store import open_store
from tests.cli.conftest import Muster


@pytest.fixture
def dana(muster: Muster) -> str:
    ran = muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty", "--json")
    return str(ran.json["set_up"])


def test_adding_an_officer_prints_a_set_up_link(muster: Muster, dana: str) -> None:
    """Whole, under the council's address; the store keeps a hash of it; adding them again makes none."""
    assert dana.startswith("http://127.0.0.1:8000/console/set-up/")
    token = dana.rpartition("/")[2]
    store = open_store(settings().store_url)
    assert store.set_up_for(hash_token(token), store.audit()[0][1].at) is not None
    store.close()
    assert token.encode() not in (settings().home / "muster.db").read_bytes()
    again = muster("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
    assert again.code == 0
    assert "set-up" not in again.out
    plain = muster("officer", "add", "--name", "Femi", "--email", "femi@example.org", "--role", "duty")
    assert plain.out.splitlines()[2].startswith("http://127.0.0.1:8000/console/set-up/")


def test_an_officer_is_invited_anew(muster: Muster, dana: str) -> None:
    """Another link; not for one without access, nor for somebody unknown."""
    link = muster("officer", "invite", "DANA@example.org", "--json").json["set_up"]
    assert link != dana
    assert muster("officer", "disable", "dana@example.org").out == "Dana Duty has no access any more.\n"
    assert "muster officer enable" in muster("officer", "invite", "dana@example.org").err
    nobody = muster("officer", "invite", "nobody@example.org")
    assert nobody.code == 1
    assert "muster officer list" in nobody.err


def test_access_and_role_are_changed_once(muster: Muster, dana: str) -> None:
    """Said if it is so already; the list shows who has no access; doctor misses a duty officer."""
    assert "is manager now" in muster("officer", "role", "dana@example.org", "manager").out
    assert "already" in muster("officer", "role", "dana@example.org", "manager").out
    assert muster("officer", "role", "dana@example.org", "king").code == 2
    muster("officer", "role", "dana@example.org", "duty")
    muster("officer", "disable", "dana@example.org")
    assert "already" in muster("officer", "disable", "dana@example.org").out
    assert "no access" in muster("officer", "list").out
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert findings["duty officer"]["ok"] is False
    assert "again" in muster("officer", "enable", "dana@example.org").out


def test_a_key_is_printed_once(muster: Muster) -> None:
    """Made with its rights, listed without itself, revoked once."""
    made = muster("key", "add", "--name", "Case system", "--right", "respond", "--right", "look", "--json").json
    assert made["key"].startswith("muster_")
    assert made["rights"] == ["look", "respond"]
    listed = muster("key", "list", "--json")
    assert made["key"] not in listed.out
    assert listed.json[0] | {"made_at": ""} == {
        "id": made["id"], "name": "Case system", "rights": ["look", "respond"], "made_at": "",
        "made_by": "command", "used_at": None, "revoked_at": None,
    }  # fmt: skip
    assert "is revoked" in muster("key", "revoke", made["id"]).out
    assert "already" in muster("key", "revoke", made["id"]).out
    shown = muster("key", "list").out
    assert "Case system" in shown
    assert "somebody" in shown
    assert muster("key", "revoke", "nothing").code == 1
    assert muster("key", "add", "--name", "", "--right", "look").err.startswith("--name: ")
    assert muster("key", "add", "--name", "x", "--right", "everything").code == 2


def test_a_phone_number_is_given_afterwards(muster: Muster, dana: str) -> None:
    """It is there at once, twice is said, what is no number is refused, and none can be had again."""
    assert "has this number now" in muster("officer", "phone", "dana@example.org", "07700 900123").out
    assert "already" in muster("officer", "phone", "dana@example.org", "+447700900123").out
    assert muster("officer", "list", "--json").json[0]["phone"] == "+447700900123"
    assert muster("officer", "phone", "dana@example.org", "12").err.startswith("NUMBER: ")
    assert "has no number now" in muster("officer", "phone", "dana@example.org", "").out


def test_doctor_looks_at_signing_in_and_the_audit(muster: Muster, dana: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """W17: an edited entry is named; a base URL without https is said; a provider that does not answer too."""
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert findings["signing in"]["ok"]
    assert findings["audit"]["sentence"] == "nothing has been edited or deleted"
    store = open_store(settings().store_url)
    with store._writing() as db:  # type: ignore[attr-defined]
        db.execute("UPDATE audit SET who = 'officer:O1' WHERE seq = 2")
    store.close()
    monkeypatch.setenv("MUSTER_BASE_URL", "http://muster.example.org")
    settings.cache_clear()
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert findings["audit"]["sentence"] == "entry 2 of the audit has been edited"
    assert "https://" in findings["signing in"]["do"]
    monkeypatch.setenv("MUSTER_BASE_URL", "https://muster.example.org")
    monkeypatch.setenv("MUSTER_SIGN_IN", "oidc")
    monkeypatch.setenv("MUSTER_OIDC_ISSUER", "http://127.0.0.1:9")
    monkeypatch.setenv("MUSTER_OIDC_CLIENT_ID", "muster")
    settings.cache_clear()
    findings = {finding["about"]: finding for finding in muster("doctor", "--json").json}
    assert "cannot be reached" in findings["signing in"]["sentence"]
