"""Mails, and the page of a task, lead Dana to the page of the console where the thing is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from council import PARCEL, Council
from starlette.routing import Match
from starlette.testclient import TestClient

from domain.answering import AnswerKind
from domain.links import ConsolePage, Purpose, take_target
from domain.officers import TaskKind
from domain.playbooks import Role
from domain.rights import may
from domain.values import Value
from tests.notifications.letters_of_every_kind import every_letter
from web.signin.guarding import Guarded


def pages_in(value: Any) -> Iterator[ConsolePage]:
    """Every page of the console that words name."""
    if isinstance(value, ConsolePage):
        yield value
    elif isinstance(value, Value):
        for _, inner in value:
            yield from pages_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from pages_in(inner)


def test_every_page_a_mail_names_is_there_for_who_gets_it(council: Council) -> None:
    """None leads to a page that is not, or that an officer may not open."""
    council.visitor()
    routes = [route for route in council._app.routes if isinstance(route, Guarded) and "{rest" not in route.path]
    named = {page.path for words in every_letter().values() for page in pages_in(words)}
    assert {path.rpartition("/")[2].partition("?")[0] for path in named} >= {"answer", "choose", "extend", "resume"}
    for path in named:
        scope = {"type": "http", "method": "GET", "path": f"/console/{urlsplit(path).path}"}
        rights = [route.right for route in routes if route.matches(scope)[0] is Match.FULL]
        assert rights, path
        assert may(Role.officer, rights[0]), path


@pytest.fixture
def dana(council: Council) -> TestClient:
    return council.signed_in(Role.duty, "Dana")


def links(page: str) -> dict[str, str]:
    """Where the links of a page lead, by what they say."""
    return {re.sub("<[^>]+>", "", said): at for at, said in re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', page)}


@pytest.mark.parametrize("kind", TaskKind)
def test_the_page_of_a_task_leads_to_the_console(council: Council, dana: TestClient, kind: TaskKind) -> None:
    """Once it is hers: to the task there, and to where the need itself is changed; every one of them is there."""
    need = council.needs((PARCEL, 20))
    task = council.raises_task(need, kind)
    at = council.link(Purpose.take, take_target(task.id, task.officer))
    council.post(at, confirm="yes")
    page = council.get(at).text
    assert "muster need" not in page
    led = [at for at in links(page).values() if at.startswith("/console/")]
    assert f"/console/tasks/{task.id}" in led
    for there in led:
        assert dana.get(there).status_code in (200, 409)  # 409: it says why it makes no sense now


@pytest.mark.parametrize("kind", [TaskKind.question, TaskKind.worry, TaskKind.no_show, TaskKind.call_partner])
def test_a_task_about_a_partner_says_who_and_leads_there(council: Council, dana: TestClient, kind: TaskKind) -> None:
    """Jane asks something: Dana reads that it was Jane, and comes to how to reach her, her words, and her answer."""
    jane = council.has("Jane Hill")
    need = council.needs((PARCEL, 20))
    council.asks(need, jane)
    council.says(need, jane, AnswerKind.question, note="Is there a lift?")
    task = council.raises_task(need, kind, council.invitation(need, jane).id)
    page = dana.get(f"/console/tasks/{task.id}").text
    found = links(page)
    assert found["Jane Hill"] == f"/console/partners/{jane}"
    assert found["How to reach them"] == f"/console/partners/{jane}/contacts"
    assert found["Record an answer of Jane Hill"] == f"/console/needs/{need}/answer?partner={jane}"
    assert all(
        dana.get(at).status_code == 200 for at in found.values() if at.startswith("/console/") and "out" not in at
    )
    vera = links(council.signed_in(Role.viewer, "Vera").get(f"/console/tasks/{task.id}").text)
    assert "Jane Hill" in vera
    assert not {"How to reach them", "Record an answer of Jane Hill", "Read what Jane Hill wrote"} & set(vera)


def test_what_a_partner_asked_is_read_on_a_page_that_records_the_look(council: Council, dana: TestClient) -> None:
    """The task shows no words; the link beside it does, and that Dana looked is on record. One task has one name."""
    jane = council.has("Jane Hill")
    need = council.needs((PARCEL, 20))
    council.asks(need, jane)
    council.says(need, jane, AnswerKind.question, note="Is there a lift?")
    (task,) = council.situation(need).open_tasks
    page = dana.get(f"/console/tasks/{task.id}").text
    assert "Answer a question</h1>" in page
    assert "Is there a lift?" not in page
    assert not council.door.store.looks(need)
    assert "Is there a lift?" in dana.get(links(page)["Read what Jane Hill wrote"]).text
    assert len(council.door.store.looks(need)) == 1
