"""The catalogue of commands: one way for command line, console and API, with its rights, its words and its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from domain.capabilities import Sector
from domain.changes import Change, Draft, Refusal
from domain.choices import Ending
from domain.messages import MessageKind
from domain.needs import Resident
from domain.officers import Officer, TaskKind, TaskStatus
from domain.opening import NeedWrong
from domain.playbooks import Role
from domain.responders import Contact, Responder
from domain.rights import Right
from domain.situations import Situation
from infra import clock
from infra.commands import COMMANDS, Command
from infra.commands.answering import RecordAnswer
from infra.commands.asking import Ask
from infra.commands.changing import Amend, Extend
from infra.commands.ending import Close, Withdraw
from infra.commands.incidents import OpenIncident, close_incident, hold_incident, resume_incident
from infra.commands.opening import RecordNeed
from infra.commands.partners import PausePartner, end_apart, keep_apart
from infra.commands.tasks import EndTask, Take
from infra.door import Done, Door
from infra.recording import Recorded
from infra.settings import Settings
from infra.store import open_store

DANA = Officer(id="O-Dana", name="Dana Duty", email="dana@example.org", role=Role.duty)
VERA = Officer(id="O-Vera", name="Vera Viewer", email="vera@example.org", role=Role.viewer)
SAM = Responder(id="sam", name="Sam Example", sector=Sector.volunteer, capabilities=("food-parcel",))
BY = "officer:O-Dana"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    settings = Settings(home=tmp_path, keys=SecretStr("k1:" + "a" * 40))
    store = open_store(settings.store_url)
    for officer in (DANA, VERA):
        store.add_officer(officer, clock.now())
    store.put_responders([(SAM, [Contact(email="sam@example.org")])], clock.now())
    yield Door(store, settings)
    store.close()


@pytest.fixture
def need(door: Door) -> str:
    """Amina needs five food parcels."""
    return open_need(door).need


def open_need(door: Door, **more: object) -> Recorded:
    said = {"summary": "Food", "lines": ("food-parcel:5",), "area": "Norbiton", "resident_email": "amina@example.org"}
    return RecordNeed.read(**(said | more)).carry_out(door, BY)


def test_every_command_says_what_it_is_and_takes_a_right() -> None:
    """A title, a right of officers, words for each field: the API's document and the console read them."""
    assert {
        "amend",
        "hold",
        "resume",
        "extend",
        "ask",
        "next-round",
        "answer",
        "transfer",
        "choose",
        "take",
        "close",
    } < (set(COMMANDS))
    for name, command in COMMANDS.items():
        right = Right.keep_house if name in ("keep", "keep-no-longer") else Right.respond
        assert (command.name, command.right, bool(command.title)) == (name, right, True)
        assert command.__doc__
        assert all(field.description for field in command.model_fields.values()), name


def test_only_what_is_offered_may_be_said() -> None:
    """W09: a field that a command does not have is refused, whoever sends it."""
    for command in COMMANDS.values():
        with pytest.raises(ValidationError, match="extra_forbidden"):
            command.model_validate({"by": "officer:O-Vera"})


def test_what_would_happen_is_foreseen_without_happening(door: Door, need: str) -> None:
    """The check page: who would be told, and nothing is written."""
    withdraw = Withdraw(version=1)
    change = withdraw.foresee(door, need, BY)
    assert isinstance(change, Change)
    assert MessageKind.resident_closed in [message.kind for message in change.messages]
    assert not door.situation(need).need.closed
    assert isinstance(withdraw.carry_out(door, need, BY), Done)
    assert door.situation(need).need.closed
    again = Withdraw().carry_out(door, need, BY)
    assert isinstance(again, Done)
    assert again.change is None


@pytest.mark.parametrize(
    "command", [Withdraw(version=1), Close(outcome=Ending.not_met, version=1), Extend(needed_by="+9d", version=1)]
)
def test_an_old_version_changes_nothing(door: Door, need: str, command: Command) -> None:
    """Dana looked at version 1; it has been amended since."""
    assert isinstance(Amend(lines=("food-parcel:7",)).carry_out(door, need, BY), Done)
    refused = command.carry_out(door, need, BY)
    assert isinstance(refused, Refusal)
    assert refused.code == "stale"
    assert not door.situation(need).need.closed


@pytest.mark.parametrize(
    ("name", "typed", "place"),
    [
        ("amend", {}, "lines"),
        ("amend", {"lines": ("food-parcel:many",)}, "lines"),
        ("amend", {"at": "51.4,-0.3", "summary": "Food"}, "at"),
        ("amend", {"place": "Norbiton", "at": "here"}, "at"),
        ("extend", {"needed_by": "yesterday"}, "needed_by"),
        ("hold", {"until": "+2y"}, "until"),
        ("ask", {"responder": "nobody"}, "responder"),
        ("ask", {"responder": "no one"}, "responder"),
        ("answer", {"responder": "sam", "said": "part"}, "lines"),
        ("answer", {"responder": "sam", "said": "perhaps"}, "said"),
        ("answer", {"responder": "sam", "said": "yes", "note": "\x00"}, "note"),
        ("transfer", {"responder": "sam", "to": "N-222222", "lines": ("food-parcel:5",)}, "to"),
        ("transfer", {"responder": "sam", "to": "N-222222", "lines": ()}, "lines"),
        ("choose", {"responder": "sam", "lines": ("lift:1",)}, "lines"),
        ("close", {"outcome": "presumed"}, "outcome"),
        ("end-task", {"said": "found", "task": "K1"}, "task"),
        ("amend", {"version": 0, "summary": "Food"}, "version"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(
    door: Door, need: str, name: str, typed: dict[str, object], place: str
) -> None:
    """Every field that people fill in says what is wrong with it, and nothing is changed."""
    with pytest.raises(NeedWrong) as wrong:
        COMMANDS[name].read(**typed).carry_out(door, need, BY)
    assert wrong.value.place == place
    assert door.situation(need).need.edition == 1


def test_a_refusal_speaks_to_everybody(door: Door, need: str) -> None:
    """Its sentence is for console, API and command line alike: it names no command of one of them."""
    held = COMMANDS["hold"]()
    refusals = [
        Amend(lines=("food-parcel:0",)).carry_out(door, need, BY),
        Extend(needed_by="+1h").carry_out(door, need, BY),
        RecordAnswer(responder="sam", said="yes").carry_out(door, need, BY),
        RecordAnswer(responder="sam", said="move").carry_out(door, need, BY),
        held.carry_out(door, need, BY) and Ask(responder="sam").carry_out(door, need, BY),
    ]
    codes = [refusal.code for refusal in refusals if isinstance(refusal, Refusal)]
    assert codes == ["nothing-left", "earlier", "unasked", "not-asked", "held"]
    assert not [r for r in refusals if isinstance(r, Refusal) and "muster " in r.sentence]


def test_all_that_waits_is_taken_at_once(door: Door, need: str) -> None:
    """Two tasks on one need become Dana's; taken once more nothing changes; where nothing waits, that is said."""

    def raise_two(situation: Situation, now: datetime) -> Change:
        draft = Draft(situation, now)
        for kind in (TaskKind.hand_over, TaskKind.confirm):
            draft.raise_task(kind, lines=(1,))
        return draft.change(wake_at=now)

    refused = Take().carry_out(door, need, BY)
    assert isinstance(refused, Refusal)
    assert refused.code == "nothing"
    assert isinstance(door.change(need, raise_two), Done)
    assert isinstance(Take().carry_out(door, need, BY), Done)
    tasks = door.situation(need).tasks
    assert [(task.status, task.officer) for task in tasks] == [(TaskStatus.taken, DANA.id)] * 2
    again = Take().carry_out(door, need, BY)
    assert isinstance(again, Done)
    assert again.change is None


def test_a_program_names_the_officer_whose_task_it_is(door: Door) -> None:
    """A key takes nothing for itself; an officer takes nothing for another."""
    need = open_need(door).need
    like = open_need(door, summary="Food again").need
    (task,) = [t for t in door.situation(like).tasks if t.kind is TaskKind.duplicate]
    nobody = Take().carry_out(door, like, "key:1")
    assert isinstance(nobody, Refusal)
    assert nobody.place == "officer"
    for by, officer in ((BY, VERA.email), ("key:1", VERA.email), ("key:1", "x@example.org")):
        with pytest.raises(NeedWrong):
            Take(officer=officer).carry_out(door, like, by)
    assert isinstance(Take(officer=DANA.email).carry_out(door, like, "key:1"), Done)
    assert door.situation(like).tasks[0].officer == DANA.id
    ended = EndTask(said="different", task=task.id[:5]).carry_out(door, like, BY)
    assert isinstance(ended, Done)
    assert not door.situation(need).need.closed


def test_a_playbook_is_named_and_never_a_path(door: Door) -> None:
    """Whoever is not at the machine reads no file of it."""
    for name in ("playbooks/everyday.yaml", "../everyday", "nosuch"):
        with pytest.raises(NeedWrong) as wrong:
            open_need(door, playbook=name)
        assert wrong.value.place == "playbook"


def test_the_story_says_who_recorded_it(door: Door, need: str) -> None:
    """The officer's id stands in the first event."""
    assert door.store.story(need)[0].by == BY


def test_an_incident_is_opened_held_and_closed(door: Door) -> None:
    """Its lead is an officer who gets tasks; held twice says so; it is closed only when nothing waits."""
    said = {"name": "Flood", "place": "Kings Rest Centre"}
    for lead in ("x@example.org", VERA.email):
        with pytest.raises(NeedWrong):
            OpenIncident.read(**said, lead=lead).carry_out(door, BY)
    flood = OpenIncident.read(**said, lead=DANA.email).carry_out(door, BY)
    assert (hold_incident(door, flood, BY), hold_incident(door, flood, BY)) == (True, False)
    held = door.store.incident(flood.id)
    assert held
    refused = close_incident(door, held, BY)
    assert refused
    assert refused.code == "held"
    assert resume_incident(door, flood, BY)
    assert hold_incident(door, None, "officer")
    assert resume_incident(door, None, "officer")
    assert close_incident(door, flood, BY) is None
    closed = door.store.incident(flood.id)
    assert closed
    assert isinstance(hold_incident(door, closed, BY), Refusal)
    assert close_incident(door, closed, BY) is None
    kept = [(entry.who, entry.what) for _, entry in door.store.audit()]
    ours = [(BY, "incident-closed"), ("command", "resumed"), ("command", "held"), (BY, "resumed"), (BY, "held")]
    assert kept == [*ours, (BY, "incident-opened")]


def test_a_partner_is_paused_and_kept_apart(door: Door) -> None:
    """At most a year; a pair kept apart holds in needs under way, and ends once."""
    with pytest.raises(NeedWrong, match="at most a year"):
        PausePartner(until="2030-01-01").carry_out(door, SAM, BY)
    amina = Resident(email="amina@example.org")
    need = open_need(door).need
    found = keep_apart(door, SAM, amina, BY)
    assert [one.need for one in found] == [need]
    assert (end_apart(door, SAM, amina, BY), end_apart(door, SAM, amina, BY)) == (True, False)
