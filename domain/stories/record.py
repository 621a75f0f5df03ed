"""A need as a record: opened, closed, kept, erased."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import OUTCOME_LABELS, begin_great, say_list, say_moment, say_some
from domain.needs import Outcome
from domain.stories.told import Told, Words

ERASED = {
    "contact": "the resident's details",
    "words": "what people wrote",
    "shared-words": "the summary with the exact place",
    "helper": "who one of the helpers was",
    "speaker": "who spoke for the resident",
}


def _opened(told: Told) -> str:
    units = {line.what: line.capability for line in told.need.lines}
    said = [units[what].amount(count) for what, count in told.counts("quantities").items() if what in units]
    urgent = " It is urgent." if told.event.facts.get("urgent") else ""
    needed = say_moment(told.need.needed_by, told.event.at, told.zone)
    return f"Somebody in {told.need.area} needs {say_some(said) if said else 'help'} by {needed}.{urgent}"


def _may_be_duplicate(told: Told) -> str:
    like = told.code("like")
    return (
        f"The same resident asked for the same kind of help in {like}, so an officer was asked whether these are two "
        "needs. Both go on until then."
    )


def _closed(told: Told) -> str:
    match told.code("outcome"):
        case Outcome.met if told.event.facts.get("lead"):
            return f"{begin_great(told.officer)} says that it happened, so this is closed."
        case Outcome.met if told.event.facts.get("said"):
            return f"The resident says that it happened, so this is closed.{told.by_phone}"
        case Outcome.presumed if told.event.facts.get("reported"):
            return "Everybody who promised said it was done, and the resident, whom we asked, did not say otherwise."
        case Outcome.presumed:
            return "The resident was asked and did not say otherwise, so we presume it happened."
        case outcome:
            ended = f": {OUTCOME_LABELS[Outcome(outcome)].lower()}" if outcome else ""
            return f"{begin_great(told.officer)} closed this{ended}."


def _kept(told: Told) -> str:
    return f"{begin_great(told.officer)} said that nothing of this may be erased for now, and why, in a private note."


def _kept_no_longer(told: Told) -> str:
    return f"{begin_great(told.officer)} said that details about this may be erased again when their time is over."


def _forgotten(told: Told) -> str:
    what = say_list(ERASED.get(kept, "details") for kept in told.code("what").split(","))
    why = "the time to keep them was over" if told.code("why") == "time" else "the council was asked to"
    return f"Erased, as {why}: {what}. The story stays."


WORDS = {
    EventCode.opened: Words("Recorded", _opened),
    EventCode.may_be_duplicate: Words("May be a duplicate", _may_be_duplicate),
    EventCode.closed: Words("Closed", _closed),
    EventCode.kept: Words("Kept for longer", _kept),
    EventCode.kept_no_longer: Words("Kept no longer than others", _kept_no_longer),
    EventCode.forgotten: Words("Details erased", _forgotten),
}
