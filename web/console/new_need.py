"""Recording a need in a few pages: what, when and where, who it is for, then check: this is what partners will see."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.capabilities import Capability
from domain.labels import BASIS_LABELS
from domain.opening import MOST_LINES, NeedWrong
from domain.rights import Right
from infra.commands.opening import RecordNeed
from infra.playbooks import load_catalogue, load_playbook, playbook_names
from infra.trying import TryingDoor
from web.console.finding import partners_called
from web.console.layout import console_page
from web.console.need import AT, need_path
from web.console.new_need_checked import checked
from web.console.new_need_read import FIRST_ROWS, STEPS, is_ours, page_of, read_typed, rows_of, stand_ins, step_of
from web.console.wording import as_sentence
from web.forms import MOST_FIELDS_EVER, Form, check_size
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

TITLES = {"what": "What is needed?", "when": "When and where?", "who": "Who is it for?"}


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/new", Right.respond, open_form, take)]


def open_form(site: Site, request: Request, who: SignedIn) -> Response:
    """The first page, empty; `?incident=` names the incident it belongs to."""
    incident = request.query_params.get("incident", "")[:20]
    typed = {"key": f"console:{secrets.token_hex(12)}", "rows": str(FIRST_ROWS)}
    return _page(site, who, "what", typed | ({"incident": incident} if incident else {}))


def take(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """One page was sent: what it holds is checked, then the next is shown, or the one that is asked for."""
    check_size(form, MOST_FIELDS_EVER)
    typed = {name: value for name, value in form.items() if is_ours(name)}
    step, go = form.get("step", ""), form.get("go", "")
    if go == "add":
        return _page(site, who, "what", typed | {"rows": str(rows_of(typed) + 1)})
    if go in STEPS:
        return _page(site, who, go, typed)
    upto = "who" if "confirm" in form or step not in STEPS else step
    try:
        kept_from = partners_called(site, typed.get("keep_from", "")) if upto == "who" else ()
        command = RecordNeed.read(**read_typed(typed | stand_ins(upto)), keep_from=kept_from)
        if "confirm" in form:
            return RedirectResponse(f"{need_path(site, command.carry_out(site.door, who.by).need)}?done=recorded", 303)
        trying = TryingDoor(site.door.store, site.door.settings)
        recorded = command.carry_out(trying, who.by)
    except NeedWrong as wrong:
        at, place = step_of(wrong.place, typed)
        return _page(site, who, at, typed, {place: as_sentence(wrong.sentence)}, 422)
    if upto != "who":
        return _page(site, who, STEPS[STEPS.index(upto) + 1], typed)
    if not recorded.new:
        return RedirectResponse(need_path(site, recorded.need), 303)
    return checked(site, who, typed, command, trying)


def _page(
    site: Site,
    who: SignedIn,
    step: str,
    typed: Mapping[str, str],
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    return console_page(
        site,
        who,
        f"new_need_{step}.html",
        status,
        at=AT,
        step=step,
        title=TITLES[step],
        number=STEPS.index(step) + 1,
        previous=STEPS[STEPS.index(step) - 1],
        carried={name: value for name, value in typed.items() if page_of(name) != step},
        typed=typed,
        wrong=wrong or {},
        rows=rows_of(typed),
        most=MOST_LINES,
        **(CHOICES[step](site) if step in CHOICES else {}),
    )


def kinds_of_help() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every kind of help, with the units it is counted in, by category."""
    catalogue = load_catalogue()
    return [
        (title, [(c.code, _with_units(c)) for c in catalogue.capabilities if c.category == code])
        for code, title in catalogue.categories.items()
    ]


def _with_units(capability: Capability) -> str:
    title, units = capability.title, capability.units
    return title if title.lower() in units.lower() else f"{title} (in {units})"


def _kinds(site: Site) -> dict[str, Any]:
    return {"kinds": kinds_of_help()}


def _ways(site: Site) -> dict[str, Any]:
    """Playbooks, and incidents that are not over."""
    playbooks = [load_playbook(name) for name in playbook_names()]
    return {
        "playbooks": [(playbook.name, playbook.title) for playbook in playbooks],
        "incidents": [(i.id, f"{i.name} ({i.id})") for i in site.store.incidents() if not i.closed],
    }


def _bases(site: Site) -> dict[str, Any]:
    return {"bases": [(basis.value, label) for basis, label in BASIS_LABELS.items()]}


CHOICES = {"what": _kinds, "when": _ways, "who": _bases}
