"""The web function answers requests as API Gateway hands them over, and believes nobody about where they come from."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import pytest

from lambdas import web
from lambdas.web import answer
from tests.lambdas.events import request


def ask(*given: Any, **more: Any) -> Any:
    return answer(request(*given, **more), None)


def test_a_page_and_the_health_of_the_process(function: Path) -> None:
    """Amina's council is reached: a page in words, the health in JSON, neither kept by anybody on the way."""
    page, health = ask("/"), ask("/healthz")
    assert page["statusCode"] == 200
    assert "Example Council" in page["body"]
    assert not page["isBase64Encoded"]
    assert (health["statusCode"], health["body"]) == (200, '{"up":true}')
    assert page["headers"]["cache-control"] == "no-store"


def test_what_never_changes_may_be_kept_for_a_year(function: Path) -> None:
    """A stylesheet's address names its content, so a browser asks for it once."""
    page = ask("/")["body"]
    address, version = page.partition('href="/static/govuk-frontend.css?v=')[2].partition('"')[0], "v="
    sheet = ask("/static/govuk-frontend.css", query=version + address)
    assert sheet["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet["headers"]["content-type"].startswith("text/css")


def test_a_form_in_base64_is_read(function: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """API Gateway sends a form's body in base64; Sam's request for a new link is understood all the same."""
    monkeypatch.setattr(web, "EVEN", 0.0)
    assert ask("/r/new", "POST", {"reference": "N-7K3QX2", "email": "sam@example.org"})["statusCode"] == 200
    assert ask("/r/new", "POST", {"reference": "N-7K3QX2", "email": "sam"})["statusCode"] == 422


def test_how_long_an_answer_takes_says_nothing(function: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function cannot look for an address after its answer has gone, so whoever asks for a link waits the same."""
    monkeypatch.setattr(web, "EVEN", 0.7)
    for path in ("/r/new", "/r/ne%77"):  # the same page, however it is written
        began = time.monotonic()
        ask(path, "POST", {"reference": "N-7K3QX2", "email": "sam@example.org"})
        assert time.monotonic() - began >= 0.7
    began = time.monotonic()
    ask("/r/new")
    assert time.monotonic() - began < 0.7


def test_who_asks_is_who_api_gateway_says(function: Path) -> None:
    """Somebody who tries links and forges X-Forwarded-For is stopped; somebody elsewhere is not."""
    tries = [ask(f"/r/{n}", x_forwarded_for=f"198.51.100.{n}", forwarded=f"for=198.51.100.{n}") for n in range(61)]
    assert [one["statusCode"] for one in tries] == [404] * 60 + [429]
    assert ask("/r/x", source="198.51.100.9")["statusCode"] == 404


def test_nobody_passes_for_this_machine_itself(function: Path) -> None:
    """The mailbox is for this machine alone: no header makes a visitor local."""
    for forged in ({"host": "localhost"}, {"host": "localhost", "x_forwarded_for": "127.0.0.1"}):
        assert ask("/mailbox", **forged)["statusCode"] == 404


def test_cookies_come_and_go_one_by_one(function: Path) -> None:
    """A cookie set is in the list that API Gateway sends on; cookies shown arrive together."""
    page = ask("/console/sign-in", cookies=("muster=not-one-of-ours", "other=1"))
    assert page["statusCode"] == 200
    assert any(cookie.startswith("__Host-muster") and "Secure" in cookie for cookie in page["cookies"])


def test_below_an_address_of_its_own(function: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At example.gov.uk/muster requests come with that path, and links lead to it."""
    monkeypatch.setenv("MUSTER_BASE_URL", "https://example.gov.uk/muster")
    page = ask("/muster/", host="example.gov.uk")
    assert page["statusCode"] == 200
    assert 'href="/muster/static/' in page["body"]


def test_a_problem_of_the_api_is_text(function: Path) -> None:
    """What a program gets when its key is missing can be read in a log of API Gateway's."""
    refused = ask("/api/v1/needs")
    assert refused["statusCode"] == 401
    assert not refused["isBase64Encoded"]
    assert "Authorization: Bearer" in refused["body"]


BROKEN: list[dict[str, Any]] = [
    request("/", host="[::1]:80:90"),
    request("/") | {"body": "a", "isBase64Encoded": True},
    request("/", x_forwarded_port="many"),
    {key: value for key, value in request("/").items() if key != "headers"} | {"headers": None},
    request("/r/\ud800"),
    request("/") | {"requestContext": {"http": {}}},
]


@pytest.mark.parametrize("event", BROKEN, ids=["host", "base64", "port", "headers", "surrogate", "context"])
def test_what_cannot_be_read_is_refused(function: Path, event: dict[str, Any]) -> None:
    """Whatever somebody makes of a request, the function answers and does not fail."""
    assert answer(event, None)["statusCode"] in (400, 404)


def test_a_file_in_base64_is_read(function: Path) -> None:
    """What a browser uploads is whatever bytes it is: it arrives, and is refused only for who sends it."""
    event = request("/console/partners/import", "POST")
    event["headers"]["content-type"] = "multipart/form-data; boundary=x"
    event |= {"body": base64.b64encode(b"--x\r\n\xff\x00\r\n--x--").decode(), "isBase64Encoded": True}
    assert answer(event, None)["statusCode"] in (303, 404)


def test_one_process_serves_one_site(function: Path) -> None:
    """What a cold start makes is made once."""
    assert web._site() is web._site()
