"""The council's own sign-in: an OpenID Connect provider. One issuer, and nothing it says is believed unchecked."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from infra.bounded import AnswerRefused, ask
from infra.settings import Settings, is_private

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
SUBJECT = re.compile(r"[\x20-\x7e]{1,255}")  # OpenID Connect Core says ASCII, at most so long
LARGEST_TOKEN = 16 * 1024
LEEWAY, OLDEST = 60, 600  # seconds that clocks may differ, and that a token may have been on its way
KEPT, ASKED_APART = 3600.0, 60.0
SHORTEST_RSA = 2048


class ProviderDown(Exception):
    """The provider cannot be asked now. Try again later."""


class NotBelieved(Exception):
    """Whoever came back from the provider is not let in; the words are for the log, not for them."""


@dataclass(frozen=True)
class Person:
    """Somebody the provider vouches for: known by issuer and subject. All else may change, or be somebody else's."""

    issuer: str
    subject: str
    name: str
    email: str
    groups: frozenset[str]


class Provider:
    """The provider that the settings name. What it publishes is kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._published: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._asked_at = self._keys_at = float("-inf")

    def way_there(self, back_to: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser to sign in. Raises `ProviderDown`."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        return str(
            prepare_grant_uri(
                self._endpoint("authorization_endpoint"),
                self._settings.oidc_client_id,
                "code",
                redirect_uri=back_to,
                scope="openid profile email",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    def who_came_back(self, code: str, back_to: str, nonce: str, verifier: str, now: datetime) -> Person:
        """Exchange a code for the person it stands for. Raises `NotBelieved` or `ProviderDown`."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier,
                "client_id": self._settings.oidc_client_id}  # fmt: skip
        try:
            status, answer = ask(self._endpoint("token_endpoint"), form, self._authorization())
        except AnswerRefused as why:
            raise ProviderDown(str(why)) from None
        token = answer.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise NotBelieved(f"the provider does not take the code (status {status})")
        claims = self.read_token(token, nonce, now)
        return Person(
            self._settings.oidc_issuer,
            claims["sub"],
            _text(claims, "name") or _text(claims, "preferred_username"),
            _text(claims, "email") or _text(claims, "preferred_username"),
            _groups(claims, self._settings.oidc_roles_claim),
        )

    def read_token(self, token: str, nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of an ID token, if all of it is as it must be. Raises `NotBelieved` or `ProviderDown`."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError

        if len(token) > LARGEST_TOKEN:
            raise NotBelieved("the token is too large")
        client, seconds = self._settings.oidc_client_id, int(now.timestamp())
        try:
            read = jwt.decode(token, self._key_of(token), algorithms=list(ALGORITHMS))
            options = {"iss": {"essential": True, "value": self._settings.oidc_issuer},
                       "aud": {"essential": True, "value": client}}  # fmt: skip
            claims = CodeIDToken(read.claims, read.header, options, {"client_id": client})
            claims.validate(seconds, LEEWAY)
            same = hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as wrong:
            raise NotBelieved(f"the token does not hold ({type(wrong).__name__})") from None
        if not same:
            raise NotBelieved("the token was made for another sign-in")
        if not seconds - OLDEST <= claims["iat"] <= seconds + LEEWAY:
            raise NotBelieved("the token is old")
        if not SUBJECT.fullmatch(claims["sub"]):
            raise NotBelieved("the token names nobody")
        return dict(claims)

    def _key_of(self, token: str) -> Any:
        """The published key that a token says it was signed with. A key that the token brings along is no key."""
        from joserfc.jws import extract_compact

        kid = extract_compact(token.encode()).headers().get("kid")
        for fresh in (False, True):
            keys = self._signing_keys(fresh)
            if kid in keys or (kid is None and len(keys) == 1):
                return keys[kid] if kid in keys else next(iter(keys.values()))
        raise NotBelieved("the token is signed with a key the provider does not have")

    def _signing_keys(self, fresh: bool) -> dict[Any, Any]:
        """What the provider signs with, by key id; asked again for a key we do not know, but not for each guess."""
        with self._lock:
            age = time.monotonic() - self._keys_at
            if age < KEPT and not (fresh and age > ASKED_APART):
                return self._keys
        address = self._endpoint("jwks_uri")
        published = self._ask(address).get("keys")
        keys = {found[0]: found[1] for key in published if (found := _public_key(key))} if published else {}
        with self._lock:
            self._keys, self._keys_at = keys, time.monotonic()
        return keys

    def _endpoint(self, name: str) -> str:
        """An address the provider publishes, if its issuer is ours to the letter and nobody can listen on the way."""
        with self._lock:
            published = self._published if time.monotonic() < self._asked_at + KEPT else None
        if published is None:
            published = self._ask(self._settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
            if published.get("issuer") != self._settings.oidc_issuer:
                raise ProviderDown("the provider calls itself otherwise than MUSTER_OIDC_ISSUER")
            with self._lock:
                self._published, self._asked_at = published, time.monotonic()
        url = published.get(name)
        if not isinstance(url, str) or not is_private(url):
            raise ProviderDown(f"the provider publishes no {name} that can be used")
        return url

    def _ask(self, url: str) -> dict[str, Any]:
        try:
            status, answer = ask(url)
        except AnswerRefused as why:
            raise ProviderDown(str(why)) from None
        if status != 200:
            raise ProviderDown(f"it answers {status}")
        return answer

    def _authorization(self) -> dict[str, str]:
        """Who we are, where the provider gave us a secret (`client_secret_basic`)."""
        secret = self._settings.oidc_client_secret.get_secret_value()
        if not secret:
            return {}
        pair = f"{quote_plus(self._settings.oidc_client_id)}:{quote_plus(secret)}"
        return {"authorization": "Basic " + b64encode(pair.encode()).decode()}


def _public_key(key: object) -> tuple[Any, Any] | None:
    """A key that signatures may be checked with, and its id; `None` for any other."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    if not isinstance(key, dict) or key.get("use", "sig") != "sig":
        return None
    kinds: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    kind = kinds.get(str(key.get("kty")))
    try:
        found = kind.import_key(key) if kind else None
        if found is None or (isinstance(found, RSAKey) and found.public_key.key_size < SHORTEST_RSA):
            return None
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key.get("kid"), found


def _text(claims: dict[str, Any], name: str) -> str:
    found = claims.get(name)
    return found[:254] if isinstance(found, str) else ""


def _groups(claims: dict[str, Any], name: str) -> frozenset[str]:
    """The groups a claim lists; its name may be a path, such as `realm_access.roles`."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for step in name.split("."):
            found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, str):
        return frozenset([found])
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def subject_id(person: Person) -> str:
    """The id of an officer who is known by the provider alone."""
    return "O" + hashlib.sha256(f"{person.issuer}|{person.subject}".encode()).hexdigest()[:12]
