"""Settings: my sessions; for administrators, officers, keys of the API, and the audit."""

from __future__ import annotations

from council import Council
from httpx import Response
from starlette.testclient import TestClient

from domain.playbooks import Role
from domain.rights import Right
from web.signin.keys import key_holder
from web.site import Site

OFFICERS, KEYS = "/console/settings/officers", "/console/settings/keys"


def send(council: Council, client: TestClient, path: str, **fields: str) -> Response:
    return client.post(path, data={"csrf": council.csrf_of(client)} | fields)


def is_in(client: TestClient) -> bool:
    return client.get("/console/settings").status_code == 200


def test_i_see_who_i_am_and_end_my_other_sessions(council: Council) -> None:
    """Dana is signed in twice; from one browser she ends the other. What administrators have is not shown to her."""
    here, there = council.signed_in(), council.signed_in()
    page = here.get("/console/settings")
    assert "Duty officer" in page.text
    assert "dana@council.example.org" in page.text
    assert page.text.count("Password</td>") == 2
    assert "Audit" not in page.text
    assert send(council, here, "/console/settings").status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert "signed out everywhere else" in here.get("/console/settings?done=ended").text


def test_an_administrator_adds_an_officer(council: Council) -> None:
    """Ada adds Femi and gets the set-up link, once; Femi may open it. What is wrong is said by the field."""
    ada = council.signed_in(Role.admin, "Ada")
    made = send(council, ada, f"{OFFICERS}/new", name="Femi Duty", email="femi@example.org", role="duty")
    assert made.status_code == 200
    link = made.text.partition("http://127.0.0.1:8000")[2].partition("<")[0]
    assert council.visitor().get(link).status_code == 200
    femi = council.door.store.officers()[1]
    assert link not in ada.get(f"{OFFICERS}/{femi.id}").text
    again = send(council, ada, f"{OFFICERS}/new", name="Femi", email="femi@example.org", role="duty")
    assert again.status_code == 422
    assert "on the list already" in again.text
    empty = send(council, ada, f"{OFFICERS}/new", name="", email="no", role="king")
    assert empty.status_code == 422
    assert "Choose a role" in empty.text
    assert "<title>Error: Add an officer" in empty.text
    assert len(council.door.store.officers()) == 2


def test_an_administrator_changes_what_another_may_do(council: Council) -> None:
    """Role, sessions, access: each at once, each in the audit."""
    ada, ravi = council.signed_in(Role.admin, "Ada"), council.signed_in(Role.manager, "Ravi")
    page = f"{OFFICERS}/O-Ravi"
    assert send(council, ada, page, do="role", role="viewer").status_code == 303
    assert "Viewer" in ravi.get("/console/settings").text
    assert send(council, ada, page, do="end-sessions").status_code == 303
    assert not is_in(ravi)
    ravi = council.signed_in(Role.viewer, "Ravi")
    assert send(council, ada, page, do="disable").status_code == 303
    assert not is_in(ravi)
    assert "No access" in ada.get(OFFICERS).text
    assert send(council, ada, page, do="enable").status_code == 303
    assert send(council, ada, page, do="role", role="king").status_code == 422
    assert send(council, ada, f"{OFFICERS}/O-Nobody", do="disable").status_code == 404
    what = [entry.what for _, entry in reversed(council.door.store.audit())]
    assert what == ["signed-in", "signed-in", "role-changed", "sessions-ended", "signed-in", "officer-disabled",
                    "officer-enabled"]  # fmt: skip


def test_nobody_changes_their_own_role(council: Council) -> None:
    """So that there is always an administrator, and no slip locks the last one out."""
    ada = council.signed_in(Role.admin, "Ada")
    for do in ("role", "disable", "end-sessions"):
        assert send(council, ada, f"{OFFICERS}/O-Ada", do=do, role="viewer").status_code == 422
    assert council.door.store.officers()[0].role is Role.admin
    assert is_in(ada)


def test_a_key_is_shown_once_and_revoked_at_once(council: Council) -> None:
    """It holds for what was ticked and nothing else; only its hash is kept."""
    ada = council.signed_in(Role.admin, "Ada")
    made = send(council, ada, KEYS, name="Case system", **{"may-look": "yes", "may-respond": "yes"})
    text = made.text.partition("muster_")[1] + made.text.partition("muster_")[2][:43]
    listed = ada.get(KEYS).text
    assert text not in listed
    assert "<br>Ada</td>" in listed, "who made it"
    (key,) = council.door.store.api_keys()
    assert key.rights == (Right.look, Right.respond)
    assert text not in str(key)
    holder = shows(council, f"Bearer {text}")
    assert holder is not None
    assert holder.by == f"key:{key.id}"
    assert holder.may(Right.respond)
    assert not holder.may(Right.steer)
    for wrong in ("", "Bearer", f"Basic {text}", f"Bearer {text}x", f"Bearer {text[:-1]}", "Bearer muster_" + "x" * 43):
        assert shows(council, wrong) is None
    assert send(council, ada, f"{KEYS}/{key.id}/revoke").status_code == 303
    assert shows(council, f"Bearer {text}") is None
    assert "Revoked" in ada.get(KEYS).text


def shows(council: Council, authorization: str):  # type: ignore[no-untyped-def]
    from starlette.requests import Request

    from web.security import Limits

    headers = [(b"authorization", authorization.encode())]
    return key_holder(Site(council.door, Limits()), Request({"type": "http", "headers": headers}))


def test_a_key_needs_a_name_and_a_right(council: Council) -> None:
    """What is wrong is said by the field."""
    ada = council.signed_in(Role.admin, "Ada")
    nothing = send(council, ada, KEYS, name="Case system")
    assert nothing.status_code == 422
    assert "Choose at least one thing" in nothing.text
    nameless = send(council, ada, KEYS, name=" ", **{"may-look": "yes"})
    assert nameless.status_code == 422
    assert "Say what the key is for" in nameless.text
    assert council.door.store.api_keys() == []


def test_the_audit_names_people(council: Council) -> None:
    """By name on the page, by id in the store; a page at a time."""
    ada = council.signed_in(Role.admin, "Ada")
    for _ in range(60):
        council.signed_in(Role.admin, "Ada")
    page = ada.get("/console/settings/audit")
    assert "Signed in" in page.text
    assert page.text.count("Ada</td>") == 50
    older = ada.get("/console/settings/audit?before=12")
    assert older.text.count("Ada</td>") == 11
    assert ada.get("/console/settings/audit?before=x%00").status_code == 200


def test_a_phone_number_can_be_given_afterwards(council: Council) -> None:
    """Dana gives her own, Ada another for her; what is no number is said by the field; each change is in the audit."""
    dana, ada = council.signed_in(), council.signed_in(Role.admin, "Ada")
    assert send(council, dana, "/console/settings", do="phone", phone="07700 900123").status_code == 303
    assert "+447700900123" in dana.get("/console/settings?done=phone").text
    wrong = send(council, dana, "/console/settings", do="phone", phone="12")
    assert wrong.status_code == 422
    assert 'href="#phone"' in wrong.text
    page = f"{OFFICERS}/O-Dana"
    assert 'href="#phone"' in send(council, ada, page, do="phone", phone="x").text
    assert send(council, ada, page, do="phone", phone="").status_code == 303
    assert next(o for o in council.door.store.officers() if o.id == "O-Dana").phone is None
    kept = [(entry.who, entry.detail) for _, entry in council.door.store.audit() if entry.what == "phone-changed"]
    assert kept == [("officer:O-Ada", "taken away"), ("officer:O-Dana", "given")]
