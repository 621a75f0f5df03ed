"""Everything one decision about a need may look at, and the sums that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from domain.hours import Calendar
from domain.incidents import Incident
from domain.invitations import Invitation, InvitationStatus
from domain.needs import Line, Need, NeedStatus
from domain.officers import Officer, Task, TaskStatus
from domain.rota import Rota, order_of_duty

NO_ROTA = Rota()


@dataclass(frozen=True)
class Situation:
    """A need as it stands: its invitations of every cycle, its tasks, who is on duty, and how to decide locally.

    `resident_has_email`: messages for the resident can be mailed, to them or to who speaks for them. Not
    `resident_reachable`: there is no resident to tell anything, as for the needs of a rest centre.
    """

    need: Need
    invitations: tuple[Invitation, ...]
    tasks: tuple[Task, ...]
    officers: tuple[Officer, ...]
    zone: ZoneInfo
    kid: str
    resident_has_email: bool = True
    resident_reachable: bool = True
    holidays: frozenset[date] = frozenset()
    rota: Rota = NO_ROTA
    incident: Incident | None = None
    all_held_at: datetime | None = None

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.zone, self.holidays)

    def local_day(self, now: datetime) -> date:
        """The day it is where the council is."""
        return now.astimezone(self.zone).date()

    @property
    def held(self) -> bool:
        """Is nothing to be sent for now? Answers are taken all the same."""
        return self.held_from is not None or self.need.status is NeedStatus.on_hold

    @property
    def held_from(self) -> datetime | None:
        """Since when everything, or all of its incident, has been held; `None` if only the need itself may be."""
        moments = (self.all_held_at, self.incident.held_at if self.incident else None)
        return min((moment for moment in moments if moment), default=None)

    @cached_property
    def by_id(self) -> dict[str, Invitation]:
        return {invitation.id: invitation for invitation in self.invitations}

    @cached_property
    def by_responder(self) -> dict[str, list[Invitation]]:
        """Responder to their invitations of every cycle."""
        found: dict[str, list[Invitation]] = {}
        for invitation in self.invitations:
            found.setdefault(invitation.responder, []).append(invitation)
        return found

    @cached_property
    def current(self) -> tuple[Invitation, ...]:
        """The invitations of this cycle."""
        return tuple(i for i in self.invitations if i.cycle == self.need.cycle)

    @cached_property
    def _pledged(self) -> dict[int, int]:
        sums = {line.number: 0 for line in self.need.lines}
        for invitation in self.invitations:
            for share in invitation.shares:
                sums[share.line] += share.pledged
        return sums

    def pledged(self, line: Line) -> int:
        return self._pledged[line.number]

    def missing(self, line: Line) -> int:
        """Quantity less pledges that count."""
        return max(0, line.quantity - self._pledged[line.number])

    @cached_property
    def missing_lines(self) -> tuple[Line, ...]:
        return tuple(line for line in self.need.lines if self.missing(line))

    @property
    def covered(self) -> bool:
        return not self.missing_lines

    @cached_property
    def lines_asked(self) -> dict[str, set[int]]:
        """Responder to the numbers of the lines they were asked about in this cycle."""
        found: dict[str, set[int]] = {}
        for invitation in self.current:
            found.setdefault(invitation.responder, set()).update(share.line for share in invitation.shares)
        return found

    def awaited(self, line: Line, now: datetime) -> list[Invitation]:
        """Whose answer about `line` may still be expected: asked, unanswered, within their time."""
        return [i for i in self._awaited.get(line.number, ()) if i.answer_by > now]

    @cached_property
    def _awaited(self) -> dict[int, list[Invitation]]:
        found: dict[int, list[Invitation]] = {}
        for invitation in self.current:
            if invitation.awaited:
                for share in invitation.shares:
                    found.setdefault(share.line, []).append(invitation)
        return found

    def expected(self, line: Line, now: datetime) -> float:
        """What those still awaited may be expected to give towards `line`, and what waits to be chosen."""
        awaited = sum(share.expected for i in self.awaited(line, now) if (share := i.share(line.number)))
        return round(awaited + self.offered(line), 6)

    @cached_property
    def offering(self) -> tuple[Invitation, ...]:
        """Who has offered something that an officer may still choose."""
        apart = self.need.keep_from
        return tuple(i for i in self.invitations if i.offered and i.promised and i.responder not in apart)

    def offered(self, line: Line) -> int:
        """What is offered of `line` in time and waits for an officer to choose. It does not count."""
        shares = (i.share(line.number) for i in self.offering)
        return sum(share.offered for share in shares if share and share.waits_in_time(line.due))

    def awaited_in_round(self, line: Line, round: int, now: datetime) -> int:
        """How many are awaited whom round `round` asked about `line`; those of an earlier one do not count."""
        return sum(1 for i in self.awaited(line, now) if (share := i.share(line.number)) and share.round == round)

    @cached_property
    def accepted(self) -> tuple[Invitation, ...]:
        """Who said yes and is still to bring it: what they pledged, or stand by with."""
        return tuple(i for i in self.invitations if i.promised)

    @cached_property
    def giving(self) -> tuple[Invitation, ...]:
        """Whose help counts: promised, or done."""
        return tuple(
            i for i in self.invitations if i.pledged and (i.promised or i.status is InvitationStatus.completed)
        )

    @cached_property
    def open_tasks(self) -> tuple[Task, ...]:
        """Tasks that nobody has taken yet."""
        return tuple(t for t in self.tasks if t.status is TaskStatus.open)

    @cached_property
    def taken_tasks(self) -> tuple[Task, ...]:
        """Tasks that an officer has taken and has not said the end of."""
        return tuple(t for t in self.tasks if t.status is TaskStatus.taken)

    @property
    def with_officer(self) -> bool:
        """Is somebody of the council asked to act on this need, or acting?"""
        over = (TaskStatus.done, TaskStatus.taken) if self.need.closed else (TaskStatus.done,)
        return any(task.status not in over for task in self.tasks)

    def on_duty(self, now: datetime) -> tuple[Officer, ...]:
        """Whom a task of this need goes to, in order: an incident's lead first, then as the rota says."""
        lead = self.incident.lead if self.incident else None
        return order_of_duty(self.officers, self.need.playbook.officer.role, self.rota, now, self.zone, lead)
