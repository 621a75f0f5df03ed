"""Sessions: who may open the console, for how long, and from where a form may come."""

from __future__ import annotations

import pytest
from council import Council
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.links import hash_token
from domain.playbooks import Role
from domain.rights import Right
from infra.officers import invite
from infra.store.signing_in import Audit
from web import app
from web.forms import Form
from web.signin.guarding import guarded
from web.signin.passwords import hash_password
from web.signin.sessions import SignedIn
from web.site import Site


@pytest.fixture
def desk(council: Council, monkeypatch: pytest.MonkeyPatch) -> Council:
    """A council with a page to look at, and a form to send, for whoever may respond."""

    def show(site: Site, request: Request, who: SignedIn) -> Response:
        return PlainTextResponse(who.officer.name)

    def take(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
        return PlainTextResponse("taken")

    monkeypatch.setattr(app, "console_routes", lambda site: [guarded(site, "/console/desk", Right.respond, show, take)])
    council._app = app.create_app(council.door)
    return council


def test_a_session_opens_the_console(desk: Council) -> None:
    """With one, the officer's page; without one, the way to sign in."""
    assert desk.signed_in(Role.officer, "Dana").get("/console/desk").text == "Dana"
    assert desk.visitor().get("/console/desk").status_code == 303


def test_a_form_of_ours_is_taken(desk: Council) -> None:
    """Its token goes with the session."""
    dana = desk.signed_in()
    assert dana.post("/console/desk", data={"csrf": desk.csrf_of(dana)}).text == "taken"
    assert dana.post("/console/desk", data={"csrf": "x"}).status_code == 403


def test_a_copy_of_the_store_signs_nobody_in(council: Council) -> None:
    """It holds hashes: not what the cookie holds, nor the token of forms, nor a set-up link, nor a password."""
    client = council.signed_in()
    link = invite(council.door, council.door.store.officers()[0], "command")
    council.door.store.set_password(
        hash_token(link.rpartition("/")[2]), hash_password("kettle orbit marmalade"), council.moment,
        Audit(council.moment, "command", "password-set"),
    )  # fmt: skip
    council.door.store.close()
    kept = b"".join(file.read_bytes() for file in council.home.glob("muster.db*"))
    for secret in (client.cookies["muster"], council.csrf_of(client), link.rpartition("/")[2], "kettle orbit"):
        assert secret.encode() not in kept
    assert b"$argon2id$v=19$m=65536,t=3,p=4$" in kept
