"""The API: a program with a key does what officers do, no more than its rights, and is told plainly what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from council import LIFT, PARCEL, Council
from program import API, Program

from domain.officers import TaskKind
from domain.playbooks import Role
from domain.rights import Right
from infra.showing import need_as_json
from infra.store import StoreError
from infra.store.signing_in import Audit
from web.security import Limit, Limits

FOOD = {
    "summary": "Food for two until Friday",
    "lines": ["food-parcel:2"],
    "area": "Norbiton",
    "resident_name": "Amina Okafor",
    "resident_email": "amina@example.org",
}


@pytest.fixture
def program(council: Council) -> Program:
    return Program(council)


def errors(answer: Any) -> dict[str, str]:
    return {error["field"]: error["detail"] for error in answer.json().get("errors", [])}


# --- who may come in ------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/", "/needs", "/needs/N-7K3QX2", "/openapi.json", "/nowhere", "/hold"])
def test_without_a_key_nothing_is_served(council: Council, path: str) -> None:
    """Whatever is asked for, there or not: 401, and how to show a key."""
    for headers in ({}, {"authorization": "Bearer muster_" + "x" * 43}, {"authorization": "Basic YTpi"}):
        answer = council.visitor().get(API + path, headers=headers)
        if path == "":
            assert answer.status_code == 404
            continue
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["cache-control"] == "no-store"


def test_a_session_opens_the_description_and_nothing_else(council: Council) -> None:
    """Cookies grant nothing here, so no other website can use them; the human page is for officers too."""
    dana = council.signed_in(Role.duty)
    assert dana.get(API + "/openapi.json").status_code == 200
    page = dana.get(API + "/")
    assert (page.status_code, "POST /api/v1/needs/{ref}/amend" in page.text) == (200, True)
    assert "http" not in page.text.replace('href="http', "").replace("HTTP", ""), "nothing from outside"
    assert dana.get(API + "/needs").status_code == 401
    assert dana.post(API + "/hold").status_code == 401


def test_a_key_does_what_it_has_the_right_to(council: Council) -> None:
    """W08 for programs: every route names its right; a key without it is refused, one that is revoked is nobody."""
    need = council.needs((PARCEL, 20))
    reader, writer = Program(council, (Right.look,)), Program(council, (Right.look, Right.respond))
    assert reader.get(f"/needs/{need}").status_code == 200
    refused = reader.post(f"/needs/{need}/hold")
    assert (refused.status_code, "the right to respond" in refused.json()["detail"]) == (403, True)
    assert writer.post(f"/needs/{need}/hold").status_code == 200
    assert writer.post("/hold").status_code == 403
    document = reader.get("/openapi.json").json()
    takes = {(m, p): way["x-right"] for p, ways in document["paths"].items() for m, way in ways.items()}
    assert {right for (method, _), right in takes.items() if method == "get"} == {"look"}
    assert all(right in ("respond", "steer", "keep-house") for (method, _), right in takes.items() if method == "post")
    council.door.store.revoke_key(writer.id, council.moment, Audit(council.moment, "command", "key-revoked"))
    assert writer.get(f"/needs/{need}").status_code == 401


def test_a_key_that_asks_too_often_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key has its own measure, and is told how long to wait; so has a network that guesses keys."""
    limits = Limits()
    limits.api, limits.api_strangers = Limit(3), Limit(3)
    monkeypatch.setattr("web.app.Limits", lambda: limits)
    council = Council(tmp_path)
    program, other = Program(council), Program(council)
    assert [program.get("/playbooks/none").status_code for _ in range(4)] == [404, 404, 404, 429]
    assert int(program.get("/playbooks").headers["retry-after"]) > 0
    assert other.get("/playbooks").status_code == 200
    assert [council.visitor().get(API + "/needs").status_code for _ in range(4)] == [401, 401, 401, 429]
    council.close()


# --- needs ----------------------------------------------------------------------


def test_a_need_is_recorded_once_for_each_key(council: Council, program: Program) -> None:
    """The same Idempotency-Key again is the same need, with 200; the answer is what `need show --json` prints."""
    first = program.post("/needs", FOOD, idempotency_key="case-17")
    assert first.status_code == 201, first.text
    need = first.json()["need"]
    assert first.headers["location"] == f"{API}/needs/{need}"
    again = program.post("/needs", FOOD, idempotency_key="case-17")
    assert (again.status_code, again.json()["need"]) == (200, need)
    shown = program.get(f"/needs/{need.lower()}")
    assert shown.json() == json.loads(json.dumps(need_as_json(council.door.store, council.situation(need))))
    assert "amina" not in shown.text.casefold()
    assert council.door.store.resident(need).name == "Amina Okafor"
    other = program.post("/needs", FOOD | {"key": "case-18"}, idempotency_key="case-17")
    assert (other.status_code, list(errors(other))) == (422, ["key"])
    misplaced = program.post("/needs?key=case-19", FOOD)
    assert (misplaced.status_code, list(errors(misplaced))) == (422, ["key"])


def test_an_idempotency_key_belongs_to_its_program(council: Council, program: Program) -> None:
    """Two programs that both have a case 1 have two needs; each finds its own again, and so does whoever searches."""
    ours, other = program.post("/needs", FOOD, idempotency_key="case-1"), Program(council)
    lift = FOOD | {"lines": ["lift:1"], "resident_name": "Bola Example", "resident_email": "bola@example.org"}
    theirs = other.post("/needs", lift, idempotency_key="case-1")
    assert (ours.status_code, theirs.status_code) == (201, 201)
    assert council.door.store.resident(theirs.json()["need"]).name == "Bola Example"
    assert other.post("/needs", lift, idempotency_key="case-1").json()["need"] == theirs.json()["need"]
    found = program.get("/needs", search="case-1").json()["needs"]
    assert {row["need"] for row in found} == {ours.json()["need"], theirs.json()["need"]}


def test_an_idempotency_key_is_used_for_one_request(council: Council, program: Program) -> None:
    """Another need under a key that was used is refused, by name, and nothing is recorded; so for `key` in the body."""
    need = program.post("/needs", FOOD, idempotency_key="case-1").json()["need"]
    for answer in (
        program.post("/needs", FOOD | {"lines": ["food-parcel:3"]}, idempotency_key="case-1"),
        program.post("/needs", FOOD | {"resident_name": "Bola Example", "key": "case-1"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
        assert need in answer.json()["detail"]
    assert program.post("/needs", FOOD | {"key": "case-1"}).status_code == 200
    assert len(program.get("/needs").json()["needs"]) == 1


def test_a_key_that_may_not_look_is_told_no_more_than_what_goes_on(council: Council) -> None:
    """A command answers the need's reference, version and status, whether it did anything or was out of date."""
    writer, brief = Program(council, (Right.respond,)), {"need", "version", "status"}
    first = writer.post("/needs", FOOD)
    assert set(first.json()) == brief
    again = Program(council, (Right.respond,)).post("/needs", FOOD)
    assert set(again.json()) == brief, "nor that the resident is known"
    need = first.json()["need"]
    assert set(writer.post(f"/needs/{need}/resume").json()) == brief
    stale = writer.post(f"/needs/{need}/hold", {"version": 99})
    assert (stale.status_code, set(stale.json()["need"])) == (409, brief)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lines": ["sandwich:2"]}, "line 1"),
        ({"lines": []}, "lines"),
        ({"summary": 5}, "summary"),
        ({"summary": "\ud800"}, "summary"),
        ({"resident_email": "amina"}, "resident_email"),
        ({"needed_by": "yesterday"}, "needed_by"),
        ({"playbook": "../../etc/passwd"}, "playbook"),
        ({"playbook": "nosuch"}, "playbook"),
        ({"incident": "X-7K3QX2"}, "incident"),
        ({"urgent": "yes"}, "urgent"),
        ({"resident_email": None}, "resident"),
    ],
)
def test_what_is_wrong_is_said_by_field(council: Council, program: Program, wrong: dict[str, Any], field: str) -> None:
    """A problem as RFC 9457 has it, that names the field; nothing is recorded."""
    answer = program.client.post(
        API + "/needs", content=json.dumps(FOOD | wrong), headers=program.shown | {"content-type": "application/json"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert list(errors(answer)) == [field]
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert program.get("/needs").json()["needs"] == []


@pytest.mark.parametrize("more", [{"council_id": "other"}, {"status": "closed"}, {"left": 0}, {"role": "admin"}])
def test_what_nobody_may_set_is_refused(council: Council, program: Program, more: dict[str, Any]) -> None:
    """W09: fields that are not offered are refused by name, when recording and in every command."""
    answer = program.post("/needs", FOOD | more)
    assert (answer.status_code, list(errors(answer))) == (422, list(more))
    need = council.needs((PARCEL, 20))
    for command in ("amend", "hold", "close", "take", "answer"):
        said = {"outcome": "met", "responder": "sam", "said": "yes"} if command in ("close", "answer") else {}
        answer = program.post(f"/needs/{need}/{command}", said | more)
        assert (answer.status_code, set(more) <= set(errors(answer))) == (422, True)
    assert council.version(need) == 1


def test_commands_answer_the_need_as_it_is_now(council: Council, program: Program) -> None:
    """Amend, hold, go on, extend, withdraw: each is in the story as the program's, and the version moves on."""
    need = council.needs((PARCEL, 20))
    amended = program.post(f"/needs/{need}/amend", {"lines": ["food-parcel:12"], "version": 1})
    assert (amended.status_code, amended.json()["version"], amended.json()["lines"][0]["quantity"]) == (200, 2, 12)
    assert amended.json()["story"][-1]["because"].startswith("Case system changed this")
    assert program.post(f"/needs/{need}/hold", {"until": "+1h"}).json()["status"] == "on-hold"
    assert program.post(f"/needs/{need}/resume").json()["status"] == "open"
    later = program.post(f"/needs/{need}/extend", {"needed_by": "+5d"})
    assert later.json()["needed_by"] > amended.json()["needed_by"]
    done = program.post(f"/needs/{need}/withdraw", {})
    assert (done.json()["status"], done.json()["outcome"]) == ("closed", "withdrawn")
    closed = program.post(f"/needs/{need}/hold")
    assert (closed.status_code, closed.json()["code"]) == (409, "closed")


def test_an_old_version_is_refused_and_shown_the_present(council: Council, program: Program) -> None:
    """Two programs, one need: the second one sees what the first has changed before it changes anything."""
    need = council.needs((PARCEL, 20))
    assert program.post(f"/needs/{need}/amend", {"lines": ["food-parcel:12"], "version": 1}).status_code == 200
    stale = program.post(f"/needs/{need}/withdraw", {"version": 1})
    assert (stale.status_code, stale.json()["code"], stale.json()["need"]["version"]) == (409, "stale", 2)
    assert council.situation(need).need.closed is False


def test_an_answer_by_telephone_and_an_offer_moved(council: Council, program: Program) -> None:
    """A call centre records what Riverside said, and asks whether they could go to another need."""
    riverside = council.has("Riverside Kitchen")
    need, other = council.needs((PARCEL, 20)), council.needs((PARCEL, 5))
    council.asks(need, riverside)
    said = {"responder": riverside, "said": "part", "lines": ["food-parcel:8"], "note": "They ring at 5"}
    answered = program.post(f"/needs/{need}/answer", said)
    assert (answered.status_code, answered.json()["lines"][0]["pledged"]) == (200, 8), answered.text
    assert "ring at 5" not in answered.text
    moved = program.post(f"/needs/{need}/transfer", {"responder": riverside, "to": other, "lines": ["food-parcel:5"]})
    assert moved.json()["invitations"][0]["moving_to"] == other
    nowhere = {"responder": riverside, "to": "N-222222", "lines": ["food-parcel:5"]}
    assert list(errors(program.post(f"/needs/{need}/transfer", nowhere))) == ["to"]
    nobody = program.post(f"/needs/{need}/answer", said | {"responder": "nobody"})
    assert list(errors(nobody)) == ["responder"]


def test_a_task_is_an_officer_s_even_so(council: Council, program: Program) -> None:
    """A program takes a task for an officer whom it names; without a name it is refused."""
    dana = council.has_officer("Dana")
    need = council.needs((PARCEL, 20))
    council.raises_task(need, TaskKind.hand_over)
    assert list(errors(program.post(f"/needs/{need}/take"))) == ["officer"]
    assert list(errors(program.post(f"/needs/{need}/take", {"officer": "x@example.org"}))) == ["officer"]
    taken = program.post(f"/needs/{need}/take", {"officer": dana.email})
    assert [(t["status"], t["officer"]) for t in taken.json()["tasks"]] == [("taken", "Dana")]
    unfitting = program.post(f"/needs/{need}/end-task", {"said": "posted", "officer": dana.email})
    assert "say one of found, nothing-more" in errors(unfitting)["said"]
    ended = program.post(f"/needs/{need}/end-task", {"said": "found", "officer": dana.email})
    assert ended.json()["tasks"][0]["outcome"] == "found"


def test_private_details_only_for_a_key_that_may_and_asks(council: Council, program: Program) -> None:
    """P06: who it is for leaves only with the right to look, when asked for, and the look is on record."""
    need = council.needs((PARCEL, 20))
    assert "Amina" not in program.get(f"/needs/{need}").text
    seen = program.get(f"/needs/{need}", private="true")
    assert seen.json()["resident"]["name"] == "Amina Okafor"
    (look,) = council.door.store.looks(need)
    assert (look.who, look.about) == (f"key:{program.id}", need)
    reader = Program(council, (Right.look, Right.respond))
    assert reader.get(f"/needs/{need}", private="true").status_code == 403
    assert len(council.door.store.looks(need)) == 1


# --- lists ----------------------------------------------------------------------


def test_needs_come_a_page_at_a_time(council: Council, program: Program) -> None:
    """Cursors lead through all of them once; filters narrow; what leads nowhere is said."""
    needs = {council.needs((PARCEL, count)) for count in range(1, 6)} | {council.needs((LIFT, 1))}
    seen: list[str] = []
    page = program.get("/needs", limit=4)
    while True:
        seen += [row["need"] for row in page.json()["needs"]]
        if page.json()["next"] is None:
            break
        assert 'rel="next"' in page.headers["link"]
        page = program.client.get(page.headers["link"].partition("<")[2].partition(">")[0], headers=program.shown)
    assert (len(seen), set(seen)) == (6, needs)
    lifts = program.get("/needs", category="getting-there", status="open").json()["needs"]
    assert [(row["needed"], row["covered"]) for row in lifts] == [(100, 0)]
    assert program.get("/needs", status="closed").json()["needs"] == []
    assert program.get("/needs", needed_before="2026-11-23T09:00:00Z").json()["needs"] == []
    for query, field in (
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": 201}, "limit"),
        ({"status": "opne"}, "status.0"),
        ({"needed_from": "9999-12-31T23:59:59-23:00"}, "needed_from"),
        ({"incident": "flood"}, "incident"),
        ({"at_risk": "perhaps"}, "at_risk"),
        ({"statsu": "open"}, "statsu"),
    ):
        assert list(errors(program.get("/needs", **query))) == [field]


def test_partners_are_listed_without_a_way_to_reach_them(council: Council, program: Program) -> None:
    """What they do and until when they are passed over; no address, no number, no place on the map."""
    council.has("Sam Example", point={"lat": 51.4, "lon": -0.3})
    council.has("Riverside Kitchen")
    listed = program.get("/responders")
    assert [row["name"] for row in listed.json()["responders"]] == ["Riverside Kitchen", "Sam Example"]
    assert "example.org" not in listed.text
    assert "51.4" not in listed.text
    paused = program.post("/responders/sam-example/pause", {"length": "1w"})
    assert paused.json()["paused_until"] == "2026-11-30T09:00:00Z"
    assert [row["id"] for row in program.get("/responders", paused="true").json()["responders"]] == ["sam-example"]
    assert program.post("/responders/sam-example/resume").json()["paused_until"] is None
    assert program.post("/responders/sam-example/limit", {"limit": 2}).status_code == 200
    limited = council.door.store.responder("sam-example")
    assert limited is not None
    assert limited.weekly_limit == 2
    for limit in (-1, "3", 1.5, 1001):
        assert list(errors(program.post("/responders/sam-example/limit", {"limit": limit}))) == ["limit"]
    kept = [entry.what for _, entry in council.door.store.audit() if entry.about.startswith("responder:")]
    assert kept == ["limit-changed", "unpaused", "paused"]
    assert list(errors(program.post("/responders/sam-example/pause", {"until": "never"}))) == ["until"]
    assert program.get("/responders/nobody").status_code == 404


def test_incidents_are_opened_held_and_closed(council: Council, program: Program) -> None:
    """The flood: its needs by its reference, everything on hold, and on again; closed only once its needs are."""
    dana = council.has_officer("Dana")
    said = {"name": "Flood at Kingsmead", "place": "Kings Rest Centre", "lead": dana.email}
    opened = program.post("/incidents", said)
    assert (opened.status_code, opened.json()["lead"]) == (201, "Dana")
    flood = opened.json()["incident"]
    need = program.post("/needs", FOOD | {"incident": flood}).json()["need"]
    assert [row["need"] for row in program.get("/needs", incident=flood).json()["needs"]] == [need]
    assert program.post(f"/incidents/{flood}/hold").json()["status"] == "on-hold"
    assert program.post(f"/incidents/{flood}/close").json()["code"] == "held"
    assert program.post(f"/incidents/{flood}/resume").json()["status"] == "open"
    assert program.post(f"/incidents/{flood}/close").json()["code"] == "open-needs"
    assert program.post("/hold").json() == {"all_held": True}
    assert program.get("/incidents").json()["all_held"] is True
    assert program.post("/resume").json() == {"all_held": False}
    program.post(f"/needs/{need}/withdraw")
    assert program.post(f"/incidents/{flood}/close").json()["status"] == "closed"
    assert program.post(f"/incidents/{flood}/hold").status_code == 409
    assert list(errors(program.post("/incidents", said | {"lead": "x@example.org"}))) == ["lead"]
    assert program.get("/incidents/X-222222").status_code == 404
    codes = [entry.what for _, entry in council.door.store.audit() if entry.who == f"key:{program.id}"]
    assert codes == ["incident-closed", "resumed", "held", "resumed", "held", "incident-opened"]


def test_playbooks_are_read(program: Program) -> None:
    """Those shipped, each with its rounds; a path is no name."""
    names = [playbook["name"] for playbook in program.get("/playbooks").json()["playbooks"]]
    assert "everyday" in names
    assert program.get("/playbooks/everyday").json()["rounds"][0]["name"] == "neighbours"
    assert program.get("/playbooks/nosuch").status_code == 404
    assert program.get("/playbooks/..%2Feveryday.yaml").status_code in (404, 422)


# --- what is broken ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"a":' + b"1" * 5000 + b"}", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"", "application/json", 422),
        (b"summary=x", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b'"' + b"x" * 70_000 + b'"', "application/json", 413),
        (json.dumps(FOOD | {"notes": "\x00"}).encode(), "application/json", 422),
        (json.dumps(FOOD | {"area": "x" * 3000}).encode(), "application/json", 422),
        (b'{"summary": NaN, "lines": ["food-parcel:2"]}', "application/json", 422),
    ],
)
def test_no_body_is_a_surprise(council: Council, program: Program, content: bytes, kind: str, status: int) -> None:
    """Broken, nested without end, too large or of another kind: each has its answer, and none is a 5xx."""
    answer = program.client.post(API + "/needs", content=content, headers=program.shown | {"content-type": kind})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert answer.headers["content-security-policy"]


def test_other_methods_are_named(program: Program) -> None:
    """405 says which methods an address takes, all of them."""
    answer = program.client.delete(API + "/needs", headers=program.shown)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert program.client.head(API + "/needs", headers=program.shown).status_code == 405


def test_a_store_that_is_down_is_said(council: Council, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with when to try again, whether it is the key or the need that cannot be read."""

    def down(*_: object, **__: object) -> Any:
        raise StoreError("no disk")

    for method in ("needs_page", "find_key"):
        monkeypatch.setattr(council.door.store, method, down)
        answer = program.get("/needs")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_lost_answer_is_not_denied(council: Council, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded, and the store's answer got lost: 503 says that it may be, and how to ask; the same key, one need."""
    store = type(council.door.store)
    add = store.add_need

    def lost(*given: Any) -> None:
        add(*given)
        raise StoreError("the store cannot be reached")

    before = len(council.door.store.needs())
    with monkeypatch.context() as patch:
        patch.setattr(store, "add_need", lost)
        answer = program.post("/needs", FOOD, idempotency_key="case-1")
    assert answer.status_code == 503
    assert "may have been recorded" in answer.json()["detail"]
    assert program.post("/needs", FOOD, idempotency_key="case-1").status_code == 200
    assert len(council.door.store.needs()) == before + 1


def test_what_nobody_expected_is_one_problem(
    council: Council, program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of ours is a 500 with a number to name on the telephone; the log has the place, and no values."""

    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("Amina Okafor")

    monkeypatch.setattr(council.door.store, "needs_page", broken)
    answer = program.get("/needs", search="Norbiton")
    incident = answer.json()["detail"].rpartition(" ")[2].strip(".")
    assert (answer.status_code, len(incident)) == (500, 8)
    assert incident in caplog.text
    assert "Amina" not in caplog.text
    assert "Norbiton" not in caplog.text


def test_the_pages_do_not_wait_for_it() -> None:
    """FastAPI is loaded with the first request to the API, and not with the site."""
    program = "import sys; import web.app; print('fastapi' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_program_keeps_house_of_needs_alone(program: Program) -> None:
    """Only keeping a need for longer takes the right to keep house: officers and keys are changed by people."""
    document = program.get("/openapi.json").json()
    takes = {
        path for path, ways in document["paths"].items() for way in ways.values() if way["x-right"] == "keep-house"
    }
    assert {path.rpartition("/")[2] for path in takes} == {"keep", "keep-no-longer"}
