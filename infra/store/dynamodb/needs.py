"""Needs with their invitations, events, tasks, notes and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from domain.changes import Change
from domain.events import Event
from domain.invitations import Invitation
from domain.keeping import Kept
from domain.needs import Need, NeedStatus, Outcome, Resident
from domain.officers import Task
from domain.risk import Standing, standing_of
from domain.situations import Situation
from infra.store import ALL_HELD, Committed, Conflict, NeedRow, TokenRow, WeekFull
from infra.store.dynamodb.adding import AddedNeeds
from infra.store.dynamodb.around import around, need_sets, of_incident, parts_written, tasks_moved
from infra.store.dynamodb.aside import AsideItems, if_as_read
from infra.store.dynamodb.directory import DirectoryItems
from infra.store.dynamodb.incidents import IncidentItems
from infra.store.dynamodb.officers import OfficerItems
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.privacy import forgotten_of_need
from infra.store.dynamodb.retention import RetentionItems
from infra.store.dynamodb.slots import WEEK, Slots, responder_of
from infra.store.dynamodb.table import (
    EVENT,
    NOTE,
    Item,
    maybe_number,
    need_key,
    number,
)
from infra.store.dynamodb.watch import WatchItems
from infra.store.dynamodb.whole import Parts, WholeNeeds
from infra.store.dynamodb.writing import Writing
from infra.store.moments import instant, maybe_instant

BROUGHT_BACK = 5  # times: more often only while others put the same aside again and again


class NeedItems(
    WholeNeeds, AsideItems, Slots, AddedNeeds, DirectoryItems, IncidentItems, OfficerItems, WatchItems, RetentionItems
):
    """Reads a need whole, writes a change whole."""

    def situation(self, need: str, zone: ZoneInfo, kid: str) -> Situation | None:
        parts = self._parts(need)
        if parts is None:
            return None
        found = Need.model_validate_json(str(parts.need["doc"])).but(
            version=parts.need["version"], wake_at=maybe_instant(maybe_number(parts.need.get("wake_at")))
        )
        told = self._told_of(parts)
        incident = self.incident(found.incident) if found.incident else None
        return Situation(
            need=found,
            invitations=tuple(_invitation(str(item["doc"])) for item in parts.invitations),
            tasks=tuple(Task.model_validate_json(str(item["doc"])) for item in parts.tasks),
            officers=self.officers(),
            zone=zone,
            kid=kid,
            resident_has_email=told.write_to is not None,
            resident_reachable=told.reached_by is not None or incident is None,
            incident=incident,
            all_held_at=self.marks().get(ALL_HELD),
        )

    def commit(self, change: Change, tokens: Sequence[TokenRow] = ()) -> Committed | Conflict | WeekFull:
        aside: dict[str, int] = {}
        result = self._commit_as_read(change, tokens, aside)
        for _ in range(BROUGHT_BACK):
            if not isinstance(result, Conflict):
                break
            back = {each.need.id: count for each in (change, *change.also) if (count := self._bring_back(each.need))}
            if back.items() <= aside.items():
                break
            aside |= back
            result = self._commit_as_read(change, tokens, aside)
        return result

    def _commit_as_read(
        self, change: Change, tokens: Sequence[TokenRow], aside: Mapping[str, int]
    ) -> Committed | Conflict | WeekFull:
        """`aside`: of which needs what was put aside, so often, has been brought back."""
        writing = Writing()
        changes = (change, *change.also)
        for each in changes:
            need = each.need
            standing = each.standing or self._standing(each)
            current = {"version": need.version + 1, **need_sets(need, standing), **tasks_moved(each)}
            current |= forgotten_of_need(each)
            current |= {"aside": None} if need.id in aside else {}
            where, values = if_as_read(need, aside.get(need.id))
            adds = {"parts": parts_written(each)}
            writing.first.append(Update(need_key(need.id), current, adds=adds, where=where, values=values))
            writing.add(around(each, tokens if each is change else ()))
            writing.add(of_incident(need, standing))
            forgetting = self._forgetting(each)
            writing.first += forgetting.first
            writing.add(forgetting.rest)
        slots = [slot for each in changes for slot in each.slots]
        with self._slots_of(slots, writing) as full:
            if full:
                return WeekFull(tuple(full))
            failed = self._commit(writing, [need_key(each.need.id) for each in changes])
            if any(not operation.key[1].startswith(WEEK) for operation in failed):
                return Conflict()
            if failed:
                return WeekFull(tuple(responder_of(operation.key) for operation in failed))
        self._count_sectors(one for each in changes for one in each.heard)
        return Committed(change.need.version + 1)

    def needs(
        self,
        *,
        statuses: Sequence[NeedStatus] = (),
        limit: int = 1000,
        incident: str | None = None,
        exercise: bool | None = None,
    ) -> list[NeedRow]:
        found: list[NeedRow] = []
        for item in self._newest_first(incident):
            row = _as_row(item)
            if (not statuses or row.status in statuses) and exercise in (None, row.exercise):
                found.append(row)
                if len(found) == limit:
                    break
        return found

    def story(self, need: str, last: int | None = None) -> list[Event]:
        self._settled(need)
        items = list(self._query(f"N#{need}", begins=EVENT, forward=False, most=last))
        return [Event.model_validate_json(str(item["doc"])) for item in reversed(items)]

    def invitations_of(self, responder: str, limit: int = 100) -> list[Invitation]:
        asked = (item for item, need in self._asked(responder) if need["status"] != NeedStatus.closed)
        found = (Invitation.model_validate_json(str(item["doc"])) for item in asked)
        return list(islice((one for one in found if not one.over), limit))

    def resident(self, need: str) -> Resident:
        parts = self._parts(need)
        return self._told_of(parts) if parts else Resident()

    def notes(self, need: str) -> dict[str, str]:
        self._settled(need)
        item = self._get(*need_key(need))
        if item is None or self._is_past(item, Kept.words):
            return {}
        return {
            str(note["sk"]).removeprefix(NOTE): str(note["words"]) for note in self._query(f"N#{need}", begins=NOTE)
        }

    def find_token(self, hash: str) -> TokenRow | None:
        item = self._get(f"T#{hash}", "token")
        if item is None:
            return None
        need = item.get("need")
        return TokenRow(hash, str(item["purpose"]), str(item["target"]), None if need is None else str(need))

    def _standing(self, change: Change) -> Standing:
        """How the need stands with this change, with the invitations of every cycle."""
        parts = self._parts(change.need.id)
        known = [Invitation.model_validate_json(str(item["doc"])) for item in parts.invitations] if parts else []
        return standing_of(change.need, ({i.id: i for i in known} | {i.id: i for i in change.invitations}).values())

    def _told_of(self, parts: Parts) -> Resident:
        """Whose need it is; nobody, once their details are past their time."""
        if parts.resident is None or self._is_past(parts.need, Kept.contact):
            return Resident()
        return Resident.model_validate_json(str(parts.resident["doc"]))


@lru_cache(maxsize=2048)
def _invitation(doc: str) -> Invitation:
    """Of a crowd, all but a few are as they were with the answer before."""
    return Invitation.model_validate_json(doc)


def _as_row(item: Item) -> NeedRow:
    outcome, incident = item.get("outcome"), item.get("incident")
    return NeedRow(
        str(item["pk"]).removeprefix("N#"),
        NeedStatus(str(item["status"])),
        Outcome(str(outcome)) if outcome else None,
        str(item["category"]),
        str(item["area"]),
        instant(number(item["needed_by"])),
        maybe_instant(maybe_number(item.get("wake_at"))),
        incident=str(incident) if incident else None,
        exercise=bool(item["exercise"]),
    )
