"""Playbooks: which there are, one in plain words, and what one would do, rehearsed before anybody is asked."""

from __future__ import annotations

import threading

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.labels import say_list
from domain.opening import NeedWrong
from domain.playbooks import Playbook
from domain.rights import Right
from infra.playbooks import load_playbook, playbook_names
from web.console.layout import console_page
from web.console.new_need import kinds_of_help
from web.console.playbook_read import promises_of, rounds_of
from web.console.playbook_tried import Trial, Tried, read_trial, try_out
from web.console.wording import as_sentence
from web.forms import Form, Wrong, check_size
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site, UnknownLink

AT = "/console/playbooks"
ONE_AT_A_TIME = threading.Lock()  # a rehearsal is all computing: the other pages go first
BUSY = "Somebody else is rehearsing just now. Try again in a few seconds."
USUAL = {"count": "10", "runs": "50", "seed": "1", "within": "25m", "urgent": "no"}


def routes(site: Site) -> list[Route]:
    return [
        guarded(site, AT, Right.look, show_all),
        guarded(site, f"{AT}/{{name}}", Right.look, show),
        guarded(site, f"{AT}/{{name}}/try", Right.look, open_form, try_it),
    ]


def _find(request: Request) -> Playbook:
    """One of those shipped; never a path. Raises `UnknownLink`."""
    name = request.path_params["name"]
    if name not in playbook_names():
        raise UnknownLink
    return load_playbook(name)


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    found = [load_playbook(name) for name in playbook_names()]
    playbooks = [(p.name, p.title, say_list([r.name for r in p.rounds])) for p in found]
    return console_page(site, who, "playbooks.html", at=AT, playbooks=playbooks)


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """One, in plain words."""
    playbook = _find(request)
    return console_page(
        site, who, "playbook.html", at=AT, playbook=playbook, rounds=rounds_of(playbook), promises=promises_of(playbook)
    )


def open_form(site: Site, request: Request, who: SignedIn) -> Response:
    return _page(site, who, _find(request), USUAL)


def try_it(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Play it over the real directory: nobody is asked, nothing is written."""
    check_size(form)
    playbook, wrong = _find(request), Wrong()
    trial = read_trial(form, wrong)
    if wrong or trial is None:
        return _page(site, who, playbook, form, wrong.sentences, 422)
    if not ONE_AT_A_TIME.acquire(timeout=2):
        return _page(site, who, playbook, form, notice=BUSY, status=503)
    try:
        names = [playbook.name, *([trial.beside] if trial.beside and trial.beside != playbook.name else [])]
        tried = [try_out(site, load_playbook(name), trial, len(names)) for name in names]
    except NeedWrong as mistake:
        place = "what" if mistake.place.startswith("line") else mistake.place
        return _page(site, who, playbook, form, {place: as_sentence(mistake.sentence)}, 422)
    finally:
        ONE_AT_A_TIME.release()
    return _page(site, who, playbook, form, tried=tried, trial=trial)


def _page(
    site: Site,
    who: SignedIn,
    playbook: Playbook,
    typed: Form,
    wrong: dict[str, str] | None = None,
    status: int = 200,
    *,
    notice: str | None = None,
    tried: list[Tried] | None = None,
    trial: Trial | None = None,
) -> Response:
    return console_page(
        site,
        who,
        "playbook_try.html",
        status,
        at=AT,
        playbook=playbook,
        others=[(name, load_playbook(name).title) for name in playbook_names() if name != playbook.name],
        kinds=kinds_of_help(),
        typed=typed,
        wrong=wrong or {},
        notice=notice,
        tried=tried,
        trial=trial,
    )
