"""Whom could an officer ask by name? Those who could, the nearest first, or whoever is searched for."""

from __future__ import annotations

from domain.labels import SECTOR_LABELS, say_list, say_some
from domain.needs import NeedStatus
from domain.opening import MOST_KEPT_FROM, NeedWrong
from domain.situations import Situation
from infra import clock
from infra.explaining import explain_all
from infra.store.lists import NeedsWanted, ResponderListed, RespondersWanted
from web.site import Site

MOST = 20
LOOK_AT = 100
Found = tuple[str, str, str]  # id, name, a sentence about them


def partners_named(site: Site, words: str) -> list[Found]:
    """Partners by a part of their name or their id."""
    found = _named(site, words)
    return [(row.responder.id, row.responder.name, SECTOR_LABELS[row.responder.sector]) for row in found]


def _named(site: Site, words: str) -> list[ResponderListed]:
    """At most `MOST` of them; the whole directory is looked through."""
    found: list[ResponderListed] = []
    cursor: str | None = None
    while len(found) < MOST:
        page = site.store.responders_page(RespondersWanted(search=words), cursor, MOST)
        found += page.rows
        if (cursor := page.next) is None:
            break
    return found[:MOST]


def needs_missing(site: Site, situation: Situation, kinds: set[str]) -> list[Found]:
    """Other needs that miss some of these kinds of help, those most at risk first: id, summary, what is missing."""
    wanted = NeedsWanted(statuses=(NeedStatus.open,), exercise=situation.need.exercise)
    found = []
    for row in site.store.needs_page(wanted, limit=LOOK_AT).rows:
        if row.need != situation.need.id and row.covered < row.needed:
            there = site.door.situation(row.need)
            missing = [
                line.capability.amount(there.missing(line)) for line in there.missing_lines if line.what in kinds
            ]
            found += [(row.need, row.summary, f"{say_list(missing)} missing, {row.area}")] if missing else []
    return found[:MOST]


def partners_called(site: Site, text: str) -> tuple[str, ...]:
    """The ids of those named, one on each line or between commas: by name, by the beginning of one, or by id.

    Raises `NeedWrong` where it is not certain who is meant: somebody kept away by mistake is not kept away at all.
    """
    parts = [part.strip() for line in text.splitlines() for part in line.replace(";", ",").split(",")]
    named = [part for part in parts if part]
    if len(named) > MOST_KEPT_FROM:
        raise NeedWrong("keep_from", f"names {len(named):,}; at most {MOST_KEPT_FROM} can be kept away")
    return tuple(dict.fromkeys(id for part in named for id in _called(site, part)))


def _called(site: Site, part: str) -> tuple[str, ...]:
    """Whoever is meant by one name; several ids may stand in a row."""
    ids = tuple(part.split()[:MOST_KEPT_FROM])
    if ids == tuple(id for id in ids if site.store.responder(id)):
        return ids
    found = _named(site, part)
    exactly = [row for row in found if row.responder.name.casefold() == part.casefold()]
    if len(likely := exactly or found) == 1:
        return (likely[0].responder.id,)
    if not likely:
        raise NeedWrong("keep_from", f"nobody in the directory is called {part[:80]!r}")
    either = say_some([f"{row.responder.name} ({row.responder.id})" for row in likely], shown=6)
    raise NeedWrong("keep_from", f"{part[:80]!r} could be one of these: {either}; write the id of whoever it is")


def suggested(site: Site, situation: Situation) -> list[Found]:
    """Those of whom nothing says that they could not, and who have not been asked yet."""
    free = [row for row in explain_all(site.store, situation, clock.now()) if not row.asked and not row.code]
    return [(row.responder, row.name, row.because) for row in free[:MOST]]
