"""Whatever people do, in whatever order, these promises hold."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Draft
from domain.choosing import choose_offer
from domain.events import EventCode
from domain.handing_over import take_task
from domain.hours import Opening, Weekday, askable_from, read_quiet
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import RAISED_ANEW, TaskKind, TaskOutcome, TaskStatus
from domain.pairs import keep_from
from domain.playbooks import Playbook
from domain.safeguarding import clear_visitor, needs_word
from domain.situations import Situation
from domain.steps import Ask, AskResident, CallReserve, Remind, Rest, StandDown
from domain.stories import because
from domain.taking_answers import take_answer
from domain.telling import WITH_COUNTS, end_task, outcomes_of
from domain.transferring import Crossing, ask_to_move
from tests.domain.world import CLOSING, World, apply, begin
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
    helper("owl", quiet=read_quiet("08:00-13:00"), days_off=(Weekday.tuesday,)),
    helper("shop", sector=Sector.business, opening=(Opening(day=Weekday.monday, opens=time(10), closes=time(16)),)),
)
CARERS = tuple(
    helper(id, sector=Sector.provider, capabilities=("care-hours", "key-safe", "food-parcel"), capacity=4,
           checks=(CheckLevel.enhanced,))
    for id in ("kingsway", "home-first", "gentle")
)  # fmt: skip
PEOPLE = (*PEOPLE, *CARERS)
NAMES = {person.id: person.name for person in (*PEOPLE, OLA, DUNCAN, MARGE)}
PLAYBOOKS: tuple[Playbook, ...] = (
    playbook(),
    playbook(round_of("neighbours", ask=1, remind_after="10m"), round_of("groups", GROUPS, "2h", ask=1)),
    playbook(round_of("all", tuple(Sector), "1d", ask=20), take_within="1d"),
    playbook(round_of("one", patience="1s", ask=2), round_of("two", GROUPS, "1s"), round_of("three", SERVICES, "1s"),
             confirm_after="1s", close_after="1s", take_within="1s"),
    playbook(round_of("neighbours", patience="5h", remind_after="2h"), round_of("again", tuple(Sector), "3h"),
             waking_hours_only=True),
    playbook(round_of("neighbours", patience="1h"), round_of("services", SERVICES, "2h", hours="waking"),
             round_of("groups", GROUPS, "3h", hours="working", remind_after="1h")),
)  # fmt: skip
LINES = (
    ("lift:1",),
    ("food-parcel:5",),
    ("food-parcel:40",),
    ("lift:1", "food-parcel:1"),
    ("lift:2@+3h", "food-parcel:7", "blanket:3@+30m"),
    ("hot-meal:12@+90m", "blanket:100000"),
    ("care-hours:6", "food-parcel:5"),
    ("key-safe:1", "care-hours:3@+4h"),
)
counts = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(tuple)
someone = st.integers(0, len(PEOPLE) - 1)


class Response(RuleBasedStateMachine):
    """One need, and anything that may happen to it."""

    world: World
    looked_at = 0

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
        self.counted_on: set[str] = set()
        self.held = False
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
    def begins(self, number: int) -> None:
        if promised := [i.responder for i in self.world.situation.accepted]:
            self.world.started(promised[number % len(promised)])

    @rule(number=someone, counts=st.none() | counts)
    def says_it_is_done(self, number: int, counts: tuple[int, ...] | None) -> None:
        if who := self.one_asked(number):
            self.world.done(who, *(counts or ()))

    @rule(number=someone)
    def could_not_do_it(self, number: int) -> None:
        if who := self.one_asked(number):
            self.world.failed(who)

    @rule(number=someone, old=st.integers(0, 3))
    def worries(self, number: int, old: int) -> None:
        """Whoever was counted on is heard, from a page however old, whatever has become of it since."""
        if who := self.one_asked(number):
            invitation = self.world.invitation(who)
            words = Answer(AnswerKind.concern, note="No answer.", page_version=max(invitation.version - old, 1))
            heard = self.world.answers(who, words)
            if invitation.id in self.counted_on:
                told = [t for t in self.situation.tasks if t.kind is TaskKind.worry and t.invitation == invitation.id]
                assert isinstance(heard, Change) or (heard is None and told)

    @rule(number=st.integers(0, 3))
    def an_officer_records_a_worry(self, number: int) -> None:
        if worries := [t for t in self.situation.tasks if t.kind is TaskKind.worry and t.status is not TaskStatus.done]:
            task, officer = worries[number % len(worries)], next(iter(self.situation.officers), None)
            if officer:
                self.world.act(
                    lambda situation, now: end_task(
                        situation, task.id, task.officer or officer.id, TaskOutcome.recorded, "All well.", now
                    )
                )

    @rule(number=someone)
    def asks_us(self, number: int) -> None:
        if who := self.one_asked(number):
            self.world.question(who)

    @rule(number=someone, cycle=st.integers(1, 3), count=st.integers(0, 9))
    def answers_an_old_page(self, number: int, cycle: int, count: int) -> None:
        who = self.one_asked(number)
        if who and any(i.responder == who and i.cycle == cycle for i in self.world.situation.invitations):
            self.world.answers(who, Answer(AnswerKind.part, offers={1: count}, page_version=1), cycle=cycle)

    @rule(number=st.integers(0, 9), end=st.integers(0, 5), counts=st.none() | counts, words=st.booleans())
    def officer_ends_a_task(self, number: int, end: int, counts: tuple[int, ...] | None, words: bool) -> None:
        """Any task that can be ended, any way it can end; a call returned may open again what was presumed."""
        situation = self.situation
        may = [(task, ways) for task in situation.tasks if (ways := outcomes_of(situation, task))]
        if not may or not situation.officers:
            return
        task, ways = may[number % len(may)]
        officer, outcome = task.officer or situation.officers[0].id, ways[end % len(ways)]
        lines = len(situation.need.lines)
        received = {n: c for n, c in enumerate(counts or (), start=1) if n <= lines} if outcome in WITH_COUNTS else None
        note = "She is well." if words else None
        self.world.act(lambda s, now: end_task(s, task.id, officer, outcome, note, now, received))
        if not self.situation.need.closed:
            self.closed_at_event = None

    @rule(number=someone)
    def is_kept_apart(self, number: int) -> None:
        self.world.act(lambda situation, now: keep_from(situation, PEOPLE[number].id, "officer:ola", now))

    @rule(number=someone, hours=st.integers(1, 60))
    def pauses(self, number: int, hours: int) -> None:
        until = self.world.now + timedelta(hours=hours)
        self.world.people[number] = self.world.people[number].but(paused_until=until)

    @rule(number=st.integers(0, len(CARERS) - 1))
    def loses_their_check(self, number: int) -> None:
        at = len(PEOPLE) - len(CARERS) + number
        self.world.people[at] = self.world.people[at].but(checks=())
        self.world.act(lambda situation, now: Draft(situation, now).change(wake_at=now))  # the store wakes their needs

    @rule(number=someone, contact=st.integers(0, 1))
    def bounces(self, number: int, contact: int) -> None:
        if who := self.one_asked(number):
            self.world.bounces(who, contact)

    @rule(number=someone)
    def does_not_want_our_mail(self, number: int) -> None:
        if who := self.one_asked(number):
            self.world.complains(who)

    @rule(number=someone, away=st.booleans())
    def is_passed_over_or_back(self, number: int, away: bool) -> None:
        who = PEOPLE[number % len(PEOPLE)].id
        self.world.pauses(who) if away else self.world.returns(who)

    @rule(number=st.integers(0, 9))
    def officer_takes_a_task(self, number: int) -> None:
        if tasks := self.world.situation.open_tasks:
            task = tasks[number % len(tasks)]
            self.world.act(lambda situation, now: take_task(situation, task.id, "ola", now))

    @precondition(lambda self: self.world.events[-1].seq > 20)
    @rule(number=st.integers(0, 2), count=st.none() | st.integers(1, 6))
    def officer_chooses(self, number: int, count: int | None) -> None:
        line = next((ln for ln in self.world.need.lines if ln.what == "care-hours"), None)
        if line:
            counts = {line.number: count} if count else {}
            person = self.world.person(CARERS[number].id)
            self.world.act(lambda s, now: choose_offer(s, person, counts, "officer:ola", now))

    @rule(yes=st.booleans())
    def officer_gives_their_word(self, yes: bool) -> None:
        for task in self.world.situation.tasks:
            if task.kind is TaskKind.vet and task.status is not TaskStatus.done:
                id = task.invitation or ""
                self.world.act(lambda s, now, id=id: clear_visitor(s, id, "ola", yes, now))  # type: ignore[misc]
                return

    @rule(outcome=st.sampled_from(list(Outcome)))
    def officer_closes(self, outcome: Outcome) -> None:
        self.world.officer_closes(outcome)

    @rule(said=st.sampled_from(("yes", "partly", "no")), counts=st.none() | counts)
    def resident_says(self, said: str, counts: tuple[int, ...] | None) -> None:
        """They may say how many they got; only they open again what was presumed, or closed by their own yes."""
        received = dict(enumerate(counts, start=1)) if counts and said == "partly" else None
        lines, open_before = len(self.situation.need.lines), not self.situation.need.closed
        done = self.world.resident_says(said, received={n: c for n, c in (received or {}).items() if n <= lines})
        if isinstance(done, Change) and said != "yes":
            self.closed_at_event = None
        if open_before and self.situation.need.closed:
            assert self.situation.covered, "their yes is for all of it"

    @rule(line=st.integers(0, 3), count=st.integers(0, 30))
    def officer_wants_more_or_less(self, line: int, count: int) -> None:
        """Whoever was let go because less was needed may be asked when it is more."""
        whats = [line.what for line in self.situation.need.lines] + ["hot-meal", "blanket"]
        what, before = whats[line % len(whats)], self.situation.need.lines
        was = next((ln.quantity for ln in before if ln.what == what), 0)
        if isinstance(self.world.amends(f"{what}:{count}"), Change) and count > was:
            grown = next(ln for ln in self.situation.need.lines if ln.what == what)
            let_go = [i for i in self.situation.current if i.reason is Reason.less and i.share(grown.number)]
            assert not (let_go and self.situation.missing(grown))

    @rule(number=someone, quantity=st.integers(1, 9))
    def officer_asks_them_to_go_elsewhere(self, number: int, quantity: int) -> None:
        """What they would find there is not played; nor do they answer."""
        there, who = begin("food-parcel:9", reference="N-8CFGHJ", now=self.world.now).situation, PEOPLE[number]
        self.world.act(
            lambda here, now: ask_to_move(Crossing(here, there, who), "food-parcel", quantity, "officer:ola", now)
        )

    @rule(minutes=st.sampled_from((5, 90, 600, 4000)), place=st.none() | st.sampled_from(("Surbiton", "Hook")))
    def officer_moves_it(self, minutes: int, place: str | None) -> None:
        """Earlier or later, here or elsewhere."""
        self.world.amends(needed_by=f"+{minutes}m", place=place)

    @rule(number=st.integers(1, 3))
    def officer_corrects_the_address(self, number: int) -> None:
        """Whoever is to bring something is told where, or is asked first whether the change is all right."""
        seen = len(self.world.messages)
        if isinstance(self.world.amends(address=f"{number} Other Street, KT1 1ZZ"), Change):
            told = {m.invitation for m in self.world.messages[seen:] if m.kind is MessageKind.private_details}
            for invitation in self.situation.accepted:
                unsafe = needs_word(self.situation, invitation)
                assert not invitation.pledged or unsafe or invitation.id in told

    @rule(hours=st.sampled_from((1, 9, 70)))
    def officer_gives_it_more_time(self, hours: int) -> None:
        """More time is more for each line that has none of its own."""
        before = self.situation.need
        if isinstance(self.world.extends(f"{hours}h"), Change):
            now, until = self.world.now, self.world.now + timedelta(hours=hours)
            for line in before.lines:
                own = line.own_time and line.due > now and line.wanted_anew is None
                assert own or self.situation.need.line(line.number).due >= until

    @rule(minutes=st.none() | st.sampled_from((1, 45, 3000)))
    def officer_puts_it_on_hold(self, minutes: int | None) -> None:
        self.world.holds(f"{minutes}m" if minutes else None)

    @rule()
    def officer_lets_it_go_on(self) -> None:
        self.world.resumes()

    @rule(number=someone)
    def officer_asks_by_name(self, number: int) -> None:
        self.world.asks_by_name(PEOPLE[number].id)

    @rule()
    def officer_does_not_wait(self) -> None:
        self.world.asks_next_round()

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
    def an_offer_holds_nothing_until_it_is_chosen(self) -> None:
        """What an officer chooses counts only as far as one has; and nobody keeps an offer of what is covered."""
        chosen = [e for e in self.world.events if e.code in (EventCode.chosen, EventCode.joined)]
        care = next((ln for ln in self.situation.need.lines if ln.what == "care-hours"), None)
        for invitation in self.situation.invitations:
            share = invitation.share(care.number) if care else None
            theirs = [e.facts["pledged"] for e in chosen if e.responders == (invitation.responder,)]
            pledged = sum(facts.get(str(care.number), 0) for facts in theirs if isinstance(facts, dict)) if care else 0
            assert not share or share.pledged <= pledged
        if not self.situation.held:
            assert not any(s.offered for i in self.situation.offering for s in i.shares if self.is_covered(s.line))

    @invariant()
    def what_has_ended_waits_for_nothing(self) -> None:
        """Whoever promises nothing is not waited for to confirm, to move or to be chosen, and nobody looks at whom
        they named."""
        for invitation in self.situation.invitations:
            if not invitation.promised:
                assert not invitation.offered
                assert invitation.confirm_by is invitation.moving is None
                assert invitation.open or not invitation.reserve
        for task in self.situation.tasks:
            if task.kind is TaskKind.vet and task.status is not TaskStatus.done:
                assert needs_word(self.situation, self.situation.by_id[task.invitation or ""])

    def is_covered(self, line: int) -> bool:
        return not self.situation.missing(self.situation.need.line(line))

    @invariant()
    def nobody_is_told_who_and_where_without_an_officers_word(self) -> None:
        """As soon as it is decided: whoever named who comes is told only while an officer's word for them holds."""
        new, self.looked_at = self.world.messages[self.looked_at :], len(self.world.messages)
        for message in new:
            invitation = self.situation.by_id.get(message.invitation or "")
            if message.kind is MessageKind.private_details and invitation:
                assert not needs_word(self.situation, invitation)

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
    def a_question_to_who_promised_has_an_end(self) -> None:
        """Is it still all right, or could they go elsewhere: without a word in time an officer phones."""
        if not (self.situation.held or self.situation.need.held_at or self.situation.need.closed):
            for invitation in self.situation.accepted:
                moving = invitation.moving.answer_by if invitation.moving else None
                assert all(moment > self.world.now for moment in (invitation.confirm_by, moving) if moment)

    @invariant()
    def what_is_closed_is_not_on_hold(self) -> None:
        need = self.situation.need
        assert not need.closed or (need.held_at, need.held_until, need.before_hold) == (None, None, None)

    @invariant()
    def no_path_ends_in_silence(self) -> None:
        need, now = self.situation.need, self.world.now
        if need.closed:
            calls = [task.take_by for task in self.situation.open_tasks]
            calls += [task.again_at for task in self.situation.taken_tasks if task.again_at]
            assert need.wake_at == min(calls, default=None)
        else:
            assert need.wake_at is not None, "whoever has it, an open need keeps an alarm"
            assert need.wake_at > now

    @invariant()
    def no_task_is_forgotten(self) -> None:
        """Nobody has it: it passes on. Somebody has it: they are asked again; or another one is raised by itself."""
        for task in self.situation.taken_tasks:
            told_at_the_end = self.situation.need.closed and task.kind is TaskKind.call_resident
            comes_back = task.again_at and task.again_at > self.world.now
            assert comes_back or told_at_the_end or task.kind in RAISED_ANEW
        for task in self.situation.open_tasks:
            assert task.take_by > self.world.now

    @invariant()
    def a_lost_check_is_an_officers_task(self) -> None:
        """D05: nobody who has promised what requires a check comes without one unless an officer has been asked."""
        for invitation in [] if self.situation.need.closed else self.situation.accepted:
            lines = [self.situation.need.line(share.line) for share in invitation.shares if share.pledged]
            wanted = [line for line in lines if line.capability.check.rank and line.due > self.world.now]
            if wanted and not self.world.person(invitation.responder).checks:
                tasks = [t for t in self.situation.tasks if t.kind is TaskKind.check_lost]
                assert invitation.id in {task.invitation for task in tasks}

    @invariant()
    def a_look_that_rests_changes_nothing(self) -> None:
        before = self.situation
        steps = self.world.look()
        assert [type(step) for step in steps] == [Rest]
        assert self.situation is before

    @invariant()
    def on_hold_nothing_is_sent_unasked(self) -> None:
        """Nobody is asked, reminded, called or released of our own accord; what others cause waits in the outbox."""
        if self.situation.held and self.held:
            asking = (Ask, CallReserve, Remind, StandDown, AskResident)
            assert not any(isinstance(step, asking) for step in self.world.steps[self.seen_steps :])
        self.held = self.situation.held

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
    def nobody_is_asked_in_hours_of_their_own(self) -> None:
        calendar = self.situation.calendar
        for message in self.world.messages[self.seen_messages :]:
            if message.kind in (MessageKind.invitation, MessageKind.lines_added, MessageKind.reserve_call):
                person = self.world.person(message.to.partition(":")[2])
                asked_at = message.created_at
                assert person.id not in self.situation.need.keep_from
                if message.contact == 0:  # asked anew, not only at another address
                    assert not person.paused_until or person.paused_until <= asked_at
                assert askable_from(person, self.situation.need, asked_at, calendar) == asked_at

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
            assert {m.kind for m in self.world.messages[self.seen_messages :]} <= {
                MessageKind.officer_task,
                MessageKind.task_passed,
            }  # a call to the resident may still be to make, and passes on
            assert not any(isinstance(s, Ask | CallReserve) for s in self.world.steps[self.seen_steps :])
        elif need.closed:
            self.closed_at_event = need.events
            closing = [e for e in self.world.events if e.code.value == "closed"][-1]
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
            assert because(event, NAMES, self.situation.need, LONDON).strip()
        for step in self.world.steps[self.seen_steps :]:
            assert step.because.endswith(".")

    @invariant()
    def z_seen(self) -> None:
        """Not a promise: where the next check begins."""
        for invitation in self.situation.accepted:
            (self.counted_on.add if invitation.pledged else self.counted_on.discard)(invitation.id)
        self.seen_steps, self.seen_events = len(self.world.steps), len(self.world.events)
        self.seen_messages = len(self.world.messages)


TestResponse = Response.TestCase
TestResponse.settings = settings(
    max_examples=150,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
