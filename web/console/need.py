"""One need: how it stands, what happens next, who was asked and said what, its messages and story, what can be done."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.officers import TaskStatus
from domain.rights import Right
from domain.situations import Situation
from domain.standing import next_sentence, particulars, who_is_next
from infra import clock
from infra.commands import COMMANDS
from infra.door import NoSuchNeed
from infra.explaining import explain_all, explain_one
from infra.playbooks import category_title
from infra.recording import read_reference
from infra.showing import names_in
from web.console.asked_shown import rounds_of
from web.console.forms import FORMS, possible
from web.console.layout import console_page
from web.console.messages_shown import counts_of, message_shown
from web.console.need_shown import lines_of, story_of, tags_of, tasks_of
from web.console.wording import IN_TROUBLE
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/needs"
LAST = 30  # events of the story on the need's own page
A_PAGE = 200  # of the whole story, and of messages
DONE = {name: form.done for name, form in FORMS.items()} | {"recorded": "It is on record. Muster looks for help now."}


def routes(site: Site) -> list[Route]:
    """One need's pages for reading."""
    return [
        guarded(site, f"{AT}/{{ref}}", Right.look, show),
        guarded(site, f"{AT}/{{ref}}/why", Right.look, show_why),
        guarded(site, f"{AT}/{{ref}}/story", Right.look, show_story),
        guarded(site, f"{AT}/{{ref}}/messages", Right.look, show_messages),
    ]


def find_need(site: Site, request: Request) -> Situation:
    """The need an address names. Raises `NoSuchNeed`."""
    text = request.path_params["ref"]
    found = site.door.find(read_reference(text)) if len(text) < 20 else None
    if found is None:
        raise NoSuchNeed("no need has this reference")
    return found


def need_path(site: Site, need: str) -> str:
    return f"{site.prefix}{AT}/{need}"


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """The need as it stands."""
    situation = find_need(site, request)
    need, now = situation.need, clock.now()
    if request.path_params["ref"] != need.id:
        return RedirectResponse(need_path(site, need.id), 303)
    story = site.store.story(need.id, last=LAST)
    names = names_in(site.store, situation, story)
    messages = site.store.messages(need.id)
    return console_page(
        site,
        who,
        "need.html",
        at=AT,
        **about_need(site, situation),
        done=DONE.get(request.query_params.get("done", "")),
        next=next_sentence(situation, now),
        then=list(who_is_next(situation, now)),
        particulars=list(particulars(situation, names)),
        facts=_facts(site, situation),
        lines=lines_of(site, situation),
        tasks=tasks_of(site, situation.tasks, names),
        waiting=any(task.status is not TaskStatus.done for task in situation.tasks),
        rounds=rounds_of(site, situation, names),
        story=story_of(story, names, need, situation.zone),
        earlier=story[0].seq - 1 if story else 0,
        sent=counts_of(messages),
        trouble=[message_shown(site, row, names) for row in messages if row.state in IN_TROUBLE][:20],
        commands=[
            {"name": name, "title": FORMS[name].title} for name in possible(situation) if who.may(COMMANDS[name].right)
        ],
    )


def about_need(site: Site, situation: Situation) -> dict[str, Any]:
    """What every page about one need says at its top."""
    return {"need": situation.need, "tags": tags_of(situation), "here": need_path(site, situation.need.id)}


def _facts(site: Site, situation: Situation) -> list[tuple[str, str]]:
    need = situation.need
    facts = [
        ("Needed by", site.say(need.needed_by)),
        ("Where", need.place or need.area),
        ("Kind of help", category_title(need.category)),
        ("Playbook", need.playbook.title),
        ("Recorded", site.say(need.opened_at)),
    ]
    return facts + ([("Closed", site.say(need.closed_at))] if need.closed_at else [])


# --- messages, the story, and why these people -----------------------------------------


def show_messages(site: Site, request: Request, who: SignedIn) -> Response:
    """Every message about a need, the newest first, and how each fared."""
    situation = find_need(site, request)
    rows = sorted(site.store.messages(situation.need.id), key=lambda row: row.message.created_at, reverse=True)
    names = names_in(site.store, situation, ())
    page, pages = _page_of(request, len(rows))
    return console_page(
        site,
        who,
        "need_messages.html",
        at=AT,
        **about_need(site, situation),
        messages=[message_shown(site, row, names) for row in rows[page * A_PAGE - A_PAGE : page * A_PAGE]],
        page=page,
        pages=pages,
    )


def show_story(site: Site, request: Request, who: SignedIn) -> Response:
    """All that has happened, in order, some at a time; the last page unless another is asked for."""
    situation = find_need(site, request)
    count = situation.need.events
    page, pages = _page_of(request, count, last=True)
    shown = site.store.story(situation.need.id, last=count - (page - 1) * A_PAGE)[:A_PAGE]
    names = names_in(site.store, situation, shown)
    return console_page(
        site,
        who,
        "need_story.html",
        at=AT,
        **about_need(site, situation),
        story=story_of(shown, names, situation.need, situation.zone),
        page=page,
        pages=pages,
    )


def _page_of(request: Request, count: int, last: bool = False) -> tuple[int, int]:
    """Which page of how many the address asks for."""
    pages = max(1, -(-count // A_PAGE))
    text = request.query_params.get("page", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else (pages if last else 1)
    return min(max(asked, 1), pages), pages


def show_why(site: Site, request: Request, who: SignedIn) -> Response:
    """Who was asked and why, and why others were not, as of now; one alone, where the address names them."""
    situation = find_need(site, request)
    only = request.query_params.get("partner", "")[:80]
    try:
        now = clock.now()
        rows = explain_one(site.store, situation, only, now) if only else explain_all(site.store, situation, now)
    except LookupError:
        rows = []
    rounds: dict[str, list[Any]] = {}
    for row in rows:
        rounds.setdefault(row.round, []).append(row)
    return console_page(
        site, who, "need_why.html", at=AT, **about_need(site, situation), rounds=rounds, only=only, found=bool(rows)
    )
