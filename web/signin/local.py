"""Signing in with a password of one's own here, and signing out."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.officers import Officer
from domain.signing_in import LONGEST_PASSWORD
from infra import clock
from infra.officers import find_officer
from infra.store.signing_in import Account, Audit
from web.forms import Form
from web.security import TooOften, client_address, network_of
from web.signin.before import Visitor, where_next
from web.signin.cookies import SIGNED_IN, SIGNING_IN, end_cookie, set_cookie
from web.signin.passwords import is_password, renewed
from web.signin.sessions import SignedIn, sign_in, who_is
from web.site import Site

WRONG = (
    "The email address or the password is not right. After 5 wrong passwords an account is locked for a while, and "
    "for longer each time. A set-up link from an administrator unlocks it at once."
)


def open_page(site: Site, request: Request, visitor: Visitor) -> Response:
    """How to sign in; whoever has goes on."""
    following = where_next(request.query_params.get("next", ""))
    if who_is(site, request) is not None:
        return RedirectResponse(site.prefix + following, 303)
    return _page(site, visitor, following, out="out" in request.query_params)


def take(site: Site, request: Request, visitor: Visitor, form: Form) -> Response:
    """Check an address and a password: the same answer, as slow, for all that is wrong."""
    following = where_next(form.get("next", ""))
    email, password = form.get("email", "").strip(), form.get("password", "")
    if site.settings.sign_in == "oidc":
        return _page(site, visitor, following, 403)
    if empty := {place: f"Enter your {said}" for place, said in PLACES.items() if not form.get(place, "").strip()}:
        return _page(site, visitor, following, 422, wrong=empty, email=email)
    network = network_of(client_address(request, site.settings.proxy))
    if site.limits.wrong_passwords.is_reached(network):
        raise TooOften(60)
    officer = find_officer(site.store, email, disabled=True)
    known = officer.id if officer and not officer.disabled else ""
    account = site.store.begin_try(known, clock.now(), stands_for(site, request, known))
    kept = account.password if account else None
    if not (is_password(kept, password[: LONGEST_PASSWORD + 1]) and kept and officer):
        site.limits.wrong_passwords.wait(network)
        site.store.record_audit(*_failures(officer, account))
        return _page(site, visitor, following, 422, wrong={"email": WRONG}, email=email)
    if stronger := renewed(kept, password):
        site.store.rehash_password(officer.id, kept, stronger)
    return let_in(site, officer, "password", following, stands_for(site, request, officer.id))


PLACES = {"email": "email address", "password": "password"}


def stands_for(site: Site, request: Request, officer: str) -> str:
    """How the store knows the network an officer signs in from: nobody without the signing key can tell which it is."""
    network = network_of(client_address(request, site.settings.proxy))
    secret = site.settings.signing_keys[site.door.kid]
    return hmac.new(secret, f"network|{officer}|{network}".encode(), hashlib.sha256).hexdigest()[:32]


def let_in(site: Site, officer: Officer, how: str, following: str, network: str = "") -> Response:
    """Begin a session, always a new one, and go on."""
    response = RedirectResponse(site.prefix + following, 303)
    set_cookie(site.settings, response, SIGNED_IN, sign_in(site.store, officer, how, network))
    end_cookie(site.settings, response, SIGNING_IN)
    return response


def sign_out(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """End the session, here and in the store."""
    site.store.end_session(who.session, Audit(clock.now(), who.by, "signed-out"))
    response = RedirectResponse(f"{site.prefix}/console/sign-in?out=yes", 303)
    end_cookie(site.settings, response, SIGNED_IN)
    return response


def to_start(site: Site, request: Request, who: SignedIn) -> Response:
    """Opening an address that only takes forms leads to the start."""
    return RedirectResponse(f"{site.prefix}/console/", 303)


def _failures(officer: Officer | None, account: Account | None) -> list[Audit]:
    about = f"officer:{officer.id}" if officer else ""
    what = ["sign-in-failed", *(["account-locked"] if account and account.locked_until else [])]
    return [Audit(clock.now(), "nobody", one, about) for one in what]


def _page(
    site: Site,
    visitor: Visitor,
    following: str,
    status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    email: str = "",
    out: bool = False,
) -> Response:
    return site.page(
        "console/sign_in.html", status, who=None, csrf=visitor.csrf, places=[], following=following, out=out,
        wrong=wrong or {}, email=email, local=site.settings.sign_in != "oidc",
        provider=site.settings.sign_in != "local",
    )  # fmt: skip
