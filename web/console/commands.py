"""Every command about one need: a form, a page that says what will happen and to whom, then it is done."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.changes import Refusal
from domain.opening import NeedWrong
from infra.commands import COMMANDS
from infra.commands.command import Command
from web.console.command_pages import Giving, check_page, form_page, partner_name, partner_page
from web.console.form_read import read_fields, typed_now, version_of
from web.console.forms import FORMS
from web.console.need import AT, find_need, need_path
from web.console.wording import as_sentence
from web.forms import Form, Wrong, check_size, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

MOST_FIELDS = 80  # fifty lines, and the rest
STALE = "This need has changed since you opened this page. Below is how it stands now; what you typed is kept."
NOTHING = "It is so already. Nothing would change."


def routes(site: Site) -> list[Route]:
    """A form for each command."""
    return [
        guarded(site, f"{AT}/{{ref}}/{name}", COMMANDS[name].right, partial(open_form, name), partial(send, name))
        for name in FORMS
    ]


def open_form(name: str, site: Site, request: Request, who: SignedIn) -> Response:
    """The form; for a command about somebody, first whom it is about."""
    situation = find_need(site, request)
    giving = Giving(name, situation, who, request.query_params.get("partner", "")[:80])
    if not giving.form.possible(situation):
        return form_page(site, giving, {}, notice="This is not possible as things stand now.", status=409, closed=True)
    if giving.is_about_somebody and not partner_name(site, giving):
        return partner_page(site, request, giving)
    return form_page(site, giving, typed_now(giving.form, situation, giving.partner))


def send(name: str, site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Check what was typed and say what would happen; confirmed, do it."""
    check_size(form, MOST_FIELDS)
    situation = find_need(site, request)
    giving = Giving(name, situation, who, form.get("partner", "")[:80])
    if wants_to_change(request, form):
        return form_page(site, giving, form)
    if giving.is_about_somebody and not partner_name(site, giving):
        return partner_page(site, request, giving)
    wrong = Wrong()
    try:
        command = _read(giving, form, wrong)
        if wrong or command is None:
            return form_page(site, giving, form, wrong=wrong.sentences, status=422)
        if "confirm" in form:
            return _carry_out(site, giving, command, form)
        return _check(site, giving, command, form)
    except NeedWrong as mistake:
        return form_page(site, giving, form, wrong={mistake.place: as_sentence(mistake.sentence)}, status=422)


def _read(giving: Giving, form: Form, wrong: Wrong) -> Command | None:
    fields = read_fields(giving.form, form, giving.situation, wrong)
    if wrong:
        return None
    about = {"responder": giving.partner} if giving.is_about_somebody else {}
    return COMMANDS[giving.name].read(**about, **fields)


def _carry_out(site: Site, giving: Giving, command: Command, form: Form) -> Response:
    done = command.carry_out(site.door, giving.situation.need.id, giving.who.by)
    if isinstance(done, Refusal):
        return _refused(site, giving, done, form)
    return RedirectResponse(f"{need_path(site, giving.situation.need.id)}?done={giving.name}", 303)


def _check(site: Site, giving: Giving, command: Command, form: Form) -> Response:
    """Nothing is written yet: what it would change is foreseen."""
    foreseen = command.foresee(site.door, giving.situation.need.id, giving.who.by)
    if isinstance(foreseen, Refusal):
        return _refused(site, giving, foreseen, form)
    if foreseen is None:
        return form_page(site, giving, form, notice=NOTHING, status=409)
    return check_page(site, giving, form, foreseen)


def _refused(site: Site, giving: Giving, refusal: Refusal, form: Form) -> Response:
    """What was typed is kept; whoever looked at what has changed since sees the present, and starts from there."""
    now_is = Giving(giving.name, site.door.situation(giving.situation.need.id), giving.who, giving.partner)
    if refusal.code == "stale":
        fresh = dict(form) | {"version": str(version_of(giving.form, now_is.situation, giving.partner))}
        return form_page(site, now_is, fresh, notice=STALE, status=409)
    if refusal.place:
        return form_page(site, now_is, form, wrong={refusal.place: refusal.sentence}, status=422)
    return form_page(site, now_is, form, notice=refusal.sentence, status=409)
