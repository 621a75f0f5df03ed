"""Opening an incident: a form, a page to check it on, then it is on record."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.officers import working
from domain.opening import NeedWrong
from domain.playbooks import Role
from domain.rights import Right
from infra.commands.incidents import OpenIncident
from web.console.incidents import AT, incident_path, lead_name
from web.console.layout import console_page
from web.console.wording import as_sentence
from web.forms import Form, check_size, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/new", Right.respond, open_form, record)]


def open_form(site: Site, request: Request, who: SignedIn) -> Response:
    return _form(site, who, {})


def record(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Check it, then put it on record."""
    check_size(form)
    typed = {name: form.get(name, "").strip() for name in ("name", "place", "lead", "exercise")}
    if wants_to_change(request, form):
        return _form(site, who, typed)
    wrong = {place: sentence for place, sentence in MUST.items() if not typed[place]}
    if wrong:
        return _form(site, who, typed, wrong)
    try:
        command = OpenIncident.read(**(typed | {"exercise": typed["exercise"] == "yes"}))
        if "confirm" in form:
            return RedirectResponse(incident_path(site, command.carry_out(site.door, who.by).id), 303)
        incident = command.draft(site.door)
    except NeedWrong as mistake:
        return _form(site, who, typed, {mistake.place: as_sentence(mistake.sentence)})
    return console_page(
        site, who, "incident_check.html", at=AT, typed=typed, incident=incident, lead=lead_name(site, incident.lead)
    )


MUST = {
    "name": "Say what officers call it.",
    "place": "Say where it is: a public place, nobody's home.",
    "lead": "Select who leads.",
}


def _form(site: Site, who: SignedIn, typed: dict[str, str], wrong: dict[str, str] | None = None) -> Response:
    leads = [(o.email, o.name) for o in working(site.store.officers()) if o.role is not Role.viewer]
    status = 422 if wrong else 200
    return console_page(site, who, "incident_new.html", status, at=AT, typed=typed, wrong=wrong or {}, leads=leads)
