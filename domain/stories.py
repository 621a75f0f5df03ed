"""The story of a need in words: what each event is called, and the sentence an officer reads. Made when read; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.events import Event, EventCode, by_council
from domain.invitations import Reason
from domain.labels import (
    OUTCOME_LABELS,
    REASON_LABELS,
    TASK_LABELS,
    TASK_OUTCOME_LABELS,
    begin_great,
    say_list,
    say_moment,
    say_some,
)
from domain.needs import Need, Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.values import plural

LABELS = {
    EventCode.opened: "Recorded",
    EventCode.may_be_duplicate: "May be a duplicate",
    EventCode.asked: "Asked",
    EventCode.asked_next: "Asked more",
    EventCode.round_skipped: "Nobody to ask",
    EventCode.round_waits: "Waiting to ask",
    EventCode.reminded: "Reminded",
    EventCode.said_yes: "Said yes",
    EventCode.said_no: "Cannot help this time",
    EventCode.asked_question: "Asked a question",
    EventCode.withdrew: "Dropped out",
    EventCode.undeliverable: "Could not be reached",
    EventCode.next_contact: "Next contact",
    EventCode.complained: "Does not want our mail",
    EventCode.offers_put: "Offers to choose from",
    EventCode.chosen: "Chosen",
    EventCode.not_chosen: "Not chosen",
    EventCode.word_asked: "An officer's word asked for",
    EventCode.word_given: "An officer gave their word",
    EventCode.word_refused: "An officer did not give their word",
    EventCode.covered: "Covered",
    EventCode.reopened: "Looking again",
    EventCode.reserve_called: "Standby called",
    EventCode.reserve_waits: "Standby to be called later",
    EventCode.reserve_released: "Standby over",
    EventCode.handed_over: "Handed to an officer",
    EventCode.past_due: "Past its time",
    EventCode.task_raised: "Task for an officer",
    EventCode.task_passed: "Task passed on",
    EventCode.task_taken: "Task taken",
    EventCode.task_done: "Task done",
    EventCode.call_tried: "Nobody answered",
    EventCode.call_again: "Asked again",
    EventCode.started: "Under way",
    EventCode.said_done: "Said it is done",
    EventCode.could_not: "Could not do it",
    EventCode.worried: "Worried about somebody",
    EventCode.chased: "Asked whether it was done",
    EventCode.no_show: "Nothing heard",
    EventCode.new_due: "Wanted as soon as can be",
    EventCode.resident_asked: "Resident asked",
    EventCode.resident_said: "Resident answered",
    EventCode.new_link: "New link sent",
    EventCode.amended: "Changed",
    EventCode.extended: "More time",
    EventCode.held: "Put on hold",
    EventCode.resumed: "Goes on",
    EventCode.asked_by_name: "Asked by name",
    EventCode.next_round: "Next round now",
    EventCode.newcomers: "More partners",
    EventCode.unconfirmed: "No word about the change",
    EventCode.given_up: "Not reached about the change",
    EventCode.transfer_asked: "Asked to go elsewhere",
    EventCode.transfer_unanswered: "No word about going elsewhere",
    EventCode.transfer_given_up: "Not reached about going elsewhere",
    EventCode.transferred: "Went elsewhere",
    EventCode.joined: "Came from elsewhere",
    EventCode.stayed: "Stays",
    EventCode.paused: "Away for now",
    EventCode.back: "Back again",
    EventCode.kept_apart: "Kept apart",
    EventCode.decision_failed: "Could not decide",
    EventCode.closed: "Closed",
    EventCode.kept: "Kept for longer",
    EventCode.kept_no_longer: "Kept no longer than others",
    EventCode.forgotten: "Details erased",
}
SAID = {"yes": "it happened", "partly": "it happened in part", "no": "it did not happen"}


def label(event: Event) -> str:
    """What this event is called: `Asked`, `Said yes`."""
    return LABELS[event.code]


def because(event: Event, names: Mapping[str, str], need: Need, zone: ZoneInfo) -> str:
    """The sentence an officer reads. `names` says what responders and officers are called, by id."""
    return SENTENCES[event.code](Told(event, names, need, zone))


@dataclass(frozen=True)
class Told:
    """One event with what it takes to put it into words."""

    event: Event
    names: Mapping[str, str]
    need: Need
    zone: ZoneInfo

    def number(self, fact: str) -> int:
        value = self.event.facts.get(fact)
        return value if isinstance(value, int) else 0

    def code(self, fact: str) -> str:
        value = self.event.facts.get(fact)
        return value if isinstance(value, str) else ""

    def moment(self, fact: str) -> str:
        """An instant among the facts, as people say it."""
        text = self.code(fact)
        return say_moment(datetime.fromisoformat(text), self.event.at, self.zone) if text else "a time to come"

    def counts(self, fact: str) -> dict[str, int]:
        value = self.event.facts.get(fact)
        return value if isinstance(value, dict) else {}

    def amounts(self, fact: str) -> str:
        """Line numbers with quantities, as people say them: `12 food parcels and 2 lifts`; empty if there are none."""
        known = {str(line.number): line for line in self.need.lines}
        ordered = sorted(self.counts(fact).items(), key=lambda item: int(item[0]))
        said = [known[n].capability.amount(q) for n, q in ordered if n in known and q]
        return say_some(said) if said else ""

    @property
    def lines(self) -> str:
        """What the event's lines are about, without quantities: `food parcels and lifts`."""
        titles = [line.capability.units for line in self.need.lines if line.number in self.event.lines]
        return say_some(titles) if titles else "what is missing"

    @property
    def who(self) -> str:
        """`Good Neighbours, Sam Lee and 3 more`."""
        named = [self.names.get(id, id) for id in self.event.responders]
        return say_some(named, self.number("count") or self.number("helpers")) if named else "nobody"

    @property
    def one(self) -> str:
        return self.names.get(self.event.responders[0], self.event.responders[0]) if self.event.responders else "They"

    @property
    def round(self) -> str:
        """The round's own name."""
        number, rounds = self.event.round or 0, self.need.playbook.rounds
        return rounds[number - 1].name if 1 <= number <= len(rounds) else f"round {number}"

    @property
    def rounds(self) -> str:
        """The round with those that were asked together with it, by name."""
        merged = [int(number) for number in self.code("merged").split(",") if number]
        return say_list([*(self.need.playbook.round(number).name for number in merged), self.round])

    @property
    def officer(self) -> str:
        """The officer an event names as its doer or receiver."""
        id = self.code("officer") or self.event.by.removeprefix("officer:")
        return self.names.get(id) or self.names.get(f"officer:{id}") or "an officer"

    @property
    def task(self) -> str:
        kind = self.code("kind")
        return TASK_LABELS[TaskKind(kind)].lower() if kind else "the task"

    @property
    def by_phone(self) -> str:
        return f" ({self.officer} recorded it.)" if by_council(self.event.by) else ""


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


def _asked(told: Told) -> str:
    asked = f"for {told.amounts('missing') or told.lines}: {told.who}."
    if told.code("merged"):
        return f"There is too little time to ask one after another, so we asked {told.rounds} {asked}"
    hurried = " They have less time to answer than usual, so that everybody's turn comes before it is due."
    return f"We asked {told.round} {asked}{hurried if told.event.facts.get('hurried') else ''}"


def _asked_next(told: Told) -> str:
    wanted = told.amounts("missing") or told.lines
    return f"Those still to answer could not cover {wanted}, so we asked more ({told.rounds}): {told.who}."


def _round_skipped(told: Told) -> str:
    if told.event.facts.get("hours"):
        return f"The hours of the round “{told.round}” come too late for {told.lines}, so it was left out."
    return f"There was nobody to ask for {told.lines} in the round “{told.round}”, so we moved straight on."


def _round_waits(told: Told) -> str:
    wait = f"Those of the round “{told.round}” who could help with {told.lines} want to be left alone for now"
    return f"{wait}, so they are asked from {told.moment('until')}."


def _reminded(told: Told) -> str:
    return f"Without them it could not be covered, so we reminded {told.who}."


def _said_yes(told: Told) -> str:
    pledged, reserve, offered = told.amounts("pledged"), told.amounts("reserve"), told.amounts("offered")
    waits = f" They offer {offered}, which holds nothing until an officer chooses." if offered else ""
    changed = "changed their answer" if told.event.facts.get("changed") else "said yes"
    if told.event.facts.get("still"):
        changed = "says that it is still all right"
    late = " That is later than it is due, so it does not count." if told.event.facts.get("late") else ""
    if pledged and reserve:
        said = f"{pledged} count, {reserve} stand by"
    elif pledged:
        said = pledged
    elif offered and not reserve:
        return f"{told.one} {changed}.{waits}{told.by_phone}"
    else:
        said = f"{reserve} stand by" if reserve else "nothing more was needed"
    return f"{told.one} {changed}: {said}.{late}{waits}{told.by_phone}"


def _said_no(told: Told) -> str:
    reason = told.code("reason")
    why = f": {REASON_LABELS[Reason(reason)]}" if reason else ""
    return f"{told.one} cannot help this time{why}.{told.by_phone}"


def _asked_question(told: Told) -> str:
    return f"{told.one} asked a question, so an officer was asked to answer it.{told.by_phone}"


def _withdrew(told: Told) -> str:
    lost = told.amounts("lost")
    again = f", so {lost} {_is_are(told, 'lost')} missing again" if lost else ""
    return f"{told.one} said yes before and can no longer help{again}.{told.by_phone}"


def _is_are(told: Told, fact: str) -> str:
    return "is" if list(told.counts(fact).values()) == [1] else "are"


def _undeliverable(told: Told) -> str:
    return f"No address we have for {told.one} works, so we count it as a no."


def _next_contact(told: Told) -> str:
    if told.event.facts.get("delayed"):
        return f"A mail to {told.one} was held up, so we wrote to contact {told.number('contact') + 1} on their list."
    return f"A mail to {told.one} came back, so we wrote to contact {told.number('contact') + 1} on their list."


def _complained(told: Told) -> str:
    return (
        f"{told.one} marked a mail of ours as unwanted, so we ask them nothing more of this kind, and an officer was "
        "asked to phone them."
    )


def _offers_put(told: Told) -> str:
    why = told.code("why")
    because = "Enough is offered" if why == "enough" else "It is due soon"
    because = "Everybody the playbook names has been asked" if why == "exhausted" else because
    offered = told.amounts("offered") or told.lines
    return f"{because}, so an officer was asked to choose who gives {told.lines}: {told.who} offered {offered}."


def _chosen(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} chose {told.one} for {told.amounts('pledged') or told.lines}, and we told them."
    )


def _not_chosen(told: Told) -> str:
    return f"What they had offered is covered, so we thanked {told.who} and let them go."


def _word_asked(told: Told) -> str:
    return f"It is sensitive, so an officer was asked to give their word about whom these named: {told.who}."


def _word_given(told: Told) -> str:
    return f"{begin_great(told.officer)} gave their word about whom {told.one} named, so we sent them name and address."


def _word_refused(told: Told) -> str:
    lost = told.amounts("lost")
    again = (
        f" So {lost} {_is_are(told, 'lost')} missing again, and they are not asked about it any more." if lost else ""
    )
    return f"{begin_great(told.officer)} did not give their word about whom {told.one} named.{again}"


def _covered(told: Told) -> str:
    helpers = told.number("helpers")
    released = told.number("released")
    by = f" by {told.who}" if helpers else ""
    told_so = f" We told {plural(released, 'other', 'others')} that no more is needed." if released else ""
    return f"Everything is promised{by}.{told_so}"


def _reopened(told: Told) -> str:
    missing = told.amounts("missing") or told.lines
    if told.event.facts.get("resident"):
        return f"Not all of it happened, so we look again for {missing}."
    return f"Not all that was promised can be counted on, so we look again for {missing}."


def _reserve_called(told: Told) -> str:
    return f"Something is missing again, so we called on those who stand by: {told.who}."


def _reserve_waits(told: Told) -> str:
    wait = "Something is missing again, and those who stand by want to be left alone for now, so we call on them later"
    return f"{wait}: {told.who}, from {told.moment('until')}."


def _reserve_released(told: Told) -> str:
    return f"The time they stood by for is over, and it was not needed, so we let them go: {told.who}."


def _handed_over(told: Told) -> str:
    asked = told.number("asked")
    if told.code("why") == "time":
        sofar = f" We have asked {asked} so far." if asked else ""
        return f"It is due soon and {told.lines} are not covered, so an officer must act.{sofar}"
    if not asked:
        return f"There was nobody we could ask for {told.lines}, so an officer must act."
    return f"We asked everybody we know for {told.lines} ({asked}) and not all is covered, so an officer must act."


def _past_due(told: Told) -> str:
    return f"The time has passed and {told.lines} are not covered, so an officer must act."


def _task_raised(told: Told) -> str:
    return f"An officer was asked to act: {told.task}."


def _task_passed(told: Told) -> str:
    if not told.code("officer"):
        return f"Nobody is on duty to take this task: {told.task}."
    if told.event.facts.get("again"):
        return f"Nobody has taken this task, and there is nobody else, so {told.officer} was told again: {told.task}."
    if told.event.facts.get("gone"):
        return f"Whoever had this task has no access any more, so it went to {told.officer}: {told.task}."
    return f"The task was waiting to be taken, so it went to {told.officer}: {told.task}."


def _task_taken(told: Told) -> str:
    return f"{begin_great(told.officer)} took the task: {told.task}."


def _task_done(told: Told) -> str:
    outcome = told.code("outcome")
    how = f", and says: “{TASK_OUTCOME_LABELS[TaskOutcome(outcome)]}”" if outcome else ""
    return f"{begin_great(told.officer)} finished the task: {told.task}{how}."


def _call_tried(told: Told) -> str:
    tries = plural(told.number("tries"), "try", "tries")
    if told.event.facts.get("last"):
        return f"{begin_great(told.officer)} reached nobody, after {tries}, so we count it as silence."
    return f"{begin_great(told.officer)} reached nobody, after {tries}, and will be asked to try again."


def _call_again(told: Told) -> str:
    if told.event.facts.get("gone"):
        return f"Whoever took this task has no access any more, so it went to {told.officer}: {told.task}."
    why = "Nobody has said how it ended" if told.event.facts.get("forgotten") else "Nobody has been reached yet"
    return f"{why}, so the task went back to {told.officer}: {told.task}."


def _started(told: Told) -> str:
    return f"{told.one} said that they are on it.{told.by_phone}"


def _said_done(told: Told) -> str:
    delivered = told.amounts("delivered")
    return f"{told.one} said that it is done: {delivered}.{_missing_again(told)}{told.by_phone}"


def _could_not(told: Told) -> str:
    return f"{told.one} said that it could not be done.{_missing_again(told)}{told.by_phone}"


def _missing_again(told: Told) -> str:
    lost = told.amounts("lost")
    return f" So {lost} {_is_are(told, 'lost')} missing again." if lost else ""


def _worried(told: Told) -> str:
    return (
        f"{told.one} is worried about somebody, so an officer was told at once. Only officers read why.{told.by_phone}"
    )


def _chased(told: Told) -> str:
    return f"It should have been done by now and we had not heard, so we asked {told.who} whether it was."


def _no_show(told: Told) -> str:
    again = _missing_again(told)
    return f"We asked {told.one} whether it was done and heard nothing, so we no longer count on it.{again}"


def _new_due(told: Told) -> str:
    due = told.code("due")
    by = f", by {say_moment(datetime.fromisoformat(due), told.event.at, told.zone)}" if due else ""
    return f"The time for {told.lines} has passed, so what is missing is wanted as soon as can be{by}."


def _resident_asked(told: Told) -> str:
    return "It should have happened by now, so we asked the resident whether it did."


def _resident_said(told: Told) -> str:
    said, received, lost = told.code("said"), told.amounts("received"), told.amounts("lost")
    got = f": they got {received}" if received else ""
    if said == "yes":
        then = ""
    elif lost:
        then = f" So {lost} did not come, and we look again."
        then += " An officer was asked to act." if told.event.by == "resident" else ""
    else:
        then = " An officer was asked to act."
    if told.event.facts.get("lead"):
        return f"{begin_great(told.officer)} says that {SAID.get(said, 'something else')}{got}.{then}"
    return f"The resident says that {SAID.get(said, 'something else')}{got}.{then}{told.by_phone}"


def _new_link(told: Told) -> str:
    whose = told.one if told.event.responders else "the resident"
    return f"Somebody asked for a new link, so we sent it to the address we have for {whose}."


def _amended(told: Told) -> str:
    """What is so from now on, part by part; a part of which nothing is needed any more is said so."""
    counts, lines = told.counts("quantities"), told.need.lines
    dropped = [line.capability.units for line in lines if counts.get(str(line.number)) == 0]
    now = [f"{amounts} needed"] if (amounts := told.amounts("quantities")) else []
    now += [f"no {say_some(dropped)}"] if dropped else []
    now += [f"due {'earlier' if told.event.facts.get('earlier') else 'later'}"] if told.code("due") else []
    now += ["urgent"] if told.event.facts.get("urgent") else []
    now += ["in another place"] if told.event.facts.get("place") else []
    now += ["in other words"] if told.event.facts.get("summary") else []
    now += ["at the address that is on record now"] if told.event.facts.get("address") else []
    changed = f"{begin_great(told.officer)} changed this. It is now: {'; '.join(now)}."
    return f"{changed} {goes_on_by(told.need)}" if told.event.facts.get("urgent") else changed


def goes_on_by(need: Need) -> str:
    """What stays when a need is made urgent: how it was going to be responded to."""
    return f"It goes on by the playbook it began with, “{need.playbook.title}”, whose waits stay as they are."


def _extended(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} gave it more time, until {told.moment('due')}. "
        "What everybody had been asked for is looked for anew."
    )


def _held(told: Told) -> str:
    if told.event.facts.get("with_others"):
        return "It is on hold with everything of its incident, or with everything there is: nothing is sent."
    until = f" until {told.moment('until')}" if told.code("until") else ""
    return f"{begin_great(told.officer)} put this on hold{until}: nothing is sent, and answers are still taken."


def _resumed(told: Told) -> str:
    by = f"{begin_great(told.officer)} ended the hold" if by_council(told.event.by) else "The hold is over"
    return f"{by}. It goes on where it was, and nobody has less time than they had."


def _asked_by_name(told: Told) -> str:
    return f"{begin_great(told.officer)} asked {told.one} by name for {told.amounts('missing') or told.lines}."


def _newcomers(told: Told) -> str:
    return (
        f"Partners were brought in or changed who may help with {told.lines}: {told.who}. "
        "They are asked where those asked so far cannot cover it."
    )


def _next_round(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} did not want to wait any longer for {told.lines}, "
        "so the next are asked now. Those asked before can still answer."
    )


def _unconfirmed(told: Told) -> str:
    return (
        f"{told.one} promised before it was changed and has not said whether it is still all right, "
        "so an officer was asked to phone them. Their promise stands until then."
    )


def _given_up(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} could not reach {told.one} to ask whether the change is all right, so "
        f"{told.amounts('lost')} are looked for again, and they are asked not to set out."
    )


def _transfer_asked(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} asked {told.one} to go to {told.code('other')} instead with "
        f"{told.amounts('moving')}. Until they say yes, they are still expected here."
    )


def _transfer_unanswered(told: Told) -> str:
    return (
        f"{told.one} has not said whether they could go to {told.code('other')} instead, so an officer was asked to "
        "phone them. Their promise here stands."
    )


def _transfer_given_up(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} could not reach {told.one} about going to {told.code('other')} instead, so we "
        "stopped asking. Their promise here stands."
    )


def _transferred(told: Told) -> str:
    return f"{told.one} goes to {told.code('other')} instead, so {told.amounts('moving')} here are missing again."


def _joined(told: Told) -> str:
    return f"{told.one} comes from {told.code('other')}, where they had promised it: {told.amounts('pledged')}."


def _stayed(told: Told) -> str:
    return f"{told.one} would rather not go to {told.code('other')}, so their promise here stands."


def _paused(told: Told) -> str:
    passed = "asked to be passed over" if told.event.by == "partner" else "is passed over"
    return f"{told.one} {passed} for a while, so we do not wait for their answer. They can still give one."


def _back(told: Told) -> str:
    return f"{told.one} may be asked again, so we wait for their answer."


def _kept_apart(told: Told) -> str:
    then = {
        "released": " They had been asked, so we told them that they are no longer needed.",
        "promised": " They had promised to help, so an officer was asked to phone them now.",
    }.get(told.code("stands"), "")
    return f"{begin_great(told.officer)} said that {told.one} and this resident must not meet.{then}"


def _decision_failed(told: Told) -> str:
    return "Muster could not decide what to do next, several times in a row, so an officer must look."


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


ERASED = {
    "contact": "the resident's details",
    "words": "what people wrote",
    "shared-words": "the summary with the exact place",
    "helper": "who one of the helpers was",
    "speaker": "who spoke for the resident",
}


def _forgotten(told: Told) -> str:
    what = say_list(ERASED.get(kept, "details") for kept in told.code("what").split(","))
    why = "the time to keep them was over" if told.code("why") == "time" else "the council was asked to"
    return f"Erased, as {why}: {what}. The story stays."


SENTENCES: dict[EventCode, Callable[[Told], str]] = {
    EventCode.opened: _opened,
    EventCode.may_be_duplicate: _may_be_duplicate,
    EventCode.asked: _asked,
    EventCode.asked_next: _asked_next,
    EventCode.round_skipped: _round_skipped,
    EventCode.round_waits: _round_waits,
    EventCode.reminded: _reminded,
    EventCode.said_yes: _said_yes,
    EventCode.said_no: _said_no,
    EventCode.asked_question: _asked_question,
    EventCode.withdrew: _withdrew,
    EventCode.undeliverable: _undeliverable,
    EventCode.next_contact: _next_contact,
    EventCode.complained: _complained,
    EventCode.offers_put: _offers_put,
    EventCode.chosen: _chosen,
    EventCode.not_chosen: _not_chosen,
    EventCode.word_asked: _word_asked,
    EventCode.word_given: _word_given,
    EventCode.word_refused: _word_refused,
    EventCode.covered: _covered,
    EventCode.reopened: _reopened,
    EventCode.reserve_called: _reserve_called,
    EventCode.reserve_waits: _reserve_waits,
    EventCode.reserve_released: _reserve_released,
    EventCode.handed_over: _handed_over,
    EventCode.past_due: _past_due,
    EventCode.task_raised: _task_raised,
    EventCode.task_passed: _task_passed,
    EventCode.task_taken: _task_taken,
    EventCode.task_done: _task_done,
    EventCode.call_tried: _call_tried,
    EventCode.call_again: _call_again,
    EventCode.started: _started,
    EventCode.said_done: _said_done,
    EventCode.could_not: _could_not,
    EventCode.worried: _worried,
    EventCode.chased: _chased,
    EventCode.no_show: _no_show,
    EventCode.new_due: _new_due,
    EventCode.resident_asked: _resident_asked,
    EventCode.resident_said: _resident_said,
    EventCode.new_link: _new_link,
    EventCode.amended: _amended,
    EventCode.extended: _extended,
    EventCode.held: _held,
    EventCode.resumed: _resumed,
    EventCode.asked_by_name: _asked_by_name,
    EventCode.next_round: _next_round,
    EventCode.newcomers: _newcomers,
    EventCode.unconfirmed: _unconfirmed,
    EventCode.given_up: _given_up,
    EventCode.transfer_asked: _transfer_asked,
    EventCode.transfer_unanswered: _transfer_unanswered,
    EventCode.transfer_given_up: _transfer_given_up,
    EventCode.transferred: _transferred,
    EventCode.joined: _joined,
    EventCode.stayed: _stayed,
    EventCode.paused: _paused,
    EventCode.back: _back,
    EventCode.kept_apart: _kept_apart,
    EventCode.decision_failed: _decision_failed,
    EventCode.closed: _closed,
    EventCode.kept: _kept,
    EventCode.kept_no_longer: _kept_no_longer,
    EventCode.forgotten: _forgotten,
}
