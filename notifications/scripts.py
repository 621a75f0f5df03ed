"""What an officer reads out, or posts, to a resident who gets no e-mail."""

from __future__ import annotations

from domain.calling import topic_of
from domain.messages import MessageKind
from domain.needs import ContactBy, Outcome
from domain.officers import Task
from notifications.letters import Letter, say_parts
from notifications.to_residents import missing, who_helps, whole, with_officer

ENDINGS = {
    Outcome.met: "Our records say that you got it, so we have closed your request. Is that right?",
    Outcome.presumed: "We take it that you got it, so we have closed your request. Is that right?",
    Outcome.partly_met: "You got part of it, and we have closed your request. Do you still need the rest?",
    Outcome.not_met: "We are sorry. We could not find anybody to help, and we have closed your request. "
    "Do you still need it?",
    Outcome.withdrawn: "You no longer need it, so nobody will come. Is that right?",
}


def script_of(letter: Letter, task: Task) -> tuple[str, ...]:
    """What to say about `task`, sentence by sentence. Nothing private is in it: the page shows it too."""
    posted = letter.resident.reached_by is ContactBy.post
    return _first(letter), *_news(letter, topic_of(letter.situation, task), posted), *(_last(letter) if posted else ())


def _first(letter: Letter) -> str:
    asked, reference = say_parts(whole(letter)), letter.need.id
    council = letter.settings.council
    match letter.resident.reached_by:
        case ContactBy.post:
            return f"{council} writes to you about your request for {asked}, reference {reference}."
        case ContactBy.person:
            return (
                f"I am calling from {council} about the request for {asked} of somebody you speak for, "
                f"reference {reference}."
            )
        case _:
            return f"I am calling from {council} about your request for {asked}, reference {reference}."


def _last(letter: Letter) -> tuple[str, ...]:
    return (f"If anything is wrong, or you have a question, phone us: {letter.settings.phone}.",)


def _news(letter: Letter, topic: MessageKind | None, posted: bool) -> tuple[str, ...]:
    when = letter.when(line for line in letter.need.lines if line.quantity)
    by = f" by {when}" if when else ""
    match topic:
        case MessageKind.resident_covered:
            return f"{who_helps(letter)} will help you{by}.", "Afterwards we will ask you how it went."
        case MessageKind.resident_delayed:
            me = "We are" if posted else "I am"
            why = (
                f"We have asked people who could help and have not found all of it yet. {me} looking for another way."
                if with_officer(letter)
                else "We can no longer count on all the help that was promised. We are looking for somebody else now."
            )
            safe = "If you are not safe or it cannot wait, phone us." if posted else "Are you safe? Can it wait?"
            return why, f"We still need to find {say_parts(missing(letter))}.", safe
        case MessageKind.resident_asked:
            answer = ("Please phone us to tell us.",) if posted else ("Is anything still missing?",)
            return f"It was due{by}.", "Did it happen: yes, partly or no?", *answer
        case MessageKind.resident_closed:
            return (ENDINGS.get(letter.need.outcome or Outcome.presumed, "We have closed your request."),)
        case _:
            return ()
