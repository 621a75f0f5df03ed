"""Whom could an officer ask by name? Those who could, the nearest first, or whoever is searched for."""

from __future__ import annotations

from domain.situations import Situation
from infra import clock
from infra.explaining import explain_all
from infra.store.lists import RespondersWanted
from web.site import Site

MOST = 20
Found = tuple[str, str, str]  # id, name, a sentence about them


def partners_named(site: Site, words: str) -> list[Found]:
    """Partners by a part of their name or their id."""
    page = site.store.responders_page(RespondersWanted(search=words), limit=MOST)
    return [(row.responder.id, row.responder.name, row.responder.sector.value.capitalize()) for row in page.rows]


def suggested(site: Site, situation: Situation) -> list[Found]:
    """Those of whom nothing says that they could not, and who have not been asked yet."""
    free = [row for row in explain_all(site.store, situation, clock.now()) if not row.asked and not row.code]
    return [(row.responder, row.name, row.because) for row in free[:MOST]]
