"""Every page of the console in a real browser: nothing in anybody's way, enlarged or on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from starlette.routing import Route

from tests.browser.full_town import ADMIN, DUTY, EVERY_STATE, VIEWER, FullTown
from tests.browser.looking import what_is_wrong
from tests.browser.windows import AT_400_PERCENT, DESK, PHONE, Windows, follow
from tests.town import Town
from web.console.routes import console_routes
from web.security import Limits
from web.signin.guarding import Guarded
from web.site import Site

NO_PAGES = ("/console/report/figures.csv", "/console/report/chart/{name}.svg")  # a file and a picture
ELSEWHERE = (  # unguarded, or only a step on the way to another page
    "/console", "/console/sign-in/provider", "/console/sign-in/back", "/console/set-up/{token}/provider",
)  # fmt: skip
SIZES = (("400 %", AT_400_PERCENT), ("phone", PHONE), ("desk", DESK))


@pytest.fixture(scope="module")
def town(full: FullTown) -> Town:
    return full.town


def addresses(full: FullTown) -> dict[str, list[str]]:
    """What to open of each route; what is not here fails the test."""
    needs, need = full.needs, "/console/needs/{ref}"
    found = {
        path: [path]
        for path in (
            "/console/", "/console/sign-in", "/console/needs", "/console/needs/new", "/console/tasks",
            "/console/incidents", "/console/incidents/new", "/console/incidents/hold-all",
            "/console/incidents/resume-all", "/console/partners", "/console/partners/import", "/console/playbooks",
            "/console/report", "/console/settings", "/console/settings/officers", "/console/settings/officers/new",
            "/console/settings/keys", "/console/settings/audit", "/console/settings/person", *NO_PAGES[:1],
        )
    }  # fmt: skip
    found["/console/needs"] += ["/console/needs?search=N-222222", f"/console/needs?search={needs['open']}"]
    found["/console/sign-out"] = ["/console/"]
    found["/console/{rest:path}"] = ["/console/nowhere"]
    found["/console/set-up/{token}"] = [full.set_up, "/console/set-up/not-a-link"]
    found[NO_PAGES[1]] = ["/console/report/chart/outcomes.svg"]
    found[need] = [f"/console/needs/{ref}" for ref in needs.values()] + ["/console/needs/N-222222"]
    for page in ("why", "story", "messages", "private"):
        found[f"{need}/{page}"] = [f"/console/needs/{needs['open']}/{page}"]
    for command in ("amend", "extend", "next-round", "hold", "take", "withdraw", "close"):
        found[f"{need}/{command}"] = [f"/console/needs/{needs['open']}/{command}"]
    found[f"{need}/close"] += [f"/console/needs/{needs['met']}/close"]
    for command in ("keep", "keep-no-longer"):
        found[f"{need}/{command}"] = [f"/console/needs/{needs['met']}/{command}"]
    found[f"{need}/resume"] = [f"/console/needs/{needs['on-hold']}/resume"]
    for command, label, partner in (
        ("ask", "open", "riverside-kitchen"),
        ("answer", "open", "norbiton-neighbours"),
        ("transfer", "open", "norbiton-neighbours"),
        ("choose", "offered", "kingsway-care"),
    ):
        path = f"/console/needs/{needs[label]}/{command}"
        found[f"{need}/{command}"] = [path, f"{path}?partner={partner}"]
    found["/console/tasks/{id}"] = [f"/console/tasks/{task}" for task in full.tasks]
    found["/console/incidents/{ref}"] = [f"/console/incidents/{full.incident}", "/console/incidents/X-PRACT2"]
    for command in ("hold", "resume", "close"):
        found[f"/console/incidents/{{ref}}/{command}"] = [f"/console/incidents/{full.incident}/{command}"]
    for page in ("", "/contacts", "/change"):
        found[f"/console/partners/{{id}}{page}"] = [f"/console/partners/norbiton-neighbours{page}"]
    for page in ("", "/try"):
        found[f"/console/playbooks/{{name}}{page}"] = [f"/console/playbooks/everyday{page}"]
    officer = full.town.door.store.officers()[0].id
    found["/console/settings/officers/{id}"] = [f"/console/settings/officers/{officer}"]
    found["/console/settings/keys/{id}/revoke"] = [f"/console/settings/keys/{full.key}/revoke"]
    return found


def pages(full: FullTown) -> Iterator[tuple[str, str]]:
    """Every address to open, with its route, as `console_routes` lists them."""
    known = addresses(full)
    for route in console_routes(Site(full.town.door, Limits())):
        assert isinstance(route, Route)
        if route.path in ELSEWHERE:
            assert not isinstance(route, Guarded), f"{route.path} is guarded, so it is to be looked at"
        elif route.path not in NO_PAGES:
            assert route.path in known, f"{route.path} has no address to try: add one"
            yield from ((route.path, address) for address in known[route.path])


def test_a_full_town_holds_a_need_in_every_state(full: FullTown) -> None:
    """What is looked at here is everything there is to look at."""
    assert full.states() == EVERY_STATE
    assert len(full.tasks) >= 5


def test_no_page_of_the_console_is_in_anybodys_way(full: FullTown, windows: Windows) -> None:
    """B06: on every page axe finds nothing serious, there is one first heading, and nothing is to be scrolled sideways
    at 360 pixels and at 400 %."""
    page = windows.open(officer=ADMIN)
    wrong = [fault for _, address in pages(full) for fault in faults_at(page, address)]
    assert not wrong, "\n".join(wrong)


def faults_at(page: Page, address: str) -> list[str]:
    answer = page.goto(address)
    assert answer is not None
    expected = (404,) if any(word in address for word in ("nowhere", "not-a-link", "/N-222222")) else (200, 409)
    found = [] if answer.status in expected else [f"{address} answers {answer.status}"]
    return found + [f"{address} {fault}" for fault in at_every_size(page)]


def at_every_size(page: Page) -> list[str]:
    """What is wrong with the page as it is shown now, enlarged, on a phone and at a desk."""
    found = []
    for size, viewport in SIZES:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        found += [f"({size}): {fault}" for fault in what_is_wrong(page, rules=size == "desk")]
    return found


@pytest.mark.parametrize("path", NO_PAGES)
def test_files_and_pictures_are_served(full: FullTown, windows: Windows, path: str) -> None:
    """The report's figures and its charts are not pages; they answer."""
    page = windows.open(officer=ADMIN)
    for address in addresses(full)[path]:
        assert page.context.request.get(address).status == 200


def test_what_a_mistake_shows(full: FullTown, windows: Windows) -> None:
    """B07: every form sent as it is served leads to a page as good as any: a mistake named, or what would happen."""
    page = windows.open(officer=ADMIN)
    wrong = []
    sent = 0
    first_of_each = dict(reversed(list(pages(full))))
    for path, address in first_of_each.items():
        if path in ("/console/settings/keys", "/console/set-up/{token}"):  # these make something, or sign somebody in
            continue
        page.goto(address)
        button = page.locator("main form[method=post]").get_by_role("button", name="Continue", exact=True)
        if button.count():
            follow(button.last)
            sent += 1
            wrong += [f"{address}, sent: {fault}" for fault in what_is_wrong(page)]
    assert not wrong, "\n".join(wrong)
    assert sent > 10


def test_a_person_is_erased_on_pages_anybody_can_read(full: FullTown, windows: Windows) -> None:
    """P04: Sam has promised a lift, so why he cannot be erased yet, the check, and what was done are pages as good as
    any other."""
    page = windows.open(officer=ADMIN)
    wrong = []
    for ended, heading in ((False, "Nothing can be erased yet"), (True, "Check before you erase")):
        page.goto("/console/settings/person")
        page.get_by_label("Who is it about?").fill("sam.carter@example.org")
        page.get_by_label("Erase what is known").check()
        page.get_by_label("They asked for it").check()
        page.get_by_label("End their open needs").set_checked(ended)
        follow(page.get_by_role("button", name="Continue"))
        page.get_by_role("heading", name=heading).wait_for()
        assert (full.needs["confirming"] in page.locator("main").inner_text()) is not ended
        assert page.get_by_role("button", name="Erase it").count() == ended
        wrong += at_every_size(page)
    follow(page.get_by_role("button", name="Erase it"))
    page.get_by_role("heading", name="It is erased").wait_for()
    assert not (wrong + at_every_size(page))


def test_the_menu_on_a_phone(full: FullTown, windows: Windows) -> None:
    """On a phone all places of the console are behind one word, which opens without a script; at a desk they are
    in a row; never twice."""
    page = windows.open(officer=DUTY, phone=True, scripts=False)
    page.goto("/console/")
    places = page.get_by_role("link", name="Partners", exact=True)
    assert places.count() == 0
    menu = page.locator("summary", has_text="Menu")
    menu.click()
    assert places.count() == 1
    follow(places)
    assert page.url.endswith("/console/partners")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    assert places.count() == 1
    assert not menu.is_visible()


def test_a_viewer_sees_no_buttons(full: FullTown, windows: Windows) -> None:
    """Vera may look: no page of hers has a form that changes anything, and what she may not do is a kind page."""
    page = windows.open(officer=VIEWER)
    for address in ("/console/", "/console/needs", *(f"/console/needs/{ref}" for ref in full.needs.values()),
                    *(f"/console/tasks/{task}" for task in full.tasks), f"/console/incidents/{full.incident}",
                    "/console/partners/norbiton-neighbours"):  # fmt: skip
        page.goto(address)
        assert page.locator("main form[method=post]").count() == 0, f"{address} has a form"
        assert page.get_by_role("heading", name="What you can do").count() == 0, f"{address} offers commands"
    answer = page.goto(f"/console/needs/{full.needs['open']}/amend")
    assert answer is not None
    assert answer.status == 403
    assert not what_is_wrong(page)
