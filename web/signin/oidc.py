"""Signing in at the council's own provider: there, back, and who that is here."""

from __future__ import annotations

import hmac
import logging
import secrets

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.links import hash_token
from domain.officers import Officer
from domain.playbooks import Role
from domain.signing_in import COME_BACK_WITHIN
from infra import clock
from infra.officers import give_role
from infra.provider import NotBelieved, Person, ProviderDown, subject_id
from infra.store.signing_in import Attempt, Audit
from web.signin.before import Visitor, plain_page, where_next
from web.signin.local import let_in
from web.signin.set_up import link_over, officer_of_link
from web.site import Site

log = logging.getLogger("muster.web")

BACK = "/console/sign-in/back"
HIGHEST_FIRST = tuple(reversed(Role))


class NoAccess(Exception):
    """The provider vouches for them, and they are not let in here: the sentences say what to do."""


def begin(site: Site, request: Request, visitor: Visitor) -> Response:
    """Send the browser to the provider; remember, for a few minutes, that this browser went."""
    if site.settings.sign_in == "local":
        raise HTTPException(404)
    link = None
    if token := request.path_params.get("token"):
        if officer_of_link(site, token) is None:
            return link_over(site)
        link = hash_token(token)
    attempt = Attempt(
        hash=hash_token(visitor.secret),
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        until=clock.now() + COME_BACK_WITHIN,
        next=where_next(request.query_params.get("next", "")),
        link=link,
    )
    try:
        there = site.provider.way_there(site.settings.base_url + BACK, attempt.state, attempt.nonce, attempt.verifier)
    except ProviderDown as why:
        return _down(site, why)
    site.store.begin_attempt(attempt)
    return RedirectResponse(there, 303)


def come_back(site: Site, request: Request, visitor: Visitor) -> Response:
    """Back from the provider: only in the browser that went, once, with what only the provider could say."""
    said = request.query_params
    attempt = site.store.take_attempt(hash_token(visitor.secret), clock.now())
    if attempt is None or not hmac.compare_digest(said.get("state", "").encode(), attempt.state.encode()):
        return _refused(site, "This sign-in was begun in another browser, or too long ago. Try again.")
    if said.get("iss", site.settings.oidc_issuer) != site.settings.oidc_issuer or not said.get("code"):
        return _refused(site, "Your council’s sign-in did not let you in. Try again, or ask your IT service desk.")
    try:
        person = site.provider.who_came_back(
            said["code"][:4000], site.settings.base_url + BACK, attempt.nonce, attempt.verifier, clock.now()
        )
        officer = _officer_of(site, person, attempt)
    except ProviderDown as why:
        return _down(site, why)
    except NotBelieved as why:
        log.warning("sign-in refused: %s", why)
        site.store.record_audit(Audit(clock.now(), "nobody", "sign-in-failed", detail="not-believed"))
        return _refused(site, "Your council’s sign-in did not let you in. Try again, or ask your IT service desk.")
    except NoAccess as why:
        site.store.record_audit(Audit(clock.now(), "nobody", "sign-in-failed", detail="no-access"))
        return plain_page(site, 403, "You cannot use Muster yet", *why.args)
    return let_in(site, officer, "provider", attempt.next)


def _officer_of(site: Site, person: Person, attempt: Attempt) -> Officer:
    """The officer this person is: by issuer and subject, never by address. Raises `NoAccess`."""
    known = site.store.known_person(person.issuer, person.subject)
    role = _role(site, person)
    officer = next((o for o in site.store.officers() if o.id == known), None)
    if site.settings.role_of_group and role is None:
        if officer:
            site.store.end_sessions(officer.id, Audit(clock.now(), "nobody", "role-gone", f"officer:{officer.id}"))
        raise NoAccess(
            "None of your council’s groups that you are in has a role in Muster.",
            "Ask your IT service desk to add you to the right group, then sign in again.",
        )
    if attempt.link:
        officer = _invited(site, person, attempt.link)
    elif officer is None:
        officer = _newcomer(site, person, role)
    if officer.disabled:
        raise NoAccess("An administrator has ended your access.", "Ask whoever looks after Muster in your council.")
    if role and give_role(site.door, officer, role, "provider"):
        officer = officer.but(role=role)
    return officer


def _role(site: Site, person: Person) -> Role | None:
    """The highest role that the person's groups give; `None` for none."""
    given = {site.settings.role_of_group.get(group) for group in person.groups}
    return next((role for role in HIGHEST_FIRST if role in given), None)


def _invited(site: Site, person: Person, link: str) -> Officer:
    """The officer whose set-up link it began with: this is how they sign in from now on."""
    id = site.store.set_up_for(link, clock.now())
    officer = next((o for o in site.store.officers() if o.id == id), None)
    if officer is None or not _link(site, person, officer, link):
        raise NoAccess("Your set-up link does not work any more, or this account belongs to another officer.",
                       "Ask whoever gave you the link for a new one.")  # fmt: skip
    return officer


def _newcomer(site: Site, person: Person, role: Role | None) -> Officer:
    """Somebody we have not seen: on the list, if their groups give them a role and their address is nobody else's."""
    if role is None:
        raise NoAccess("You are not on your council’s list of officers.",
                       "Ask an administrator to add you and to give you a set-up link.")  # fmt: skip
    try:
        officer = Officer(id=subject_id(person), name=person.name or person.email, email=person.email, role=role)
    except ValidationError:
        raise NoAccess("Your council’s sign-in does not tell us your name and email address.",
                       "Ask an administrator to add you and to give you a set-up link.") from None  # fmt: skip
    if not _link(site, person, officer, None):
        raise NoAccess(
            "An officer with your email address is on the list already, and signs in as somebody else.",
            "If that is you, ask an administrator for a set-up link, and open it to say that this account is yours.",
        )
    return officer


def _link(site: Site, person: Person, officer: Officer, link: str | None) -> bool:
    what = "account-linked" if link else "officer-added"
    audit = Audit(clock.now(), "provider", what, f"officer:{officer.id}", officer.role)
    linked = site.store.link_person(person.issuer, person.subject, officer, link, audit)
    if linked:
        site.door.ring()
    return linked


def _refused(site: Site, sentence: str) -> Response:
    return plain_page(site, 403, "You are not signed in", sentence)


def _down(site: Site, why: ProviderDown) -> Response:
    log.error("the provider officers sign in with: %s", why)
    return plain_page(
        site,
        503,
        "Your council’s sign-in cannot be reached",
        "Try again in a few minutes. If it goes on, tell your IT service desk.",
    )
