"""Signing in with a password: set-up links, lock-out, sessions, and forms that were sent from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from council import Council, hidden
from httpx import Response
from starlette.testclient import TestClient

from domain.officers import Officer
from domain.playbooks import Role
from infra.officers import give_role, invite, set_disabled
from infra.store.signing_in import Audit
from web.signin import passwords

PASSWORD = "kettle orbit marmalade"
MINUTE = timedelta(minutes=1)


def send(client: TestClient, path: str, headers: dict[str, str] | None = None, **fields: str) -> Response:
    """Open a page, fill in its form, send it."""
    held = hidden(client.get(path).text)
    return client.post(path, data=held | fields, headers=headers)


def invited(council: Council, officer: Officer) -> str:
    return invite(council.door, officer, "command").removeprefix("http://127.0.0.1:8000")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that are quick to make: these claims are about what follows from them."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=1024))
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def dana(council: Council) -> Officer:
    """Dana has set her password."""
    dana = council.has_officer("Dana")
    assert send(council.visitor(), invited(council, dana), password=PASSWORD, again=PASSWORD).status_code == 303
    return dana


def sign_in(council: Council, client: TestClient | None = None, **changed: str) -> Response:
    fields = {"email": "dana@council.example.org", "password": PASSWORD} | changed
    return send(client or council.visitor(), "/console/sign-in", **fields)


def is_in(client: TestClient) -> bool:
    return client.get("/console/sign-out").headers["location"] == "/console/"


# --- set-up links ---------------------------------------------------------------


def test_a_set_up_link_works_once(council: Council) -> None:
    """Dana opens it, chooses a password twice, and is signed in; opened again it says what to do."""
    dana, client = council.has_officer("Dana"), council.visitor()
    link = invited(council, dana)
    assert "This is for Dana" in client.get(link).text
    done = send(client, link, password=PASSWORD, again=PASSWORD)
    assert done.headers["location"] == "/console/"
    assert is_in(client)
    assert client.get(link).status_code == 404
    assert send(council.visitor(), "/console/sign-in").status_code == 422


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "Use 12 characters or more"),
        ("password1234", "password1234", "many people use this one"),
        ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "many people use this one"),
        ("dana@council.example.org", "dana@council.example.org", "not your name"),
        (PASSWORD, PASSWORD + "!", "not the same"),
        ("x" * 129, "x" * 129, "128 characters or fewer"),
    ],
)
def test_a_password_is_long_and_not_what_is_tried_first(council: Council, password: str, again: str, said: str) -> None:
    """No rules about kinds of characters; the page says what is wrong, and "Error" in its title."""
    link = invited(council, council.has_officer("Dana"))
    page = send(council.visitor(), link, password=password, again=again)
    assert page.status_code == 422
    assert said in page.text
    assert "<title>Error: Set up" in page.text
    assert (password in page.text) is (password == "dana@council.example.org")  # which the page says anyway


def test_a_set_up_link_ends(council: Council) -> None:
    """After a day, with a newer one, and with the officer."""
    dana = council.has_officer("Dana")
    first, second = invited(council, dana), invited(council, dana)
    assert council.get(first).status_code == 404
    council.moment += timedelta(hours=24) - MINUTE
    assert council.get(second).status_code == 200
    council.moment += MINUTE
    assert council.get(second).status_code == 404
    third = invited(council, dana)
    set_disabled(council.door, dana, True, "command")
    assert council.get(third).status_code == 404


def test_a_new_password_ends_sessions(council: Council, dana: Officer) -> None:
    """Whoever else was in is out."""
    other = council.signed_in(Role.duty, "Dana")
    send(council.visitor(), invited(council, dana), password=PASSWORD + "2", again=PASSWORD + "2")
    assert not is_in(other)


# --- signing in -----------------------------------------------------------------


def test_signing_in_gives_a_new_session_each_time(council: Council, dana: Officer) -> None:
    """W03: whatever cookie the browser sent, the session's is new, HttpOnly, SameSite=Lax, for the whole site."""
    client = council.visitor()
    client.cookies.set("muster", "chosen-by-somebody-else")
    done = sign_in(council, client)
    cookie = next(c for c in done.headers.get_list("set-cookie") if c.startswith("muster="))
    assert done.status_code == 303
    assert "chosen" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    again = sign_in(council)
    assert next(c for c in again.headers.get_list("set-cookie") if c.startswith("muster=")) != cookie


def test_what_is_wrong_is_not_told(council: Council, dana: Officer) -> None:
    """An unknown address, a wrong password and a locked account read the same."""
    femi = council.has_officer("Femi")  # has no password yet
    unknown = sign_in(council, email="nobody@council.example.org")
    wrong = sign_in(council, password="something else entirely")
    without = sign_in(council, email=femi.email)
    for _ in range(5):
        sign_in(council, password="something else entirely")
    locked = sign_in(council)
    pages = {
        p.text.replace(hidden(p.text)["csrf"], "").partition("<form")[0] for p in (unknown, wrong, without, locked)
    }
    assert {p.status_code for p in (unknown, wrong, without, locked)} == {422}
    assert len(pages) == 1


def test_a_lock_grows_and_ends(council: Council, dana: Officer) -> None:
    """A minute after the fifth wrong password, two after the next; then the right one lets Dana in and is forgotten."""
    for _ in range(5):
        sign_in(council, council.visitor("192.0.2.7"), password="wrong wrong wrong")
    assert sign_in(council, council.visitor("198.51.100.9")).status_code == 422
    council.moment += MINUTE
    sign_in(council, council.visitor("192.0.2.7"), password="wrong wrong wrong")
    council.moment += MINUTE
    assert sign_in(council, council.visitor("198.51.100.9")).status_code == 422
    council.moment += MINUTE
    assert sign_in(council, council.visitor("198.51.100.9")).status_code == 303
    assert sign_in(council, password="wrong wrong wrong").status_code == 422
    assert sign_in(council).status_code == 303


def test_nobody_locks_an_officer_out_of_their_own_desk(council: Council, dana: Officer) -> None:
    """Whoever knows Dana's address and guesses from elsewhere locks it there; where she signs in, she is let in."""
    for _ in range(6):
        sign_in(council, council.visitor("192.0.2.7"), password="wrong wrong wrong")
    assert sign_in(council, council.visitor("192.0.2.7")).status_code == 422
    assert sign_in(council).status_code == 303


def test_a_lock_is_shown_to_administrators(council: Council, dana: Officer) -> None:
    """On the officer's page, with until when; a set-up link ends it."""
    ada = council.signed_in(Role.admin, "Ada")
    page = f"/console/settings/officers/{dana.id}"
    assert "locked" not in ada.get(page).text
    for _ in range(5):
        sign_in(council, password="wrong wrong wrong")
    assert "locked until 9:01am" in ada.get(page).text
    send(council.visitor(), invited(council, dana), password=PASSWORD, again=PASSWORD)
    assert sign_in(council).status_code == 303


def test_an_old_hash_is_made_stronger(council: Council, dana: Officer) -> None:
    """At the next sign-in, without asking anybody; the password stays."""
    weak = PasswordHasher(time_cost=1, memory_cost=512).hash(PASSWORD)
    store = council.door.store
    kept = store.account(dana.id)
    assert kept is not None
    assert kept.password is not None
    store.rehash_password(dana.id, kept.password, weak)
    assert sign_in(council).status_code == 303
    now = store.account(dana.id)
    assert now is not None
    assert now.password not in (weak, kept.password)
    assert sign_in(council).status_code == 303


def test_a_network_that_guesses_waits(council: Council, dana: Officer) -> None:
    """429 after 20 wrong passwords a minute from one neighbourhood; others go on."""
    guesser = council.visitor("203.0.113.9")
    statuses = [sign_in(council, guesser, email=f"x{n}@example.org").status_code for n in range(21)]
    assert statuses == [422] * 20 + [429]
    assert sign_in(council).status_code == 303


# --- sessions --------------------------------------------------------------------


def test_a_session_ends_when_it_is_not_used(council: Council) -> None:
    """30 minutes without a page; with one it goes on, and never longer than 10 hours."""
    client = council.signed_in()
    council.moment += 29 * MINUTE
    assert is_in(client)
    council.moment += 29 * MINUTE
    assert is_in(client)
    council.moment += 30 * MINUTE
    assert not is_in(client)
    client = council.signed_in()
    for _ in range(29):
        council.moment += 20 * MINUTE
        assert is_in(client)
    council.moment += 20 * MINUTE
    assert not is_in(client)


def test_signing_out_ends_the_session(council: Council) -> None:
    """In the store too: the cookie of before opens nothing."""
    client = council.signed_in()
    kept = client.cookies["muster"]
    done = client.post("/console/sign-out", data={"csrf": council.csrf_of(client)})
    assert "You have signed out" in client.get(done.headers["location"]).text
    client.cookies.set("muster", kept)
    assert not is_in(client)


def test_a_disabled_officer_is_out_at_once(council: Council) -> None:
    """W04: with the next request; a role that is taken away is gone with the next request too."""
    client = council.signed_in(Role.manager, "Ravi")
    ravi = council.door.store.officers()[0]
    give_role(council.door, ravi, Role.viewer, "command")
    assert council.door.store.officers()[0].role is Role.viewer
    set_disabled(council.door, ravi.but(role=Role.viewer), True, "command")
    assert not is_in(client)


def test_forms_from_elsewhere_are_refused(council: Council) -> None:
    """W01 W02: another site, a sibling of ours, another origin: 403, and Dana is still signed in."""
    client = council.signed_in()
    token = {"csrf": council.csrf_of(client)}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "null"},
        {"Origin": "https://evil.test"},
        {"Origin": "http://["},
    ):
        assert client.post("/console/sign-out", data=token, headers=headers).status_code == 403
    for bad in ({}, {"csrf": ""}, {"csrf": "x" * 64}):
        assert client.post("/console/sign-out", data=bad).status_code == 403
    other = council.signed_in(Role.officer, "Femi")
    assert client.post("/console/sign-out", data={"csrf": council.csrf_of(other)}).status_code == 403
    assert is_in(client)
    assert client.post("/console/sign-out", data=token).status_code == 303


def test_nobody_is_signed_in_from_elsewhere(council: Council, dana: Officer) -> None:
    """Signing somebody in unasked, as the attacker, needs the token of a page of ours too."""
    client = council.visitor()
    held = hidden(client.get("/console/sign-in").text) | {"email": dana.email, "password": PASSWORD}
    assert client.post("/console/sign-in", data=held, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert council.visitor().post("/console/sign-in", data=held).status_code == 403
    assert client.post("/console/sign-in", data=held).status_code == 303


@pytest.mark.parametrize(
    "there",
    ["//evil.test", "https://evil.test/console/", "/\\evil.test", "/console/..//evil", "/console/\r\nX: y", "/r/k1.x",
     "/console/sign-out", "javascript:alert(1)", "/console/@evil.test", "/console//evil.test",
     "/console/needs?next=//evil.test", "/console/?partner=//evil.test"],
)  # fmt: skip
def test_no_open_redirect(council: Council, dana: Officer, there: str) -> None:
    """W15: after signing in, only to pages of the console."""
    client = council.visitor()
    page = client.get("/console/sign-in", params={"next": there})
    assert hidden(page.text)["next"] == "/console/"
    done = client.post(
        "/console/sign-in", data=hidden(page.text) | {"email": dana.email, "password": PASSWORD, "next": there}
    )
    assert done.headers["location"] == "/console/"


def test_back_to_what_was_asked_for(council: Council, dana: Officer) -> None:
    """A link to a page of the console leads there, after signing in."""
    client = council.visitor()
    asked = client.get("/console/sign-out")
    assert asked.headers["location"] == "/console/sign-in"
    page = client.get("/console/sign-in?next=/console/needs/N-7K3QX2")
    done = client.post("/console/sign-in", data=hidden(page.text) | {"email": dana.email, "password": PASSWORD})
    assert done.headers["location"] == "/console/needs/N-7K3QX2"


def test_a_mail_s_link_about_a_partner_leads_there(council: Council, dana: Officer) -> None:
    """What Dana's mail links to names Sam: signing in, she still comes to the answer of Sam, and of nobody else."""
    for query, kept in (("?partner=sam.lee-1", "?partner=sam.lee-1"), ("?partner=a%0Ab", ""), ("?partner=x&to=y", "")):
        client = council.visitor()
        to_sign_in = client.get(f"/console/needs/N-7K3QX2/answer{query}").headers["location"]
        assert to_sign_in == f"/console/sign-in?next=/console/needs/N-7K3QX2/answer{kept}"
        page = client.get(to_sign_in)
        done = client.post("/console/sign-in", data=hidden(page.text) | {"email": dana.email, "password": PASSWORD})
        assert done.headers["location"] == f"/console/needs/N-7K3QX2/answer{kept}"


# --- cookies ----------------------------------------------------------------------


@pytest.mark.parametrize("changed", [{"base_url": "https://muster.kingsbourne.example.org"}], ids=["https"])
def test_cookies_over_https_are_host_cookies(tmp_path: Any, changed: dict[str, str]) -> None:
    """`__Host-`, Secure: no sibling of our address can set or read them."""
    council = Council(tmp_path, changed=changed)
    try:
        page = council.visitor(base_url="https://muster.kingsbourne.example.org").get("/console/sign-in")
        assert page.headers["set-cookie"].startswith("__Host-muster-before=")
        assert "Secure" in page.headers["set-cookie"]
        assert "Domain" not in page.headers["set-cookie"]
    finally:
        council.close()


def test_over_plain_http_nobody_signs_in(tmp_path: Any) -> None:
    """Except on this machine: the page says what to do, and sets no cookie."""
    council = Council(tmp_path, changed={"base_url": "http://muster.kingsbourne.example.org"})
    try:
        page = council.get("/console/sign-in")
        assert page.status_code == 403
        assert "https://" in page.text
        assert "set-cookie" not in page.headers
    finally:
        council.close()


def test_partner_pages_have_no_cookies(asked: tuple[Council, str, str]) -> None:
    """Whoever is signed in too: they neither set one nor read one."""
    council, _, link = asked
    client = council.signed_in(Role.manager, "Ravi")
    plain, known = council.visitor().get(link), client.get(link)
    assert plain.text == known.text
    assert "set-cookie" not in known.headers


# --- the audit --------------------------------------------------------------------


def test_sign_ins_and_failures_are_in_the_audit(council: Council, dana: Officer) -> None:
    """Who, what, when; never an address or a password; and the chain holds."""
    sign_in(council, password="wrong wrong wrong")
    sign_in(council)
    sign_in(council, email="nobody@council.example.org")
    entries = council.door.store.audit()
    assert [entry.what for _, entry in reversed(entries)] == [
        "invited", "password-set", "signed-in", "sign-in-failed", "signed-in", "sign-in-failed",
    ]  # fmt: skip
    assert entries[1][1] == Audit(council.moment, "officer:O-Dana", "signed-in", "", "password")
    assert not any("@" in str(entry) for _, entry in entries)
    assert council.door.store.verify_audit() is None
