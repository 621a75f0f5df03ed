"""What partners and residents see, in a real browser: on a phone, without scripts, by keyboard, enlarged."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from cli.demo.pages import links
from domain.playbooks import Playbook
from infra.playbooks import load_playbook
from tests.browser.looking import assert_fine, look_at, sticks_out, tab_to
from tests.browser.windows import AT_400_PERCENT, Windows, follow
from tests.town import Town


@pytest.fixture
def everyday() -> Playbook:
    return load_playbook("everyday")


@pytest.fixture
def asked(town: Town, everyday: Playbook) -> str:
    """Amina needs twenty food parcels; Riverside Kitchen is asked and has the mail."""
    town.has_officer("Dana")
    town.has("Riverside Kitchen", "community", "food-parcel", "lift")
    need = town.resident_needs("Food for a family of five", "food-parcel:20", playbook=everyday)
    town.inbox("Riverside Kitchen").expects("20 food parcels")
    return need


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def links_of(town: Town, name: str) -> str:
    """The address of the last link this person was sent."""
    mine = [mail for _, mail in town.mails() if name.lower().replace(" ", ".") in str(mail["To"])]
    return path_of(links(mine[-1])[0])


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_nothing_is_in_anybodys_way(town: Town, windows: Windows, asked: str, everyday: Playbook, phone: bool) -> None:
    """B06: axe finds nothing serious on any public page, and none is wider than its window."""
    page = windows.open(phone=phone)
    town.resident_needs("A cot for a baby", "furniture:1", playbook=everyday, who="Rosa")
    link = links_of(town, "Riverside Kitchen")
    people = [links_of(town, name) for name in ("Amina", "Dana")]
    for path in (link, *people, "/", "/r/new", "/r/no-such-link", "/accessibility", "/privacy"):
        look_at(page, path)
    page.goto(link)
    follow(page.get_by_role("link", name="See everything we have asked you"))
    assert_fine(page)
    _answer_in_part(page, link)
    assert_fine(page)
    follow(page.get_by_role("button", name="Send my answer"))
    assert_fine(page)


def _answer_in_part(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("part of it", exact=False).check()
    page.locator("[name=quantity-1]").fill("12")
    follow(page.get_by_role("button", name="Continue"))


def test_scripts_are_not_needed(town: Town, windows: Windows, asked: str) -> None:
    """B05: with scripts off, a partner answers in part and sees what it came to."""
    page = windows.open(phone=True, scripts=False)
    _answer_in_part(page, links_of(town, "Riverside Kitchen"))
    follow(page.get_by_role("button", name="Send my answer"))
    assert "12 food parcels" in page.locator("main").inner_text()
    assert town.counts(asked) == {"food-parcel": 12}
    assert not page.context.cookies(), "a partner's page set a cookie"


def test_at_four_hundred_percent(town: Town, windows: Windows, asked: str) -> None:
    """B06: at 400 % of a desk's screen (1280 pixels become 320) nothing has to be scrolled sideways."""
    page = windows.open()
    page.set_viewport_size(AT_400_PERCENT)  # type: ignore[arg-type]
    look_at(page, links_of(town, "Riverside Kitchen"))
    assert sticks_out(page) <= 0


def test_by_keyboard_alone(town: Town, windows: Windows, asked: str) -> None:
    """B06: a partner says yes without a mouse, and always sees where they are."""
    page = windows.open()
    page.goto(links_of(town, "Riverside Kitchen"))
    page.keyboard.press("Tab")
    assert "Skip" in _focused(page)
    tab_to(page, "name === 'answer'")
    page.keyboard.press("Space")
    for button in ("Continue", "Send my answer"):
        tab_to(page, f"innerText.includes('{button}')")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert town.counts(asked) == {"food-parcel": 20}


def test_a_mistake_leads_to_its_field(town: Town, windows: Windows, asked: str) -> None:
    """B07: nothing chosen: the summary is in focus and its link leads to the field."""
    page = windows.open(phone=True)
    page.goto(links_of(town, "Riverside Kitchen"))
    follow(page.get_by_role("button", name="Continue"))
    assert page.title().startswith("Error:")
    assert_fine(page)
    page.get_by_role("link", name="Select whether you can help").click()  # stays on the page
    assert page.evaluate("document.activeElement.name || document.querySelector(':target')?.name") == "answer"


def _focused(page: Page) -> str:
    said: str = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
    return said
