"""Whole journeys in real browsers: an officer at a desk, a partner on a phone, a resident; the town is the worker."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from cli.demo.pages import links
from infra.officers import add_officer, invite, new_officer
from tests.browser.looking import assert_fine, tab_to
from tests.browser.windows import Windows, follow
from tests.town import Town, address

DANA, VERA = "Dana Duty", "Vera Viewer"
PASSWORD = "copper kettle under rain"
REFERENCE = re.compile(r"N-[2-9A-Z]{6}")


@pytest.fixture(autouse=True)
def people(town: Town) -> None:
    """Dana is on duty, Vera may look; two partners have food."""
    for name, role in ((DANA, "duty"), (VERA, "viewer")):
        assert add_officer(town.door, new_officer(name, address(name), role), "command")
    town.has("Riverside Kitchen", "community", "food-parcel", "hot-meal")
    town.settle()


def signs_in(town: Town, page: Page, name: str) -> None:
    """By the link that sets up how, then, signed out again, by password."""
    officer = next(officer for officer in town.door.store.officers() if officer.name == name)
    page.goto(invite(town.door, officer, "command"))
    assert_fine(page)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    follow(page.get_by_role("button", name="Save and sign in"))
    follow(page.get_by_role("button", name="Sign out"))
    assert_fine(page)
    page.get_by_label("Email address").fill(address(name))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Sign in", exact=True))
    assert page.get_by_role("heading", level=1).inner_text()


def goes_on(page: Page, button: str = "Continue") -> None:
    """Press a button; the page it leads to is as good as any."""
    follow(page.get_by_role("button", name=button, exact=True).last)
    assert_fine(page)


def records(town: Town, page: Page, summary: str, count: int, resident: str) -> str:
    """Record a need in the pages of the console, and let the worker look at it."""
    page.goto("/console/needs/new")
    assert_fine(page)
    page.get_by_label("What is needed, in a sentence").fill(summary)
    page.get_by_label("Kind of help 1").select_option("food-parcel")
    page.locator("[name=count-1]").fill(str(count))
    goes_on(page)
    page.get_by_label("By when is it needed?").fill("2026-03-06T17:00")
    page.get_by_label("Or the area").fill("Norbiton")
    goes_on(page)
    page.get_by_label("Name", exact=True).fill(resident)
    page.get_by_label("Email address", exact=True).first.fill(address(resident))
    page.get_by_label("Address", exact=True).fill("12 Example Road, KT1 1ZZ")
    goes_on(page)
    seen = page.locator(".letter").inner_text()
    assert f"{count} food parcels" in seen
    assert resident not in seen
    goes_on(page, "Record it and look for help")
    town.settle()
    found = REFERENCE.search(page.url)
    assert found, page.url
    return found[0]


def changes_to(town: Town, page: Page, need: str, count: int) -> None:
    """Change how many food parcels are needed."""
    page.goto(f"/console/needs/{need}")
    follow(page.get_by_role("link", name="Change what is needed"))
    page.locator("[name=amount-food-parcel]").fill(str(count))
    goes_on(page)
    goes_on(page, "Change it")
    town.settle()


def mailed_path(town: Town, name: str, *words: str) -> str:
    """Where the link of the mail that says these words leads."""
    return links(town.inbox(name).expects(*words).last)[0].removeprefix(town.base_url)  # type: ignore[arg-type]


def test_a_need_from_the_first_page_to_the_story(town: Town, windows: Windows) -> None:
    """W01: Dana records it, Riverside Kitchen offers part by phone without scripts, Dana changes it and asks them to go
    to another need with some, Amina says partly, and Dana reads all of it in the story."""
    desk = windows.open()
    signs_in(town, desk, DANA)
    need = records(town, desk, "Food for a family of five until Friday", 20, "Amina Haddad")

    phone = windows.open(phone=True, scripts=False)
    phone.goto(mailed_path(town, "Riverside Kitchen", "Can you help", need))
    phone.get_by_label("part of it", exact=False).check()
    phone.locator("[name=quantity-1]").fill("12")
    follow(phone.get_by_role("button", name="Continue"))
    follow(phone.get_by_role("button", name="Send my answer"))
    town.settle()
    assert town.counts(need) == {"food-parcel": 12}

    desk.goto(f"/console/needs/{need}")
    assert_fine(desk)
    assert "12 of 20" in desk.locator("main").inner_text()
    changes_to(town, desk, need, 14)

    other = records(town, desk, "Food for two until Monday", 4, "Rosa Lind")
    desk.goto(f"/console/needs/{need}")
    follow(desk.get_by_role("link", name="Ask to go elsewhere"))
    assert_fine(desk)
    desk.get_by_label("Food for two until Monday").check()
    desk.locator("[name=amount-food-parcel]").fill("4")
    goes_on(desk)
    goes_on(desk, "Ask them")
    town.settle()

    phone.goto(mailed_path(town, "Riverside Kitchen", "Could you go somewhere else instead"))
    phone.get_by_label("Yes, I go there instead").check()
    follow(phone.get_by_role("button", name="Continue"))
    follow(phone.get_by_role("button", name="Send my answer"))
    town.settle()
    assert town.counts(other) == {"food-parcel": 4}
    assert town.counts(need) == {"food-parcel": 8}
    assert not phone.context.cookies(), "a partner's page set a cookie"
    changes_to(town, desk, need, 8)

    town.time_passes("5d")
    resident = windows.open(phone=True, scripts=False)
    resident.goto(mailed_path(town, "Amina Haddad", "Did you get"))
    resident.get_by_label("Only part of it happened").check()
    follow(resident.get_by_role("button", name="Continue"))
    follow(resident.get_by_role("button", name="Send my answer"))
    town.settle()

    desk.goto(f"/console/needs/{need}")
    desk.get_by_label("Email address").fill(address(DANA))  # her session has ended in the meantime
    desk.get_by_label("Password", exact=True).fill(PASSWORD)
    follow(desk.get_by_role("button", name="Sign in", exact=True))
    desk.goto(f"/console/needs/{need}/story")
    assert_fine(desk)
    story = desk.locator("main").inner_text()
    for words in ("Riverside Kitchen said yes: 12", "14 food parcels needed", f"goes to {other}", "happened in part"):
        assert words in story, story


def test_by_keyboard_alone(town: Town, windows: Windows) -> None:
    """B06: Dana signs in and records a need without a mouse, and always sees where she is."""
    page = windows.open()
    signs_in(town, page, DANA)
    follow(page.get_by_role("button", name="Sign out"))
    page.goto("/console/needs/new")
    _types(page, "email", address(DANA))
    _types(page, "password", PASSWORD)
    _presses_enter(page)
    page.goto("/console/needs/new")
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate("document.activeElement.innerText")
    _types(page, "summary", "Food for two")
    _types(page, "what-1", "Food parcel")
    _types(page, "count-1", "2")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", "the focus cannot be seen"
    _presses_enter(page)
    _types(page, "area", "Norbiton")
    _presses_enter(page)
    _types(page, "resident_name", "Amina Haddad")
    _types(page, "resident_email", address("Amina Haddad"))
    _presses_enter(page)
    tab_to(page, "innerText.startsWith('Record it')")
    _presses_enter(page)
    assert REFERENCE.search(page.url), page.locator("main").inner_text()


def _types(page: Page, field: str, words: str) -> None:
    tab_to(page, f"name === '{field}'")
    page.keyboard.type(words)


def _presses_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_incident_is_held_and_goes_on(town: Town, windows: Windows) -> None:
    """Dana opens an incident, holds it and lets it go on; Vera sees that it is held, and no button."""
    desk, vera = windows.open(officer=DANA), windows.open(officer=VERA)
    desk.goto("/console/incidents/new")
    desk.get_by_label("What do officers call it?").fill("Hogsmill flood")
    desk.get_by_label("Where?").fill("Kings Rest Centre, Norbiton Road")
    desk.get_by_label("Who leads?").select_option(DANA)
    goes_on(desk)
    goes_on(desk, "Open the incident")
    incident = desk.url.partition("?")[0]
    for command, held in (("Put it on hold", True), ("Let it go on", False)):
        follow(desk.get_by_role("link", name=command))
        assert_fine(desk)
        goes_on(desk, command)
        assert town.door.store.incident(incident.rpartition("/")[2]).held is held  # type: ignore[union-attr]
        vera.goto(incident)
        assert_fine(vera)
        assert ("on hold" in vera.locator("main").inner_text().lower()) is held
        assert vera.locator("main").get_by_role("button").count() == 0
        assert vera.locator("main a[href$='/hold'], main a[href$='/resume']").count() == 0
