"""Headers, methods, bodies, other sites, errors, health, mailbox: what holds for every page."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from datetime import timedelta

import pytest
from council import NOW, Council
from httpx import Response

from domain.links import Purpose
from infra.sweeps import PLANNED, SWEPT
from web import app, forms, partner, partner_pages
from web.forms import FormBroken, parse_form
from web.security import network_of, route_template

Asked = tuple[Council, str, str]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def is_guarded(page: Response) -> bool:
    policy = page.headers["content-security-policy"]
    return (
        all(
            rule in policy
            for rule in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri")
        )
        and "unsafe" not in policy
        and page.headers["cache-control"] == "no-store"
        and page.headers["referrer-policy"] == "no-referrer"
        and page.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
        and page.headers["x-content-type-options"] == "nosniff"
        and "set-cookie" not in page.headers
    )


def test_every_response_is_guarded(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """T18 W10 W11: pages, redirects, refusals, 404, 405, 413, 415, 422, 500, 503: all headers, no cookie."""
    council, need, link = asked
    pages = [
        council.get(link),
        council.post(link, answer="accept"),
        council.post(link, answer="accept", confirm="yes"),
        council.post(link),
        council.get(council.link(Purpose.status, need)),
        council.get("/"),
        council.get("/r/new"),
        council.get("/healthz"),
        council.get("/readyz"),
        council.get("/nowhere"),
        council.get("/r/unknown"),
        council.client.put(link),
        council.client.post(link, content=b"x" * 70_000, headers=FORM),
        council.client.post(link, json={}),
        council.client.post(link, content=b"a=%00", headers=FORM),
        council.client.post(link, data={"answer": "accept"}, headers={"Sec-Fetch-Site": "cross-site"}),
    ]
    monkeypatch.setattr(partner_pages, "say_invitation", lambda *_: 1 / 0)
    pages.append(council.get(link))
    assert [p.status_code for p in pages] == [
        200, 200, 303, 422, 200, 200, 200, 200, 503, 404, 404, 405, 413, 415, 400, 403, 500,
    ]  # fmt: skip
    assert all(is_guarded(page) for page in pages)


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "TRACE", "PATCH"])
def test_other_methods_do_nothing(asked: Asked, method: str) -> None:
    """L13: 405 with Allow on every link; no write."""
    council, need, link = asked
    before = council.version(need)
    for path in (link, council.link(Purpose.status, need), "/r/new", "/healthz"):
        page = council.client.request(method, path, headers={"X-HTTP-Method-Override": "POST"})
        assert page.status_code == 405
        assert "GET" in page.headers["allow"]
    assert council.version(need) == before


def test_a_page_fetches_nothing_from_elsewhere(asked: Asked) -> None:
    """T16 T17 B05: own stylesheet and icon only; no script, no inline style, no cookie; no referrer goes along."""
    page = asked[0].get(asked[2])
    for absent in ("<script", "http://", "https://", "style=", "onclick", "url("):
        assert absent not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_the_stylesheet_is_kept_for_a_year(asked: Asked) -> None:
    """Its address names its content."""
    council = asked[0]
    address = council.get(asked[2]).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    page = council.get(address)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/css")
    assert "immutable" in page.headers["cache-control"]
    assert council.get("/static/muster.css").headers["cache-control"] == "no-cache"
    assert council.get("/static/../app.py").status_code == 404
    assert council.get("/static/..%2fapp.py").status_code == 404


# --- hostile headers ------------------------------------------------------------


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://]", "http://[x]"])
def test_an_origin_no_browser_sends_is_refused(council: Council, origin: str) -> None:
    """W02: 403, not an incident."""
    assert council.client.post("/r/new", data={}, headers={"Origin": origin}).status_code == 403


def test_a_mail_program_may_mute_in_multipart(asked: Asked) -> None:
    """L16: RFC 8058 prefers multipart for its one field; on other pages, and with other fields, it is refused."""
    council, _, invite = asked
    link = council.link(Purpose.unsubscribe, "riverside-kitchen|food")
    click = {"List-Unsubscribe": (None, "One-Click")}
    assert council.client.post(invite, files=click).status_code == 415
    assert council.client.post(link, files={"other": (None, "One-Click")}).status_code == 415
    assert council.client.post(link, files=click).status_code == 200
    kitchen = council.door.store.responder("riverside-kitchen")
    assert kitchen
    assert kitchen.muted == ("food",)


# --- bodies -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=" + b"x" * 65_535, FORM, 413),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        (b"answer=accept", {}, 415),
        (b"answer=accept", FORM | {"Content-Encoding": "gzip"}, 415),
        (b"answer=\xff\xfe", FORM, 400),
        (b"answer=%ff%fe", FORM, 400),
        (b"answer=accept%00", FORM, 400),
        (b"answer=accept&answer=reject", FORM, 400),
        ("&".join(f"f{n}=1" for n in range(51)).encode(), FORM, 400),
        ("&".join(f"f{n}=1" for n in range(5000)).encode(), FORM, 400),
        (b"", FORM, 422),
        (b"&&==&", FORM, 422),
    ],
)
def test_what_no_page_of_ours_sends(asked: Asked, body: bytes, headers: dict[str, str], status: int) -> None:
    """Too large, of another kind, not UTF-8, NUL, said twice, too many fields: refused, nothing written."""
    council, need, link = asked
    before = council.version(need)
    assert council.client.post(link, content=body, headers=headers).status_code == status
    assert council.version(need) == before


def test_a_body_without_a_length_is_limited_too(asked: Asked) -> None:
    """413 once 64 KiB have come, whatever was announced."""
    page = asked[0].client.post(asked[2], content=(b"x" * 1000 for _ in range(100)), headers=FORM)
    assert page.status_code == 413


def test_a_huge_address_is_only_an_address(asked: Asked) -> None:
    """Long queries are ignored."""
    assert asked[0].get(asked[2] + "?q=" + "x" * 50_000).status_code == 200


def test_a_slow_sender_is_not_waited_for(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """W21: a body that does not come, here or where officers sign in, ends in 408; a page in between comes at once."""
    monkeypatch.setattr(forms, "PATIENCE", 0.2)
    council, _, link = asked
    served = app.create_app(council.door)

    async def request(method: str, path: str) -> int:
        statuses: list[int] = []

        async def receive() -> dict[str, object]:
            await asyncio.sleep(0 if method == "GET" else 30)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(str(message["status"])))

        headers = [(b"host", b"127.0.0.1"), (b"content-type", FORM["Content-Type"].encode()), (b"content-length", b"9")]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
                 "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "server": ("127.0.0.1", 80),
                 "http_version": "1.1", "root_path": ""}  # fmt: skip
        await served(scope, receive, send)  # type: ignore[arg-type]
        return statuses[0]

    async def all_at_once() -> list[int]:
        slow = [request("POST", path) for path in (link, "/console/sign-in") for _ in range(100)]
        return await asyncio.gather(*slow, request("GET", link))

    assert asyncio.run(all_at_once()) == [408] * 200 + [200]


def test_parsing_keeps_what_was_typed() -> None:
    """Plus signs, percent signs, ampersands and all letters arrive as typed."""
    assert parse_form(b"note=a%2Bb+c%26d%25&name=Zo%C3%AB") == {"note": "a+b c&d%", "name": "Zoë"}
    with pytest.raises(FormBroken):
        parse_form(b"n%00me=1")


# --- other sites --------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "https://127.0.0.1:8000"}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://help.kingsbourne.example.org", "Host": "help.kingsbourne.example.org"}, 200),
        ({}, 200),
    ],
)
def test_another_site_cannot_send_our_forms(asked: Asked, headers: dict[str, str], status: int) -> None:
    """W01 W02: cross-site or of another origin: 403; `null`, which our own pages send, and our own names: fine."""
    assert asked[0].client.post(asked[2], data={"answer": "accept"}, headers=headers).status_code == status


# --- what goes wrong, and what is logged ---------------------------------------


def test_a_fault_of_ours_is_a_kind_page(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 with an incident to quote; the log has the incident and the place, and nothing anybody typed."""
    council, _, link = asked

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("private words: Amina, 12 Elm Road")

    monkeypatch.setattr(partner, "take_answer", breaks)
    with caplog.at_level(logging.INFO, logger="muster"):
        page = council.post(link, answer="accept", note="Amina is my aunt")
    assert page.status_code == 500
    incident = page.text.partition("incident ")[2][:8]
    assert f"incident {incident}: ValueError at /r/{{token}}" in caplog.text
    for private in ("Amina", "Elm Road", link.removeprefix("/r/"), "aunt"):
        assert not any(private in r.getMessage() for r in caplog.records if r.name.startswith("muster"))


def test_logs_hold_no_tokens(asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    """Route templates only, for good links and bad."""
    council, _, link = asked
    with caplog.at_level(logging.INFO, logger="muster"):
        council.get(link)
        council.get("/r/secret-guess")
        council.get("/secret-path/x")
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("muster")]
    assert ours == ["GET /r/{token} 200", "GET /r/{token} 404", "GET (other) 404"]
    assert route_template("/p/k1.secret") == "/p/{token}"
    assert route_template("/mailbox/20261123T090000-x.eml/html") == "/mailbox"


def test_addresses_are_counted_by_neighbourhood() -> None:
    """/24 of IPv4, /64 of IPv6, and IPv4 written as IPv6 is IPv4."""
    assert network_of("203.0.113.77") == network_of("203.0.113.1") == network_of("::ffff:203.0.113.9")
    assert network_of("2001:db8:1:2::9") == network_of("2001:db8:1:2:ffff::1") != network_of("2001:db8:1:3::9")
    assert network_of("not an address") == "not an address"


# --- health -------------------------------------------------------------------


def test_ready_when_sweeps_happen_and_are_planned(council: Council) -> None:
    """200 at the very limits; just past them 503, with what is wrong in words."""
    assert council.get("/healthz").status_code == 200
    assert council.get("/readyz").json()["wrong"] == ["No sweep has been made yet.", "No sweep is planned."]
    council.door.store.mark(SWEPT, NOW - timedelta(seconds=180))
    council.door.store.mark(PLANNED, NOW - timedelta(seconds=90))
    assert council.get("/readyz").json() == {"ready": True, "wrong": [], "attention": []}
    council.moment += timedelta(seconds=1)
    late = council.get("/readyz")
    assert late.status_code == 503
    assert late.json()["wrong"] == [
        "The last sweep was 181 s ago; at most 180 s are allowed.",
        "The planned sweep is 91 s late.",
    ]


# --- mailbox --------------------------------------------------------------------

MAIL = (
    "From: Kingsbourne Council <help@example.org>\r\nTo: sam@example.org\r\nSubject: Can you help? <b>\r\n"
    "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nAnswer at\r\nhttp://127.0.0.1:8000/r/k1.abc\r\n<script>\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    '<p style="color:red">Hello <a href="http://127.0.0.1:8000/r/k1.abc">answer</a></p>\r\n--x--\r\n'
)
NAME = "20261123T090000-Mabc.eml"


@pytest.fixture
def mailbox(council: Council) -> Council:
    (council.home / "outbox").mkdir()
    (council.home / "outbox" / NAME).write_bytes(MAIL.encode())
    return council


def test_the_mailbox_shows_mails_on_this_computer(mailbox: Council) -> None:
    """The list, one mail with clickable links, and its HTML under a policy that lets it do nothing."""
    assert NAME in mailbox.get("/mailbox").text
    page = mailbox.get(f"/mailbox/{NAME}")
    assert "Can you help? &lt;b&gt;" in page.text
    assert '<a href="http://127.0.0.1:8000/r/k1.abc">' in page.text
    assert "<script>" not in page.text
    html = mailbox.get(f"/mailbox/{NAME}/html")
    assert '<a target="_top" href="http://127.0.0.1:8000/r/k1.abc">' in html.text
    policy = html.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert html.headers["cache-control"] == "no-store"
    assert "/mailbox" in mailbox.get("/").text


@pytest.mark.parametrize("name", ["..%2fmuster.db", "absent.eml", "..eml", "%00.eml", "keys"])
def test_the_mailbox_opens_mails_only(mailbox: Council, name: str) -> None:
    """No other file, and nothing outside its folder."""
    assert mailbox.get(f"/mailbox/{name}").status_code == 404


def test_the_mailbox_is_for_this_computer(mailbox: Council) -> None:
    """404 from elsewhere, under another name, through a proxy, or when real mail is sent."""
    assert mailbox.visitor("192.0.2.9").get("/mailbox").status_code == 404
    assert mailbox.get("/mailbox", headers={"Host": "muster.example.org"}).status_code == 404
    assert mailbox.get("/mailbox", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 404
    assert mailbox.get("/mailbox", headers={"Host": "localhost:8000"}).status_code == 200
    assert mailbox.get("/mailbox", headers={"Host": "[::1]:8000"}).status_code == 200
    assert "/mailbox" not in mailbox.visitor("192.0.2.9").get("/").text


def test_pages_never_import_prefect() -> None:
    """Import time matters on Lambda: nothing of Prefect, SQLAlchemy, FastAPI or boto3 comes along."""
    heavy = "{'prefect', 'sqlalchemy', 'fastapi', 'boto3', 'typer', 'rich', 'httpx'}"
    code = f"import sys, web.app; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
