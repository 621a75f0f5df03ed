"""What is known of a person, for administrators: a file to give to them, or the way to erase it."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.changes import Refusal
from domain.needs import read_reference
from domain.opening import NeedWrong
from domain.rights import Right
from infra import clock
from infra.persons.erasing import erase_person, obstacles
from infra.persons.exporting import export_person
from infra.persons.finding import Person, find_one, read_sought
from infra.persons.foreseeing import what_will_happen
from web.console.layout import console_page
from web.console.wording import as_sentence
from web.forms import Form, Wrong, check_size, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/settings"
HERE = f"{AT}/person"
FIELDS = ("who", "name", "needs", "do", "because", "withdraw")
BECAUSE = {"asked": "They asked for it", "mistake": "It should never have been recorded"}


def routes(site: Site) -> list[Route]:
    return [guarded(site, HERE, Right.keep_house, show, send)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """Whom is it about, and what is to be done?"""
    return _form(site, who, {})


def send(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Give out what is known, at once; erase it only once it is confirmed."""
    check_size(form)
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    if wants_to_change(request, form):
        return _form(site, who, typed)
    if wrong := _missing(typed):
        return _form(site, who, typed, wrong.sentences)
    try:
        person = _find(site, typed)
    except NeedWrong as mistake:
        return _form(site, who, typed, {mistake.place: as_sentence(mistake.sentence)})
    if typed["do"] == "export":
        return _file(site, who, person)
    return _erase(site, who, person, typed, confirmed="confirm" in form)


def _missing(typed: dict[str, str]) -> Wrong:
    wrong = Wrong()
    if not typed["who"]:
        wrong.say("who", "Enter an email address, a telephone number or a name.")
    if typed["do"] not in ("export", "erase"):
        wrong.say("do", "Select what to do.")
    if typed["do"] == "erase" and typed["because"] not in BECAUSE:
        wrong.say("because", "Select why it is erased.")
    return wrong


def _find(site: Site, typed: dict[str, str]) -> Person:
    """Raises `NeedWrong`, naming the field."""
    needs = []
    for text in typed["needs"].replace(",", " ").split():
        reference = read_reference(text)
        if reference is None or site.door.find(reference) is None:
            raise NeedWrong("needs", f"no need has the reference {text[:20]!r}")
        needs.append(reference)
    return find_one(site.store, read_sought(typed["who"], typed["name"] or None, tuple(needs)))


def _file(site: Site, who: SignedIn, person: Person) -> Response:
    """Each need that is read for it is recorded as a look."""
    told = export_person(site.door, person, who.by, clock.now())
    return Response(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n",
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="person.json"'},
    )


def _erase(site: Site, who: SignedIn, person: Person, typed: dict[str, str], *, confirmed: bool) -> Response:
    withdraw = typed["withdraw"] == "yes"
    hindered = obstacles(site.door, person, withdraw=withdraw)
    notice = None
    if confirmed and not hindered:
        erased = erase_person(site.door, person, who.by, typed["because"], withdraw=withdraw)
        if not isinstance(erased, Refusal):
            return console_page(site, who, "person_erased.html", at=AT, erased=erased)
        notice = erased.sentence
    return console_page(
        site,
        who,
        "person_check.html",
        409 if hindered or notice else 200,
        at=AT,
        typed={name: text for name, text in typed.items() if text},
        names=person.names,
        because=BECAUSE[typed["because"]],
        will=list(what_will_happen(site.door, person)),
        hindered=hindered,
        withdraw=withdraw,
        notice=notice,
    )


def _form(site: Site, who: SignedIn, typed: dict[str, str], wrong: dict[str, str] | None = None) -> Response:
    status = 422 if wrong else 200
    because = list(BECAUSE.items())
    return console_page(site, who, "person.html", status, at=AT, typed=typed, wrong=wrong or {}, because=because)
