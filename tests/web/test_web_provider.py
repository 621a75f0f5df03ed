"""Signing in at the council's provider: a real one, and one that lies."""

from __future__ import annotations

import base64
import hmac
import json
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from council import Council
from httpx import Response
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey
from provider import KEY, Liar, lying_provider
from pydantic import SecretStr
from starlette.testclient import TestClient

from domain.playbooks import Role
from infra.officers import invite, set_disabled

with warnings.catch_warnings():  # it still uses what its own libraries will drop
    import authlib.deprecate  # noqa: F401 - it would show them always

    warnings.simplefilter("ignore")
    import oidc_provider_mock

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # the same, while it serves
ROLES = "Muster Officers=officer,Muster Managers=manager"


def council_at(home: Path, issuer: str, **more: Any) -> Council:
    """A council whose officers sign in at `issuer`."""
    changed = {"sign_in": "oidc", "oidc_issuer": issuer, "oidc_client_id": "muster", "oidc_roles": ROLES}
    now = datetime.now(UTC)  # a real provider looks at the real clock
    return Council(home, moment=now, changed=changed | more)


def is_in(client: TestClient) -> bool:
    return client.get("/console/sign-out").headers["location"] == "/console/"


# --- a real provider -------------------------------------------------------------


@dataclass
class Town:
    """A council, and the real provider its officers sign in at."""

    council: Council
    issuer: str

    def knows(self, subject: str, **claims: Any) -> None:
        httpx.put(f"{self.issuer}/users/{subject}", json=claims).raise_for_status()

    def comes(
        self, subject: str, client: TestClient | None = None, begin: str = "/console/sign-in/provider"
    ) -> Response:
        """Somebody goes to the provider, says who they are, and comes back."""
        client = client or self.council.visitor()
        there = client.get(begin).headers["location"]
        back = httpx.post(there, data={"sub": subject}).headers["location"]
        parts = urlsplit(back)
        return client.get(f"{parts.path}?{parts.query}")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        council = council_at(tmp_path, issuer, oidc_client_secret=SecretStr("a secret"))
        yield Town(council, issuer)
        council.close()


DANA = {"name": "Dana Duty", "email": "dana@example.org", "roles": ["Muster Officers", "Everybody"]}


def test_an_officer_signs_in_at_the_council(town: Town) -> None:
    """Code, PKCE, state and nonce; the first time they are put on the list with the role their groups give."""
    town.knows("dana-1", **DANA)
    client = town.council.visitor()
    asked = parse_qs(urlsplit(client.get("/console/sign-in/provider").headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/console/sign-in/back"]
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 43
    done = town.comes("dana-1", client)
    assert done.status_code == 303
    assert done.headers["location"] == "/console/"
    assert is_in(client)
    (officer,) = town.council.door.store.officers()
    assert (officer.name, officer.email, officer.role) == ("Dana Duty", "dana@example.org", Role.officer)
    assert town.comes("dana-1").status_code == 303
    assert len(town.council.door.store.officers()) == 1


def test_the_highest_of_several_roles_and_its_changes(town: Town) -> None:
    """Groups decide at each sign-in; without any of ours nobody is let in, and sessions end."""
    town.knows("ravi", **DANA | {"email": "ravi@example.org", "roles": ["Muster Managers", "Muster Officers"]})
    client = town.council.visitor()
    town.comes("ravi", client)
    assert town.council.door.store.officers()[0].role is Role.manager
    town.knows("ravi", **DANA | {"email": "ravi@example.org"})
    town.comes("ravi")
    assert town.council.door.store.officers()[0].role is Role.officer
    town.knows("ravi", **DANA | {"email": "ravi@example.org", "roles": ["Everybody"]})
    refused = town.comes("ravi")
    assert refused.status_code == 403
    assert "None of your council’s groups" in refused.text
    assert not is_in(client)


def test_an_address_is_nobody(town: Town) -> None:
    """W07: another person with Dana's address is another person, and has no access."""
    town.knows("dana-1", **DANA)
    town.comes("dana-1")
    town.knows("mallory", **DANA | {"roles": ["Muster Managers"]})
    refused = town.comes("mallory")
    assert refused.status_code == 403
    assert "signs in as somebody else" in refused.text
    assert "muster=" not in refused.headers.get("set-cookie", "")
    (officer,) = town.council.door.store.officers()
    assert officer.role is Role.officer


def test_an_officer_on_the_list_says_which_account_is_theirs(town: Town) -> None:
    """By their set-up link, once: by their address alone nobody takes it over."""
    femi = town.council.has_officer("Femi", Role.duty)
    town.knows("femi-1", name="Femi", email=femi.email, roles=["Muster Officers"])
    assert town.comes("femi-1").status_code == 403
    link = invite(town.council.door, femi, "command").removeprefix("http://127.0.0.1:8000")
    page = town.council.visitor().get(link)
    assert f"{link}/provider" in page.text
    assert "Choose a password" not in page.text
    assert town.comes("femi-1", begin=f"{link}/provider").status_code == 303
    assert town.council.visitor().get(f"{link}/provider").status_code == 404
    assert town.comes("femi-1").status_code == 303
    assert town.council.door.store.officers()[0].role is Role.officer


def test_without_groups_our_own_list_decides(tmp_path: Path, town: Town) -> None:
    """Whoever has linked an account has the role of our list; nobody else comes in, whatever their groups are."""
    council = council_at(tmp_path / "other", town.issuer, oidc_roles="", oidc_client_secret=SecretStr("a secret"))
    try:
        there = Town(council, town.issuer)
        femi = council.has_officer("Femi", Role.duty)
        town.knows("femi-1", name="Femi", email="femi@elsewhere.example.org", roles=["Muster Managers"])
        town.knows("sam", name="Sam", email="sam@example.org", roles=["Muster Managers"])
        link = invite(council.door, femi, "command").removeprefix("http://127.0.0.1:8000")
        assert there.comes("femi-1", begin=f"{link}/provider").status_code == 303
        assert there.comes("femi-1").status_code == 303
        assert "not on your council’s list" in there.comes("sam").text
        assert [officer.role for officer in council.door.store.officers()] == [Role.duty]
    finally:
        council.door.store.close()


def test_one_who_is_disabled_stays_out(town: Town) -> None:
    """Whatever the provider says of them."""
    town.knows("dana-1", **DANA)
    town.comes("dana-1")
    set_disabled(town.council.door, town.council.door.store.officers()[0], True, "command")
    assert town.comes("dana-1").status_code == 403


def test_only_the_browser_that_went_may_come_back(town: Town) -> None:
    """A link back that somebody else made signs nobody in; nor does one that was used, or that is late."""
    town.knows("dana-1", **DANA)
    client = town.council.visitor()
    there = client.get("/console/sign-in/provider").headers["location"]
    parts = urlsplit(httpx.post(there, data={"sub": "dana-1"}).headers["location"])
    back = f"{parts.path}?{parts.query}"
    assert town.council.visitor().get(back).status_code == 403
    assert client.get(back.replace("state=", "state=x")).status_code == 403
    assert client.get(back).status_code == 403  # a wrong state ends the attempt
    client.get("/console/sign-in/provider")
    town.council.moment += timedelta(minutes=11)
    assert client.get(back).status_code == 403


def test_refused_at_the_provider(town: Town) -> None:
    """Kindly, with what to do."""
    client = town.council.visitor()
    state = parse_qs(urlsplit(client.get("/console/sign-in/provider").headers["location"]).query)["state"][0]
    page = client.get("/console/sign-in/back", params={"state": state, "error": "access_denied"})
    assert page.status_code == 403
    assert "did not let you in" in page.text


def test_an_answer_of_another_provider_is_refused(town: Town) -> None:
    """W15: one that says it comes from elsewhere (RFC 9207); and where to go next is a page of ours."""
    town.knows("dana-1", **DANA)
    client = town.council.visitor()
    there = client.get("/console/sign-in/provider").headers["location"]
    parts = urlsplit(httpx.post(there, data={"sub": "dana-1"}).headers["location"])
    assert client.get(f"{parts.path}?{parts.query}&iss=https://evil.test").status_code == 403
    for asked, led in (("//evil.test", "/console/"), ("/console/needs", "/console/needs")):
        done = town.comes("dana-1", begin=f"/console/sign-in/provider?next={asked}")
        assert done.headers["location"] == led


# --- one that lies ----------------------------------------------------------------

Claims = dict[str, Any]


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[tuple[Council, Liar]]:
    with lying_provider() as liar:
        council = council_at(tmp_path, liar.issuer)
        yield council, liar
        council.close()


def comes_back(council: Council, liar: Liar, make: Callable[[Claims], str]) -> Response:
    """Somebody comes back, and the provider hands out the token that `make` makes of what would be right."""
    client = council.visitor()
    asked = parse_qs(urlsplit(client.get("/console/sign-in/provider").headers["location"]).query)
    now = int(datetime.now(UTC).timestamp())
    right = DANA | {"iss": liar.issuer, "aud": "muster", "sub": "dana-1", "nonce": asked["nonce"][0], "iat": now,
                    "exp": now + 300}  # fmt: skip
    liar.make = lambda form: make(right)
    return client.get("/console/sign-in/back", params={"state": asked["state"][0], "code": "c"})


def signed(claims: Claims, key: Any = KEY, **header: Any) -> str:
    body = json.dumps(claims).encode()  # half a character is written as \ud800
    return jws.serialize_compact({"alg": "RS256", "kid": "ours"} | header, body, key, ["RS256", "HS256", "PS256"])


def b64(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def in_parts(*parts: Claims) -> str:
    return ".".join(b64(json.dumps(part).encode()) for part in parts)


def unsigned(claims: Claims) -> str:
    return in_parts({"alg": "none", "typ": "JWT"}, claims) + "."


def hs256_with_the_public_key(claims: Claims) -> str:
    body = in_parts({"alg": "HS256", "kid": "ours"}, claims)
    return f"{body}.{b64(hmac.digest(KEY.as_pem(private=False), body.encode(), 'sha256'))}"


def with_its_own_key(claims: Claims) -> str:
    own = RSAKey.generate_key(2048)
    return signed(claims, own, jwk=own.as_dict(private=False))


def test_a_right_token_is_taken(liar: tuple[Council, Liar]) -> None:
    """With a public client, no secret is sent; with what it was asked with, the code and its verifier are."""
    assert comes_back(*liar, signed).status_code == 303
    (asked,) = liar[1].asked
    assert asked["grant_type"] == "authorization_code"
    assert len(asked["code_verifier"]) >= 43
    assert asked["authorization"] == ""
    assert comes_back(*liar, lambda claims: signed(claims, alg="PS256")).status_code == 303
    both = {"aud": ["muster", "other"], "azp": "muster"}
    assert comes_back(*liar, lambda claims: signed(claims | both)).status_code == 303


@pytest.mark.parametrize(
    "make",
    [
        unsigned,
        hs256_with_the_public_key,
        with_its_own_key,
        lambda claims: signed(claims, RSAKey.generate_key(2048)),
        lambda claims: signed(claims, kid="another"),
        lambda claims: signed(claims | {"aud": "another-client"}),
        lambda claims: signed(claims | {"aud": ["muster", "other"]}),
        lambda claims: signed(claims | {"azp": "other"}),
        lambda claims: signed(claims | {"iss": claims["iss"] + "/"}),
        lambda claims: signed(claims | {"iss": "https://login.example.org/another-tenant/v2.0"}),
        lambda claims: signed(claims | {"exp": claims["iat"] - 61, "iat": claims["iat"] - 500}),
        lambda claims: signed(claims | {"iat": claims["iat"] - 3600}),
        lambda claims: signed(claims | {"iat": claims["iat"] + 3600, "exp": claims["iat"] + 7200}),
        lambda claims: signed(claims | {"nbf": claims["iat"] + 3600}),
        lambda claims: signed(claims | {"nonce": "of an earlier sign-in"}),
        lambda claims: signed({name: value for name, value in claims.items() if name != "nonce"}),
        lambda claims: signed({name: value for name, value in claims.items() if name != "exp"}),
        lambda claims: signed(claims | {"sub": ""}),
        lambda claims: signed(claims | {"sub": 7}),
        lambda claims: signed(claims | {"sub": "dana\x00"}),
        lambda claims: signed(claims | {"sub": "dana\ud800"}),
        lambda claims: signed(claims | {"sub": "d\u00e4na\u202e"}),
        lambda claims: signed(claims | {"nonce": "\ud800"}),
        lambda claims: signed(claims | {"nonce": ["a", "list"]}),
        lambda claims: signed(claims | {"nonce": None}),
        lambda claims: signed(claims | {"iat": "now"}),
        lambda claims: signed(claims)[:-4] + "AAAA",
        lambda claims: "not.a.token",
        lambda claims: "",
    ],
    ids=["alg none", "HS256 with the public key", "header jwk", "another key", "unknown kid", "aud", "aud without azp",
         "azp", "iss almost", "another tenant", "over", "stale", "from the future", "not yet", "replayed nonce",
         "no nonce", "no end", "nobody", "a number", "NUL", "half a character", "no ASCII", "half a nonce",
         "a list for a nonce", "nothing for a nonce",
         "words for a time", "tampered", "no token", "nothing"],
)  # fmt: skip
def test_a_token_that_does_not_hold(liar: tuple[Council, Liar], make: Callable[[Claims], str]) -> None:
    """W05 W06: refused, all the same; nobody is put on the list, and no session begins."""
    page = comes_back(*liar, make)
    assert page.status_code == 403
    assert "did not let you in" in page.text
    assert "muster=" not in page.headers.get("set-cookie", "")
    assert liar[0].door.store.officers() == ()


@pytest.mark.parametrize("claim", ["name", "email", "preferred_username", "roles", "at_hash", "azp"])
@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\u202eanad", 7, ["\ud800"], {"a": "\ud800"}, "x" * 5000])
def test_odd_claims_are_no_fault_of_ours(liar: tuple[Council, Liar], claim: str, odd: object) -> None:
    """W05: half a character, NUL, a number, a list where a word belongs: let in or refused, never a traceback."""
    page = comes_back(*liar, lambda claims: signed(claims | {claim: odd}))
    assert page.status_code in (303, 403)
    assert all(officer.name.isprintable() for officer in liar[0].door.store.officers())


@pytest.mark.parametrize("size", [17_000, 5_000_000])
def test_a_huge_token_is_refused_fast(liar: tuple[Council, Liar], size: int) -> None:
    """W06: no more is read than an answer may hold."""
    began = time.monotonic()
    page = comes_back(*liar, lambda claims: signed(claims | {"filler": "x"}) + "x" * size)
    assert page.status_code in (403, 503)
    assert time.monotonic() - began < 3
    assert liar[0].door.store.officers() == ()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.test"},
        {"token_endpoint": "http://evil.test/token", "authorization_endpoint": "http://evil.test/"},
        {"authorization_endpoint": None},
    ],
)
def test_a_provider_that_publishes_something_else(liar: tuple[Council, Liar], change: dict[str, Any]) -> None:
    """Another issuer, or a way on which others could listen: nobody is sent there."""
    council, provider = liar
    provider.published |= change
    page = council.visitor().get("/console/sign-in/provider")
    assert page.status_code == 503
    assert "cannot be reached" in page.text


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b"[" * 100_000, b"\xff", b"{}"])
def test_a_provider_that_talks_nonsense(liar: tuple[Council, Liar], raw: bytes) -> None:
    """A kind page, no incident."""
    council, provider = liar
    provider.raw = raw
    assert council.visitor().get("/console/sign-in/provider").status_code == 503


def test_keys_that_cannot_be_used_are_passed_over(liar: tuple[Council, Liar]) -> None:
    """Secrets, keys for something else, short or broken ones; and one that changed is asked for again."""
    council, provider = liar
    provider.keys = [
        OctKey.generate_key(256).as_dict(), {"kty": "RSA"}, {}, "x", KEY.as_dict(private=False) | {"use": "enc"},
        KEY.as_dict(private=False) | {"kid": "ours"},
    ]  # fmt: skip
    assert comes_back(council, provider, signed).status_code == 303


def test_a_council_without_a_provider(council: Council) -> None:
    """Has no way to one."""
    assert council.get("/console/sign-in/provider").status_code == 404
    assert "council account" not in council.get("/console/sign-in").text
