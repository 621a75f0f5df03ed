"""Whatever people do, in whatever order, these promises hold."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.answering import Answer, AnswerKind, take_answer
from domain.capabilities import Sector
from domain.changes import Change
from domain.handing_over import take_task
from domain.invitations import InvitationStatus, Reason
from domain.messages import CLOSING, MessageKind
from domain.needs import Outcome
from domain.playbooks import Playbook
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Rest
from tests.domain.world import World, apply, begin
from tests.people import (
    AMINA,
    DUNCAN,
    GROUPS,
    LONDON,
    MARGE,
    MRS_OKAFOR,
    OLA,
    SERVICES,
    helper,
    officer,
    playbook,
    round_of,
)

PEOPLE = (
    helper("sam"),
    helper("bob", capacity=1, contacts=2),
    helper("jane", capacity=3),
    helper("idle", capacity=0),
    helper("good-neighbours", sector=Sector.community, capacity=10, contacts=2),
    helper("dial-a-ride", sector=Sector.voluntary, capabilities=("lift",)),
    helper("riverside-kitchen", sector=Sector.business, capacity=40),
    helper("food-bank", sector=Sector.voluntary, capacity=5),
    helper("day-centre", sector=Sector.provider, capacity=8),
    helper("library", sector=Sector.public, contacts=0),
)
NAMES = {person.id: person.name for person in (*PEOPLE, OLA, DUNCAN, MARGE)}
PLAYBOOKS: tuple[Playbook, ...] = (
    playbook(),
    playbook(round_of("neighbours", ask=1, remind_after="10m"), round_of("groups", GROUPS, "2h", ask=1)),
    playbook(round_of("all", tuple(Sector), "1d", ask=20), take_within="1d"),
    playbook(round_of("one", patience="1s", ask=2), round_of("two", GROUPS, "1s"), round_of("three", SERVICES, "1s"),
             confirm_after="1s", close_after="1s", take_within="1s"),
    playbook(round_of("neighbours", patience="5h", remind_after="2h"), round_of("again", tuple(Sector), "3h"),
             waking_hours_only=True),
)  # fmt: skip
LINES = (
    ("lift:1",),
    ("food-parcel:5",),
    ("food-parcel:40",),
    ("lift:1", "food-parcel:1"),
    ("lift:2@+3h", "food-parcel:7", "blanket:3@+30m"),
    ("hot-meal:12@+90m", "blanket:100000"),
)
counts = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(tuple)
someone = st.integers(0, len(PEOPLE) - 1)


def _because() -> Callable[..., str] | None:
    """How a story is put into words, once there is such a module."""
    try:
        return importlib.import_module("domain.stories").because  # type: ignore[no-any-return]
    except ModuleNotFoundError:
        return None


BECAUSE = _because()


class Response(RuleBasedStateMachine):
    """One need, and anything that may happen to it."""

    world: World

    @initialize(
        lines=st.sampled_from(LINES),
        by=st.sampled_from(PLAYBOOKS),
        officers=st.sampled_from(((), (OLA,), (OLA, DUNCAN, MARGE), (officer("vera"),))),
        resident=st.sampled_from((AMINA, MRS_OKAFOR)),
        urgent=st.booleans(),
        due=st.sampled_from(("+20m", "+5h", "+2d")),
    )
    def open(self, lines: tuple[str, ...], due: str, **more: Any) -> None:
        self.world = begin(*lines, people=PEOPLE, needed_by=due, **more)
        self.closed_at_event: int | None = None
        self.refusers: set[str] = set()
        self.seen_steps = self.seen_events = self.seen_messages = 0

    # --- what may happen ---

    def one_asked(self, number: int) -> str | None:
        """Somebody who has been asked, if anybody has."""
        asked = sorted({i.responder for i in self.world.situation.invitations})
        return asked[number % len(asked)] if asked else None

    @rule(number=someone, counts=st.none() | counts, hours=st.none() | st.integers(-1, 60))
    def says_yes(self, number: int, counts: tuple[int, ...] | None, hours: int | None) -> None:
        if who := self.one_asked(number):
            ready = None if hours is None else self.world.now + timedelta(hours=hours)
            self.world.yes(who, *(counts or ()), ready=ready)

    @rule(number=someone)
    def says_no(self, number: int) -> None:
        if who := self.one_asked(number):
            self.world.no(who)

    @rule()
    def everybody_says_yes(self) -> None:
        for invitation in self.world.situation.invitations:
            self.world.yes(invitation.responder)

    @rule(number=someone)
    def drops_out(self, number: int) -> None:
        if promised := [i.responder for i in self.world.situation.accepted]:
            self.world.no(promised[number % len(promised)])

    @rule(number=someone)
    def asks_us(self, number: int) -> None:
        if who := self.one_asked(number):
            self.world.question(who)

    @rule(number=someone, cycle=st.integers(1, 3), count=st.integers(0, 9))
    def answers_an_old_page(self, number: int, cycle: int, count: int) -> None:
        who = self.one_asked(number)
        if who and any(i.responder == who and i.cycle == cycle for i in self.world.situation.invitations):
            self.world.answers(who, Answer(AnswerKind.part, offers={1: count}, page_version=1), cycle=cycle)

    @rule(number=someone, contact=st.integers(0, 1))
    def bounces(self, number: int, contact: int) -> None:
        if who := self.one_asked(number):
            self.world.bounces(who, contact)

    @rule(number=st.integers(0, 9))
    def officer_takes_a_task(self, number: int) -> None:
        if tasks := self.world.situation.open_tasks:
            task = tasks[number % len(tasks)]
            self.world.act(lambda situation, now: take_task(situation, task.id, "ola", now))

    @precondition(lambda self: self.world.events[-1].seq > 20)
    @rule(outcome=st.sampled_from(list(Outcome)))
    def officer_closes(self, outcome: Outcome) -> None:
        self.world.officer_closes(outcome)

    @rule(said=st.sampled_from(("yes", "partly", "no")))
    def resident_says(self, said: str) -> None:
        self.world.resident_says(said)

    @rule()
    def time_passes_to_the_alarm(self) -> None:
        if self.world.need.wake_at:
            self.world.now = max(self.world.now, self.world.need.wake_at)
            self.world.look()

    @rule(minutes=st.sampled_from((1, 7, 30, 61, 300, 1440, 20000)))
    def the_software_was_down(self, minutes: int) -> None:
        self.world.sleep(f"{minutes}m")

    @rule(number=someone)
    def two_answers_race(self, number: int) -> None:
        """A11: what was decided on an old version changes nothing."""
        if who := self.one_asked(number):
            id, before = self.world.invitation(who).id, self.world.situation
            answer = Answer(AnswerKind.reject, reason=Reason.other, note="two at once")
            loser = take_answer(before, id, answer, self.world.person(who), self.world.now)
            self.world.no(who)
            if isinstance(loser, Change) and self.world.situation is not before:
                assert apply(self.world.situation, loser) is None

    # --- what holds ---

    @property
    def situation(self) -> Situation:
        return self.world.situation

    @invariant()
    def never_more_than_was_asked_for(self) -> None:
        for line in self.situation.need.lines:
            pledged = self.situation.pledged(line)
            assert 0 <= pledged <= line.quantity, f"{pledged} of {line.quantity}"
            if not line.capability.split:
                assert pledged in (0, line.quantity)

    @invariant()
    def nothing_late_counts(self) -> None:
        for invitation in self.situation.invitations:
            for share in invitation.shares:
                late = share.ready_by and share.ready_by > self.situation.need.line(share.line).due
                assert not (late and share.pledged)
                assert share.pledged >= 0 <= share.reserve

    @invariant()
    def only_a_yes_holds_anything(self) -> None:
        for invitation in self.situation.invitations:
            if invitation.status in (InvitationStatus.requested, InvitationStatus.rejected):
                assert not invitation.pledged
            if invitation.status is InvitationStatus.rejected:
                assert not invitation.reserve

    @invariant()
    def no_path_ends_in_silence(self) -> None:
        need, now = self.situation.need, self.world.now
        if need.closed:
            calls = [task.take_by for task in self.situation.open_tasks]
            assert need.wake_at == min(calls, default=None)
        elif need.wake_at is None:
            assert self.situation.with_officer
            assert self.situation.covered, "what is missing keeps an alarm, whoever has it"
        else:
            assert need.wake_at > now

    @invariant()
    def a_look_that_rests_changes_nothing(self) -> None:
        before = self.situation
        steps = self.world.look()
        assert [type(step) for step in steps] == [Rest]
        assert self.situation is before

    @invariant()
    def nobody_is_invited_twice_in_a_cycle(self) -> None:
        invited = [(i.responder, i.cycle) for i in self.situation.invitations]
        assert len(invited) == len(set(invited))
        assert len({i.id for i in self.situation.invitations}) == len(invited)
        asks = [(m.kind, m.invitation, m.contact) for m in self.world.messages if m.kind is MessageKind.invitation]
        assert len(asks) == len(set(asks))
        assert len({m.id for m in self.world.messages}) == len(self.world.messages)

    @invariant()
    def refusers_are_never_asked_again(self) -> None:
        new = self.world.messages[self.seen_messages :]
        asked = {m.to.partition(":")[2] for m in new if m.kind in (MessageKind.invitation, MessageKind.lines_added)}
        assert not asked & self.refusers
        self.refusers = {i.responder for i in self.situation.invitations if i.status is InvitationStatus.rejected}
        assert not {p for p in asked if p in ("idle", "library")}

    @invariant()
    def one_reminder_an_ask(self) -> None:
        reminders = [m.invitation for m in self.world.messages if m.kind is MessageKind.reminder]
        added = [m.invitation for m in self.world.messages if m.kind is MessageKind.lines_added]
        for invitation in set(reminders):
            assert reminders.count(invitation) <= 1 + added.count(invitation)

    @invariant()
    def a_released_helper_is_told_once_for_each_time_they_were_asked(self) -> None:
        for invitation in self.situation.invitations:
            told = [m.kind for m in self.world.messages if m.invitation == invitation.id]
            asks = sum(kind in (MessageKind.invitation, MessageKind.lines_added, MessageKind.reserve_call,
                                MessageKind.receipt) for kind in told)  # fmt: skip
            assert told.count(MessageKind.stand_down) <= asks

    @invariant()
    def closed_wins(self) -> None:
        need = self.situation.need
        if self.closed_at_event is not None:
            assert need.closed
            assert need.outcome
            assert {m.kind for m in self.world.messages[self.seen_messages :]} <= {MessageKind.officer_task}
            assert not any(isinstance(s, Ask | CallReserve) for s in self.world.steps[self.seen_steps :])
        elif need.closed:
            self.closed_at_event = need.events
            closing = next(e for e in self.world.events if e.code.value == "closed")
            last = [m for m in self.world.messages if m.seq >= closing.seq]
            assert {m.kind for m in last} <= CLOSING | {MessageKind.officer_task}
            kinds = [m.kind for m in last if m.to.startswith("responder:")]
            first = [k in (MessageKind.call_off, MessageKind.thanks) for k in kinds]
            assert first == sorted(first, reverse=True), "those who had promised hear it first"
            assert not any(i.open for i in self.situation.invitations)

    @invariant()
    def the_story_can_be_told(self) -> None:
        events = self.world.events
        assert [event.seq for event in events] == list(range(1, self.situation.need.events + 1))
        for event in events[self.seen_events :]:
            text = event.model_dump_json()
            assert "@" not in text
            assert "step at the door" not in text
            if BECAUSE:
                assert BECAUSE(event, NAMES, self.situation.need, LONDON).strip()
        for step in self.world.steps[self.seen_steps :]:
            assert step.because.endswith(".")

    @invariant()
    def z_seen(self) -> None:
        """Not a promise: where the next check begins."""
        self.seen_steps, self.seen_events = len(self.world.steps), len(self.world.events)
        self.seen_messages = len(self.world.messages)


TestResponse = Response.TestCase
TestResponse.settings = settings(
    max_examples=150,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
