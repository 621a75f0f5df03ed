"""W08: every route of the site × every role: what is not in this table is not allowed to be there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from council import NOW, PARCEL, Council, hidden
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from domain.answering import AnswerKind
from domain.incidents import Incident
from domain.officers import TaskStatus
from domain.playbooks import Role
from domain.rights import Right
from infra.api_keys import add_key
from infra.charting import CHART_POLICY
from web.signin.guarding import Guarded

PUBLIC = """
    / /r/new /r/ics/{token:anything} /r/{token:anything} /s/{token:anything} /t/{token:anything} /u/{token:anything}
    /p/{token:anything} /privacy /accessibility /healthz /readyz /mailbox /mailbox/{name} /mailbox/{name}/html
    /static/{name} /console
    /console/sign-in /console/sign-in/provider /console/sign-in/back /console/set-up/{token}
    /console/set-up/{token}/provider
""".split()  # noqa: SIM905 - a table to read
NEED = "/console/needs/{ref}"
TABLE = {
    Right.look: [
        "/console/", "/console/sign-out", "/console/settings", "/console/{rest:path}",
        "/console/needs", NEED, f"{NEED}/why", f"{NEED}/story", f"{NEED}/messages",
        "/console/tasks", "/console/tasks/{id}",
        "/console/incidents", "/console/incidents/{ref}",
        "/console/partners", "/console/partners/{id}",
        "/console/playbooks", "/console/playbooks/{name}", "/console/playbooks/{name}/try",
        "/console/report", "/console/report/chart/{name}.svg",
    ],
    Right.look_private: [f"{NEED}/private", "/console/partners/{id}/contacts"],
    Right.respond: [
        "/console/needs/new",
        *(f"{NEED}/{command}" for command in (
            "amend", "extend", "ask", "next-round", "choose", "answer", "transfer", "hold", "resume", "take",
            "withdraw", "close",
        )),
        "/console/incidents/new",
        *(f"/console/incidents/{{ref}}/{command}" for command in ("hold", "resume", "close")),
    ],
    Right.steer: [
        "/console/incidents/hold-all", "/console/incidents/resume-all", "/console/report/figures.csv",
        "/console/partners/import", "/console/partners/{id}/change",
    ],
    Right.keep_house: [
        f"{NEED}/keep", f"{NEED}/keep-no-longer", "/console/settings/person",
        *(f"/console/settings/{page}" for page in (
            "officers", "officers/new", "officers/{id}", "keys", "keys/{id}/revoke", "audit",
        )),
    ],
}  # fmt: skip
RIGHTS = {path: right for right, paths in TABLE.items() for path in paths}
MAY = {
    Role.viewer: {Right.look},
    Role.officer: {Right.look, Right.look_private, Right.respond},
    Role.duty: {Right.look, Right.look_private, Right.respond},
    Role.manager: {Right.look, Right.look_private, Right.respond, Right.steer},
    Role.admin: set(Right),
}
WRITES_NOTHING = ("/console/sign-out", "/console/settings", "/console/playbooks/{name}/try")  # or only one's own
OTHERWISE = {  # what is there answers 200, but for these
    "/console/sign-out": 303,
    "/console/{rest:path}": 404,
    **{f"{NEED}/{command}": 409 for command in ("choose", "resume", "keep-no-longer")},  # nothing of the kind to do
}
ONE_PRESS = "/console/tasks/{id}"  # a form that needs nothing filled in: it takes the task
NAMES = {Role.viewer: "Vera", Role.officer: "Olu", Role.duty: "Dana", Role.manager: "Ravi", Role.admin: "Ada"}


@dataclass(frozen=True)
class Full:
    """A council and something real for every name in an address: what is behind each route is there."""

    council: Council
    need: str
    ids: dict[str, str]  # by the word before it in an address

    def at(self, path: str) -> str:
        """A route's path with something real where its names are."""
        return re.sub(r"(\w+)/\{[^}]+\}", lambda found: f"{found[1]}/{self.ids[found[1]]}", path)


@pytest.fixture
def town(council: Council) -> Full:
    """A council with a need whose partner has said promised part, an incident, a task of somebody's, and a key."""
    partner = council.has("Riverside Kitchen")
    dana = council.has_officer("Dana")
    need = council.needs((PARCEL, 20))
    council.asks(need, partner)
    council.says(need, partner, AnswerKind.part, offers={1: 12})
    flood = Incident(id="X-F22D22", name="Flood", place="Rest Centre", lead=dana.id, opened_at=NOW)
    assert council.door.store.add_incident(flood)
    task = council.raises_task(need)
    key = add_key(council.door.store, "Case system", (Right.look,), "command")[1]
    ids = {"needs": need, "incidents": flood.id, "partners": partner, "tasks": task.id, "officers": dana.id}
    return Full(council, need, ids | {"keys": key.id, "playbooks": "everyday", "chart": "outcomes", "console": "none"})


def routes(council: Council) -> list[Guarded]:
    council.visitor()
    return [route for route in council._app.routes if isinstance(route, Guarded)]


def test_every_route_is_in_the_table(council: Council) -> None:
    """Default deny: a route takes the right the table says, or is known to be for everybody, or has keys of its own."""
    council.visitor()
    for route in council._app.routes:
        if isinstance(route, Mount):
            assert route.path == "/api/v1", f"{route.path} is not known"
        elif isinstance(route, Guarded):
            assert RIGHTS.get(route.path) is route.right, f"{route.path} takes {route.right}; the table says otherwise"
        else:
            assert isinstance(route, Route)
            assert route.path in PUBLIC, f"{route.path} is guarded by nothing"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_may(town: Full, role: Role) -> None:
    """Something real is behind each route: it opens for who may, and for nobody else."""
    council = town.council
    client = council.signed_in(role, NAMES[role])
    for route in routes(council):
        page = client.get(town.at(route.path))
        if RIGHTS[route.path] not in MAY[role]:
            assert (page.status_code, route.path) == (403, route.path)
            assert "You may not do this" in page.text
        else:
            assert (page.status_code, route.path) == (OTHERWISE.get(route.path, 200), route.path)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sends_what_it_may(town: Full, role: Role) -> None:
    """With a token that is right, a form is refused by role; without one, by its token: nothing has changed."""
    council, need = town.council, town.need
    client = council.signed_in(role, NAMES[role])
    before = council.version(need)
    for route in routes(council):
        if "POST" not in (route.methods or ()):
            continue
        path, may = town.at(route.path), RIGHTS[route.path] in MAY[role]
        assert client.post(path, data={"csrf": "wrong"}).status_code == 403, route.path
        if not may:
            page = client.post(path, data={"csrf": council.csrf_of(client), "confirm": "yes", "version": "1"})
            assert (page.status_code, route.path) == (403, route.path)
        elif route.path not in (*WRITES_NOTHING, ONE_PRESS):
            page = client.post(path, data={"csrf": council.csrf_of(client)})
            assert page.status_code != 403, route.path
            assert page.status_code < 500, route.path
            assert "/sign-in" not in page.headers.get("location", ""), route.path
    assert council.version(need) == before


def test_a_viewer_sends_nothing(town: Full) -> None:
    """Pages that everybody may look at take no form from who may only look: Vera takes no task, Olu does."""
    council, need = town.council, town.need
    task = council.raises_task(need)
    vera = council.signed_in(Role.viewer, "Vera")
    form = {"csrf": council.csrf_of(vera), "confirm": "yes"}
    assert vera.post(f"/console/tasks/{task.id}", data=form).status_code == 403
    assert council.situation(need).tasks[-1].status is TaskStatus.open
    olu = council.signed_in(Role.officer, "Olu")
    assert olu.post(f"/console/tasks/{task.id}", data={"csrf": council.csrf_of(olu)}).status_code == 303
    assert council.situation(need).tasks[-1].status is TaskStatus.taken


def test_nobody_opens_anything(town: Full) -> None:
    """Whoever is not signed in is sent to sign in, from every route and from what is no route; forms change nothing."""
    council = town.council
    for route in routes(council):
        page = council.client.get(town.at(route.path))
        assert page.status_code == 303
        assert page.headers["location"].startswith("/console/sign-in")
        if "POST" in (route.methods or ()):
            assert council.client.post(town.at(route.path), data={"confirm": "yes"}).status_code == 303


def test_a_role_changed_counts_with_the_next_request(council: Council) -> None:
    """W04: Ravi was manager when he signed in."""
    ravi = council.signed_in(Role.manager, "Ravi")
    assert ravi.get("/console/incidents/hold-all").status_code == 200
    ada = council.signed_in(Role.admin, "Ada")
    ada.post("/console/settings/officers/O-Ravi", data={"csrf": council.csrf_of(ada), "do": "role", "role": "viewer"})
    assert ravi.get("/console/incidents/hold-all").status_code == 403


# --- another council ---------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path, council: Council) -> Council:
    """Another council: another deployment, with a store of its own."""
    made = Council(tmp_path / "other", changed={"council": "Norbiton Council"})
    yield made
    made.close()


def test_another_council_is_another_world(council: Council, other: Council) -> None:
    """D12 W20: A's officer is nobody at B, A's key opens nothing there, and A's need is 404 for B's own officers."""
    need = council.needs((PARCEL, 20))
    key, _ = add_key(council.door.store, "Case system", (Right.look,), "command")
    assert council.signed_in(Role.duty, "Dana").get(f"/console/needs/{need}").status_code == 200
    stranger = with_cookies_of(council.signed_in(Role.admin, "Ada"), other)
    assert stranger.get("/console/").headers["location"] == "/console/sign-in"
    assert other.client.get(f"/api/v1/needs/{need}", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    ada = other.signed_in(Role.admin, "Ada")
    for page in ("", "/why", "/story", "/messages", "/private", "/amend", "/close"):
        assert ada.get(f"/console/needs/{need}{page}").status_code == 404


def with_cookies_of(client: TestClient, other: Council) -> TestClient:
    stranger = other.visitor()
    stranger.cookies.update(client.cookies)
    return stranger


# --- what every page of the console has -----------------------------------------------


def test_pages_of_the_console_are_guarded(town: Full) -> None:
    """W10 W11: no frame, no script, nothing kept, errors too; and no cookie is set but at signing in."""
    council = town.council
    client = council.signed_in(Role.admin, "Ada")
    pages = [client.get(town.at(route.path)) for route in routes(council) if "/chart/" not in route.path]
    chart = client.get("/console/report/chart/outcomes.svg")
    assert (chart.status_code, chart.headers["content-security-policy"]) == (200, CHART_POLICY)
    pages += [client.post("/console/settings"), client.put("/console/settings")]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert " style=" not in page.text
    assert not any("set-cookie" in page.headers for page in pages)
    assert "default-src 'none'" in client.get("/console/sign-in").headers["content-security-policy"]
    assert "csrf" in hidden(client.get("/console/settings").text)
