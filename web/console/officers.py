"""The list of officers, for administrators: add, invite, give a role, end sessions, let in no longer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import ROLE_LABELS
from domain.officers import Officer
from domain.playbooks import Role
from domain.rights import Right
from infra import clock
from infra.faults import say_fault
from infra.officers import add_officer, find_officer, give_role, invite, new_officer, set_disabled, set_phone
from infra.store.signing_in import Audit
from web.console.layout import console_page
from web.forms import Form, check_size
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/settings"
LIST = f"{AT}/officers"


def routes(site: Site) -> list[Route]:
    return [
        guarded(site, LIST, Right.keep_house, show_all),
        guarded(site, f"{LIST}/new", Right.keep_house, show_new, add),
        guarded(site, f"{LIST}/{{id}}", Right.keep_house, show_one, change),
    ]


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    """Everybody on the list, in the order tasks reach them."""
    rows = [{"officer": officer, "role": ROLE_LABELS[officer.role]} for officer in site.store.officers()]
    return console_page(site, who, "officers.html", at=AT, rows=rows)


def show_new(site: Site, request: Request, who: SignedIn) -> Response:
    return _new(site, who)


def add(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Put somebody on the list, and show their set-up link, once."""
    check_size(form)
    try:
        officer = new_officer(*(form.get(name, "") for name in ("name", "email", "role", "phone")))
    except ValidationError as faults:
        wrong = {str(fault["loc"][0]): _sentence(str(fault["loc"][0]), say_fault(fault)) for fault in faults.errors()}
        return _new(site, who, 422, wrong, form)
    if find_officer(site.store, officer.email, disabled=True) or not add_officer(site.door, officer, who.by):
        return _new(site, who, 422, {"email": "Somebody with this email address is on the list already"}, form)
    return _one(site, who, officer, link=invite(site.door, officer, who.by), done="Added to the list")


def show_one(site: Site, request: Request, who: SignedIn) -> Response:
    return _one(site, who, _found(site, request), done=DONE.get(request.query_params.get("done", ""), ""))


def change(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Do one thing about an officer. Nobody does it to themselves: another administrator does."""
    check_size(form)
    officer, what = _found(site, request), form.get("do", "")
    if what == "invite" and not officer.disabled:
        return _one(site, who, officer, link=invite(site.door, officer, who.by), done="There is a new set-up link")
    if what == "phone":
        return change_phone(site, who, officer, form, partial(_one, site, who, officer), f"{LIST}/{officer.id}")
    if officer.id == who.officer.id:
        sentence = "You cannot change your own role or access. Another administrator can."
        return _one(site, who, officer, 422, wrong={"role": sentence})
    match what:
        case "role" if form.get("role") in list(Role):
            give_role(site.door, officer, Role(form["role"]), who.by)
        case "disable" | "enable":
            set_disabled(site.door, officer, what == "disable", who.by)
        case "end-sessions":
            about = f"officer:{officer.id}"
            site.store.end_sessions(officer.id, Audit(clock.now(), who.by, "sessions-ended", about))
        case _:
            return _one(site, who, officer, 422, wrong={"role": "Choose what to change"})
    return RedirectResponse(f"{site.prefix}{LIST}/{officer.id}?done={what}", 303)


def change_phone(
    site: Site, who: SignedIn, officer: Officer, form: Form, again: Callable[..., Response], path: str
) -> Response:
    """Take a phone number down; `again` shows the page with what is wrong with it."""
    typed = form.get("phone", "")[:60]
    try:
        set_phone(site.door, officer, typed, who.by)
    except ValidationError as faults:
        return again(422, wrong={"phone": _sentence("phone", say_fault(faults.errors()[0]))}, typed={"phone": typed})
    return RedirectResponse(f"{site.prefix}{path}?done=phone", 303)


DONE = {
    "phone": "The phone number is as you typed it",
    "role": "The role has been changed, in sessions that are open too",
    "disable": "They are signed out, and cannot sign in any more",
    "enable": "They may sign in again",
    "end-sessions": "They are signed out everywhere",
}
SAY = {"name": "Name", "email": "Email address", "phone": "Phone number", "role": "Role"}


def _sentence(place: str, fault: str) -> str:
    return "Choose a role" if place == "role" else f"{SAY.get(place, place)}: {fault}"


def _found(site: Site, request: Request) -> Officer:
    found = next((o for o in site.store.officers() if o.id == request.path_params["id"]), None)
    if found is None:
        raise HTTPException(404)
    return found


def _new(
    site: Site, who: SignedIn, status: int = 200, wrong: dict[str, str] | None = None, typed: Form | None = None
) -> Response:
    return console_page(
        site, who, "officer_new.html", status, at=AT, wrong=wrong or {}, typed=typed or {}, roles=_roles()
    )


def _password(site: Site, officer: Officer) -> str:
    """Where an officer stands with their password for Muster."""
    account = site.store.account(officer.id)
    if account is None or account.password is None:
        return "Not set"
    if account.locked_until and account.locked_until > clock.now():
        return f"Set; locked until {site.say(account.locked_until)} after wrong tries"
    return "Set"


def _one(site: Site, who: SignedIn, officer: Officer, status: int = 200, **given: Any) -> Response:
    values = {
        "link": "",
        "done": "",
        "wrong": {},
        "password": _password(site, officer),
        "typed": {"phone": officer.phone or ""},
    } | given
    return console_page(
        site, who, "officer.html", status, at=AT, officer=officer, role=ROLE_LABELS[officer.role], roles=_roles(),
        sessions=len(site.store.sessions(officer.id)), myself=officer.id == who.officer.id, **values,
    )  # fmt: skip


def _roles() -> list[dict[str, str]]:
    return [{"value": role.value, "text": ROLE_LABELS[role]} for role in Role]
