"""Every page that is not the console's, in a real browser: on a phone, at a desk, and at 400 %, sent forms included."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page
from starlette.routing import Route

from cli.demo.pages import links
from tests.browser.full_town import FullTown
from tests.browser.looking import what_is_wrong
from tests.browser.windows import AT_400_PERCENT, DESK, PHONE, Windows, follow
from tests.town import Town, address
from web.app import create_app
from web.signin.guarding import Guarded

SIZES = (("400 %", AT_400_PERCENT), ("phone", PHONE), ("desk", DESK))
NO_PAGES = (  # a file, words for a machine, and somebody's mail as it was sent, which test_mails.py looks at
    "/r/ics/{token:anything}", "/static/{name}", "/healthz", "/readyz", "/mailbox/{name}/html",
)  # fmt: skip
LINKS = {f"/{letter}/{{token:anything}}": f"/{letter}/" for letter in "rstup"}
OF_EACH = 5  # the newest links of a kind: they lead to needs that stand differently


@pytest.fixture(scope="module")
def town(full: FullTown) -> Town:
    return full.town


def addresses(town: Town) -> dict[str, list[str]]:
    """What to open of each route; what is not here fails the test."""
    found = {path: [path] for path in ("/", "/r/new", "/privacy", "/accessibility", "/mailbox")}
    found["/mailbox/{name}"] = [f"/mailbox/{key}" for key, _ in town.mails()[-2:]]
    for path, begins in LINKS.items():
        found[path] = [*sent(town, begins)[-OF_EACH:], f"{begins}no-such-link"]
    return found


def sent(town: Town, begins: str) -> list[str]:
    """The paths of all links of a kind that were mailed, each once, the newest last."""
    paths = (link.removeprefix(town.base_url) for _, mail in town.mails() for link in links(mail))
    return list(dict.fromkeys(path for path in paths if path.startswith(begins)))


def test_every_public_page_is_in_nobodys_way(town: Town, windows: Windows) -> None:
    """B06: what the accessibility statement says: axe finds nothing serious, there is one first heading, and nothing
    is to be scrolled sideways at 360 pixels and at 400 %."""
    known, page, wrong = addresses(town), windows.open(), []
    for route in create_app(town.door).routes:
        if not isinstance(route, Route) or isinstance(route, Guarded) or route.path.startswith("/console"):
            continue  # test_console_pages.py looks at these; the API's are words for machines
        assert route.path in known or route.path in NO_PAGES, f"{route.path} has no address to try: add one"
        for path in known.get(route.path, []):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == (404 if "no-such" in path else 200), f"{path} answers {answer.status}"
            wrong += faults(page, route.path)
    assert not wrong, "\n".join(wrong)


def faults(page: Page, where: str) -> list[str]:
    """What is wrong with the page as it is shown now, in each size."""
    found = []
    for size, viewport in SIZES:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        found += [f"{where} ({size}): {fault}" for fault in what_is_wrong(page, rules=size == "desk")]
    return found


def partner_offers_part(full: FullTown, page: Page) -> Iterator[str]:
    """The answer of a partner: nothing chosen, a check page, what it came to."""
    page.goto(full.town.inbox("Hogsmill Food Bank").expects("Can you help", full.needs["open"]).link)
    yield "Continue"
    page.get_by_label("part of it", exact=False).check()
    page.locator("[name=quantity-1]").fill("5")
    yield "Continue"
    yield "Send my answer"


def somebody_lost_a_link(full: FullTown, page: Page) -> Iterator[str]:
    """A new link is asked for: with nothing filled in, and with all."""
    page.goto("/r/new")
    yield "Send me a new link"
    page.locator("[name=reference]").fill(full.needs["open"])
    page.locator("[name=email]").fill(address("Sam Carter"))
    yield "Send me a new link"


def resident_got_part(full: FullTown, page: Page) -> Iterator[str]:
    """A resident says how it went."""
    page.goto(full.town.inbox("Tom Reilly").expects("Did you get").link)
    yield "Continue"
    page.get_by_label("Only part of it happened").check()
    yield "Continue"
    yield "Send my answer"


def partner_wants_no_more(full: FullTown, page: Page) -> Iterator[str]:
    """A partner's own page with nothing chosen; then the link that ends the mails to one address."""
    page.goto(sent(full.town, "/p/")[-1])
    yield "Continue"
    page.goto(sent(full.town, "/u/")[-1])
    yield "Stop them"


def officer_takes_a_task(full: FullTown, page: Page) -> Iterator[str]:
    """By the link in the mail: the page on which it is theirs."""
    page.goto(sent(full.town, "/t/")[-1])
    yield "Take this task"


STEPS = (partner_offers_part, somebody_lost_a_link, resident_got_part, partner_wants_no_more, officer_takes_a_task)


@pytest.mark.parametrize("goes", STEPS)
def test_every_step_of_a_form_is_in_nobodys_way(
    full: FullTown, windows: Windows, goes: Callable[[FullTown, Page], Iterator[str]]
) -> None:
    """B06 B07: the page of mistakes, the check page and the page at the end are looked at like any other."""
    page, wrong = windows.open(), []
    for button in goes(full, page):
        follow(page.get_by_role("button", name=button, exact=True))
        wrong += faults(page, f"{page.title()}, after {button}")
    assert not wrong, "\n".join(wrong)
