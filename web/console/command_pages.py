"""The pages of a command about one need: its form, whom it is about, what will happen and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from domain.changes import Change
from domain.choices import Said
from domain.effects import apply
from domain.needs import Resident
from domain.rights import Right
from domain.situations import Situation
from domain.standing import next_sentence
from domain.stories import because
from infra import clock
from infra.looking import note_compared
from infra.noticing import seen_by_partners
from infra.playbooks import load_catalogue
from infra.showing import names_in
from web.console.finding import Found, needs_missing, partners_named, suggested
from web.console.form_read import answers
from web.console.forms import FORMS, CommandForm
from web.console.layout import console_page
from web.console.need import AT, about_need, need_path
from web.console.need_shown import lines_of
from web.console.wording import who_is_told
from web.forms import Form
from web.signin.sessions import SignedIn
from web.site import Site


@dataclass(frozen=True)
class Giving:
    """A command being given: which, about which need and whom, by whom."""

    name: str
    situation: Situation
    who: SignedIn
    partner: str

    @property
    def form(self) -> CommandForm:
        return FORMS[self.name]

    @property
    def is_about_somebody(self) -> bool:
        return self.form.of is not None or self.name == "ask"


def form_page(
    site: Site,
    giving: Giving,
    typed: Form,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    status: int = 200,
    closed: bool = False,
) -> Response:
    form, situation = giving.form, giving.situation
    fields = {field.name for field in form.fields}
    return console_page(
        site,
        giving.who,
        "command.html",
        status,
        at=AT,
        **about_need(site, situation),
        form=form,
        action=f"{need_path(site, situation.need.id)}/{giving.name}",
        typed=typed,
        wrong={place if _on_page(place, fields, situation) else "form": said for place, said in (wrong or {}).items()},
        notice=notice,
        possible=not closed,
        partner=partner_name(site, giving),
        asked_parts=_parts_asked(giving),
        left_out=() if _asked_to_move(giving) else (Said.move, Said.stay),
        capabilities=_others(situation) if "more" in fields else [],
        elsewhere=_elsewhere(site, giving) if any(field.kind == "need" for field in form.fields) else [],
        lines=lines_of(site, situation),
    )


def _on_page(place: str, fields: set[str], situation: Situation) -> bool:
    return place in fields | {"more-count"} | {f"amount-{line.what}" for line in situation.need.lines}


def _elsewhere(site: Site, giving: Giving) -> list[Found]:
    """Needs that miss what this partner has promised here."""
    lines = {s.line for i in giving.situation.by_responder.get(giving.partner, ()) for s in i.shares if s.pledged}
    kinds = {line.what for line in giving.situation.need.lines if line.number in lines}
    return needs_missing(site, giving.situation, kinds)


def _asked_to_move(giving: Giving) -> bool:
    """Is there a transfer that they could answer?"""
    return any(invitation.moving for invitation in giving.situation.by_responder.get(giving.partner, ()))


def _parts_asked(giving: Giving) -> list[dict[str, Any]]:
    """The kinds of help a form asks amounts of: those the partner was asked for, else all that there are."""
    situation = giving.situation
    theirs = {s.line: s.pledged for i in situation.by_responder.get(giving.partner, ()) for s in i.shares}
    lines = [line for line in situation.need.lines if not giving.form.of or line.number in theirs]
    missing = {line.number: situation.missing(line) for line in lines}
    return [
        {
            "place": f"amount-{line.what}",
            "title": line.capability.title,
            "units": line.capability.units,
            "now": f"Now {line.amount}, {situation.pledged(line):,} promised",
            "missing": f"{line.capability.amount(missing[line.number])} missing" if missing[line.number] else "Covered",
            "promised": f"They promised {line.capability.amount(theirs.get(line.number, 0))}",
        }
        for line in lines
    ]


def _others(situation: Situation) -> list[tuple[str, list[tuple[str, str]]]]:
    """Kinds of help that are no part of the need yet, by category."""
    catalogue = load_catalogue()
    there = {line.what for line in situation.need.lines}
    return [
        (title, [(c.code, c.title) for c in catalogue.capabilities if c.category == code and c.code not in there])
        for code, title in catalogue.categories.items()
    ]


def partner_name(site: Site, giving: Giving) -> str | None:
    """What whoever it is about is called; `None` if it cannot be about them."""
    if not giving.partner or not giving.is_about_somebody:
        return None
    if giving.form.of and all(i.responder != giving.partner for i in giving.form.of(giving.situation)):
        return None
    return site.store.responder_names([giving.partner]).get(giving.partner)


def partner_page(site: Site, request: Request, giving: Giving) -> Response:
    """Whom is it about? Those it can be about; for asking by name, a search of the directory."""
    search = request.query_params.get("search", "").strip()[:80]
    of = giving.form.of
    if of is None:
        found = partners_named(site, search) if search else suggested(site, giving.situation)
    else:
        names = site.store.responder_names(i.responder for i in of(giving.situation))
        found = [(id, name, "") for id, name in sorted(names.items(), key=lambda item: item[1].casefold())]
    return console_page(
        site,
        giving.who,
        "command_partner.html",
        at=AT,
        **about_need(site, giving.situation),
        form=giving.form,
        action=f"{need_path(site, giving.situation.need.id)}/{giving.name}",
        search=search,
        searches=of is None,
        found=found,
    )


# --- what will happen -----------------------------------------------------------------


def check_page(site: Site, giving: Giving, form: Form, foreseen: Change) -> Response:
    """What was typed, what will happen and to whom, how it will stand."""
    kept = {name: text for name, text in form.items() if name not in ("csrf", "confirm")}
    return console_page(
        site,
        giving.who,
        "command_check.html",
        at=AT,
        **about_need(site, giving.situation),
        form=giving.form,
        action=f"{need_path(site, giving.situation.need.id)}/{giving.name}",
        kept=kept,
        partner=partner_name(site, giving),
        answers=answers(giving.form, form, giving.situation),
        warnings=_warnings(site, giving, form),
        **_follows(site, giving.situation, foreseen),
    )


def _follows(site: Site, situation: Situation, change: Change) -> dict[str, Any]:
    """What a change comes to: what the story will say, who is told, how it stands then and what comes next."""
    changes = (change, *change.also)
    names = names_in(site.store, situation, [event for one in changes for event in one.events])
    told = dict(names) | site.store.responder_names(message.to_responder for one in changes for message in one.messages)
    after = apply(situation, change) or situation
    return {
        "story": [because(event, names, change.need, situation.zone) for event in change.events],
        "told": list(who_is_told((m for one in changes for m in one.messages), told)),
        "after": lines_of(site, after),
        "next": next_sentence(after, clock.now()),
    }


def _warnings(site: Site, giving: Giving, form: Form) -> list[str]:
    """What partners would read of who or where the resident is. Told that it is their name, somebody has looked."""
    need, may_look = giving.situation.need, giving.who.may(Right.look_private)
    if giving.name != "amend":
        return []
    pairs = ((form.get("summary", ""), need.summary), (form.get("urgent_because", ""), need.urgent_because or ""))
    fresh = [said for said, present in pairs if said and said != present]
    plain = _seen(fresh, Resident())
    found = _seen(fresh, site.store.resident(need.id)) if fresh and may_look else plain
    if found.keys() - plain.keys():
        note_compared(site.store, giving.who.by, need.id, "name")
    return list(found)


def _seen(said: list[str], resident: Resident) -> dict[str, None]:
    """The sentences, each once, in order."""
    return dict.fromkeys(sentence for text in said for sentence in seen_by_partners(text, resident))
