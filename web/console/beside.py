"""Things side by side, for an officer to decide between: offers of the same help, needs that may be one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.choosing import offers_of
from domain.labels import label_need
from domain.situations import Situation
from infra.playbooks import category_title
from web.console.wording import said_yes_to
from web.site import Site

Row = tuple[str, str, str, bool]  # what, of the one, of the other, is it the same?


@dataclass(frozen=True)
class Offer:
    """One offer that waits to be chosen."""

    responder: str
    name: str
    amount: str
    missing: str
    ready: str
    answered: str
    past: str
    wrote: bool


def weigh_offers(site: Site, situation: Situation) -> list[Offer]:
    """Every offer of what is missing, the earliest first."""
    found = [(line, i) for line in situation.missing_lines for i in offers_of(situation, line)]
    names = site.store.responder_names(i.responder for _, i in found)
    offers = []
    for line, invitation in found:
        share, amount = invitation.asked_share(line.number), line.capability.amount
        listed = site.store.responder_listed(invitation.responder)
        offers.append(
            Offer(
                responder=invitation.responder,
                name=names.get(invitation.responder, "A helper"),
                amount=amount(share.offered),
                missing=amount(situation.missing(line)),
                ready=site.say(share.ready_by) if share.ready_by else "In time",
                answered=site.say(invitation.answered_at or invitation.asked_at),
                past=said_yes_to(listed) if listed and listed.asked else "New to us",
                wrote=invitation.note is not None,
            )
        )
    return offers


def two_needs(site: Site, one: Situation, other: Situation) -> list[Row]:
    """Two needs, row by row: nothing private."""
    facts = (_facts(site, one), _facts(site, other))
    return [(key, here, there, here == there) for (key, here), (_, there) in zip(*facts, strict=True)]


def _facts(site: Site, situation: Situation) -> list[tuple[str, str]]:
    need = situation.need
    return [
        ("What partners read", need.summary),
        ("Category", category_title(need.category)),
        ("What is needed", ", ".join(line.amount for line in need.lines if line.quantity)),
        ("Promised", ", ".join(line.capability.amount(situation.pledged(line)) for line in need.lines)),
        ("Area", need.area),
        ("Needed by", site.say(need.needed_by)),
        ("Recorded", site.say(need.opened_at)),
        ("How it stands", label_need(need.status, need.outcome)),
        ("Asked so far", f"{len(situation.by_responder):,}"),
    ]
