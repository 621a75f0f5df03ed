"""Who a need is for, and what people wrote about it. Every look is recorded."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.labels import BASIS_LABELS
from domain.needs import Resident
from domain.rights import Right
from infra.looking import look_private
from infra.showing import names_in
from infra.whose_words import authors_of, words_at_the_door
from notifications.letters import say_phone
from web.console.layout import console_page
from web.console.need import AT, about_need, find_need
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

LABELS = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "address": "Address",
    "contact_by": "How they want to be told",
    "referrer_name": "Who speaks for them",
    "referrer_email": "Their email",
    "referrer_phone": "Their phone",
    "notes": "Notes",
}
LOOKS = 20


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/{{ref}}/private", Right.look_private, show)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """Read it, record the look, show it; and who looked before."""
    situation = find_need(site, request)
    need = situation.need
    looks = site.store.looks(need.id)[:LOOKS]
    private = look_private(site.store, who.by, need.id, "console")
    story = site.store.story(need.id)
    names = names_in(site.store, situation, story)
    authors = authors_of(situation, story, names)
    return console_page(
        site,
        who,
        "need_private.html",
        at=AT,
        **about_need(site, situation),
        rows=[*_rows(private.resident), ("Lawful basis", BASIS_LABELS[need.lawful_basis])],
        words=[(authors.get(id, "Somebody"), text) for id, text in private.notes.items()],
        at_the_door=words_at_the_door(situation, private.resident, names, site.settings.signing_keys),
        looks=[(_who(look.who, names), site.say(look.at)) for look in looks],
    )


def _rows(resident: Resident) -> list[tuple[str, str]]:
    said = resident.model_dump(mode="json")
    said |= {name: say_phone(said[name]) for name in ("phone", "referrer_phone")}
    return [(label, str(said[name])) for name, label in LABELS.items() if said.get(name)]


def _who(who: str, names: dict[str, str]) -> str:
    """An officer by name; a program or a command as such."""
    others = {"key": "A program", "command": "At the command line"}
    return names.get(who) or others.get(who.partition(":")[0], "An officer")
