"""The forms of officers' commands about a need: their fields, when each makes sense, what is read from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.choices import Ending, Said
from domain.invitations import Invitation
from domain.labels import OUTCOME_LABELS
from domain.needs import NeedStatus, Outcome
from domain.situations import Situation
from infra.commands import COMMANDS

Options = tuple[tuple[str, str, str], ...]  # value, label, hint


@dataclass(frozen=True)
class Field:
    """One question of a form. `kind` says how it is asked; `present`, what stands there now and means no change;
    `unanswered`, what is said where nothing was chosen."""

    name: str
    kind: str
    label: str
    hint: str = ""
    options: Options = ()
    present: Callable[[Situation], str] | None = None
    unanswered: str = ""


@dataclass(frozen=True)
class CommandForm:
    """How one command is given. `of`: whom it can be about, where it is about somebody; `title`: the command's own."""

    lead: str
    button: str
    done: str
    fields: tuple[Field, ...] = ()
    possible: Callable[[Situation], bool] = lambda situation: not situation.need.closed
    of: Callable[[Situation], list[Invitation]] | None = None
    versioned: bool = True
    warning: bool = False
    title: str = ""


SAID: Options = (
    (Said.yes.value, "Yes, all of it", ""),
    (Said.part.value, "Yes, part of it", "Say how many below."),
    (Said.no.value, "No, not this time", ""),
    (Said.standby.value, "They stand by", "Only when everything is promised already."),
    (Said.done.value, "It is done", ""),
    (Said.failed.value, "It could not be done", ""),
    (Said.move.value, "They go to the other need", "The answer to a transfer."),
    (Said.stay.value, "They stay with this need", "The answer to a transfer."),
)
URGENT = (
    "No names. From then on people are asked at any hour. It keeps its playbook and the waits of it; "
    "to go faster, bring forward when it is needed, or ask the next round now as well."
)
ENDINGS: Options = tuple((ending.value, OUTCOME_LABELS[Outcome(ending.value)], "") for ending in Ending)


def _where(situation: Situation) -> str:
    return (situation.need.place if situation.need.incident else situation.need.area) or ""


def _pressing(situation: Situation) -> str:
    return situation.need.urgent_because or ""


def _missing(situation: Situation) -> bool:
    return not situation.need.closed and not situation.covered


def _on_hold(situation: Situation) -> bool:
    return situation.need.status is NeedStatus.on_hold


def _asked(situation: Situation) -> list[Invitation]:
    """The latest invitation of each who was asked."""
    return [max(theirs, key=lambda i: i.cycle) for theirs in situation.by_responder.values()]


def _promising(situation: Situation) -> list[Invitation]:
    return [invitation for invitation in situation.accepted if invitation.pledged]


_ALL: dict[str, CommandForm] = {
    "amend": CommandForm(
        "More is looked for. Less releases those asked, then standby, then the latest promises. Everybody it concerns "
        "is told. Earlier or elsewhere: those who promised are asked whether it is still all right.",
        "Change it",
        "It is changed.",
        (
            Field("lines", "amounts", "How many are needed in all?", "0 means no longer needed."),
            Field("more", "more", "Something else as well?"),
            Field("needed_by", "moment", "When is it needed now?", "Leave this empty if it stays as it is."),
            Field("place", "text", "Where?", "The ward, or the first half of the postcode.", present=_where),
            Field("summary", "long", "What partners read", "No names, no addresses.", present=lambda s: s.need.summary),
            Field("urgent_because", "text", "Is it urgent now? Why can it not wait?", URGENT, present=_pressing),
            Field("address", "text", "A new address to bring it to", "Private. Leave this empty if it stays."),
        ),
    ),
    "extend": CommandForm(
        "What everybody was asked for in vain is looked for anew. Whoever said no is not asked again.",
        "Give it more time",
        "It has more time.",
        (Field("needed_by", "moment", "When is it needed now?"),),
    ),
    "ask": CommandForm(
        "The rules hold all the same: checks, pauses, weekly limits.",
        "Ask them",
        "They are asked as soon as Muster looks.",
        (Field("lines", "asked-amounts", "How much of it?", "Leave this empty to ask for all that is missing."),),
        possible=_missing,
    ),
    "next-round": CommandForm(
        "Muster does not wait for those asked so far. They can still answer, and what they give counts.",
        "Ask the next round",
        "The next round is asked as soon as Muster looks.",
        possible=_missing,
    ),
    "choose": CommandForm(
        "Whoever is chosen is booked and told. Once it is covered, the others are thanked.",
        "Choose them",
        "They are chosen.",
        (Field("lines", "asked-amounts", "How much of it?", "Leave this empty for all that is missing."),),
        possible=lambda situation: not situation.need.closed and bool(situation.offering),
        of=lambda situation: list(situation.offering),
    ),
    "answer": CommandForm(
        "They get a receipt that says an officer recorded it, with the way to undo it.",
        "Record it",
        "The answer is recorded.",
        (
            Field("said", "choice", "What did they say?", options=SAID, unanswered="Select what they said."),
            Field("lines", "asked-amounts", "How many?", "If they said yes to part of it."),
            Field("ready_by", "moment", "When can they be there?", "Leave this empty if they can be in time."),
            Field("visitor", "text", "Who comes?", "Only where the help is sensitive. Private."),
            Field("note", "long", "What else did they say?", "Private: only officers read it."),
        ),
        possible=lambda situation: not situation.need.closed and bool(situation.invitations),
        of=_asked,
    ),
    "transfer": CommandForm(
        "Their promise stays until they say yes. Then both needs change at once, and standby is called here.",
        "Ask them",
        "They are asked to go to the other need. Until they say yes, they are expected here.",
        (
            Field("to", "need", "Which need could they go to?", "Those that miss the same kind of help."),
            Field("lines", "one-amount", "What would they take there?", "One kind of help."),
        ),
        possible=lambda situation: not situation.need.closed and bool(_promising(situation)),
        of=_promising,
    ),
    "hold": CommandForm(
        "Nothing is sent about it. Answers are still taken, and nobody loses time: it goes on where it was.",
        "Put it on hold",
        "It is on hold.",
        (Field("until", "moment", "Until when?", "Left empty, an officer is asked each day when it goes on."),),
        possible=lambda situation: not situation.need.closed and not _on_hold(situation),
    ),
    "resume": CommandForm(
        "What waited is sent, and every deadline comes as much later as the hold has lasted.",
        "Let it go on",
        "It goes on.",
        possible=_on_hold,
    ),
    "take": CommandForm(
        "It is then yours and passed to nobody else.",
        "Take it",
        "It is yours.",
        possible=lambda situation: bool(situation.open_tasks),
        versioned=False,
    ),
    "withdraw": CommandForm(
        "The need ends. Whoever had said yes is told first, so that nobody sets out.",
        "End it",
        "It is withdrawn.",
        warning=True,
    ),
    "close": CommandForm(
        "Everybody who was asked or had promised hears of it. A closed need does not open again by itself.",
        "Close it",
        "It is closed.",
        (Field("outcome", "choice", "How did it end?", options=ENDINGS, unanswered="Select how it ended."),),
        warning=True,
    ),
    "keep": CommandForm(
        "Nothing of it is erased, whatever its time, until an administrator ends this.",
        "Keep it",
        "Nothing of it is erased from now on.",
        (Field("because", "long", "Why must it be kept?", "A complaint, a claim. Private.", unanswered="Say why."),),
        possible=lambda situation: situation.need.kept_since is None,
    ),
    "keep-no-longer": CommandForm(
        "What is past its time is erased the next night, as of any other need.",
        "Keep it no longer",
        "It is kept no longer than others.",
        possible=lambda situation: situation.need.kept_since is not None,
    ),
}
FORMS = {name: replace(form, title=COMMANDS[name].title) for name, form in _ALL.items()}


def possible(situation: Situation) -> list[str]:
    """The commands that make sense now, in the order of the page."""
    return [name for name, form in FORMS.items() if form.possible(situation)]
