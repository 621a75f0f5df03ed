"""Looking at a page as a checker does: axe's rules, what sticks out sideways, where the focus goes."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WORST = ("serious", "critical")
RULES: dict[str, object] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST: dict[str, object] = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def faults(page: Page, rules: dict[str, object] = RULES) -> list[str]:
    """What axe finds serious or critical on the page as it is shown now; nothing when all is well."""
    found = Axe().run(page, options=rules).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        if rule["impact"] in WORST
        for node in rule["nodes"]
    ]


def sticks_out(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def look_at(page: Page, path: str) -> None:
    """Open a page and hold it to what every page of ours keeps: axe finds nothing bad, and nothing sticks out."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status < 500, f"{path} answers {answer.status}"
    assert_fine(page)


def assert_fine(page: Page) -> None:
    """The page as it is shown now: no serious finding, one first heading, nothing beyond its edge."""
    where = f"{page.title()} ({page.url.rpartition('/')[0]})"
    assert not (wrong := what_is_wrong(page)), f"{where}:\n" + "\n".join(wrong)


def what_is_wrong(page: Page, *, rules: bool = True) -> list[str]:
    """What `assert_fine` would say; `rules` is whether axe's are tried as well."""
    wrong = faults(page) if rules else []
    if (headings := page.locator("h1").count()) != 1:
        wrong.append(f"{headings} first headings")
    if (wider := sticks_out(page)) > 0:
        wrong.append(f"{wider} pixels wider than the window")
    return wrong


def tab_to(page: Page, found: str, most: int = 60) -> None:
    """Press Tab until the focus is where this says."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.{found}"):
            return
    raise AssertionError(f"where {found} is cannot be reached by Tab")
