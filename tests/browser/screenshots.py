"""Pictures of every page, of a made-up town: `make screenshots` puts them into docs/screenshots/."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page

from cli.demo.pages import links
from tests.browser.full_town import ADMIN, DUTY, FullTown
from tests.browser.windows import CHROMIUM, DESK, Windows, follow, open_chromium, served_town

FOLDER = Path("docs/screenshots")
TALLEST = 2600


def main() -> int:
    """Fill a town, open its pages, take their pictures."""
    if CHROMIUM is None:
        print("Chromium is needed: apt-get install chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, served_town(Path(home)) as town, open_chromium() as browser:
        windows = Windows(browser, town)
        Pictures(FullTown(town), windows).take()
        windows.close()
    make_smaller(FOLDER.glob("*.png"))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER}/")
    return 0


class Pictures:
    """Whose window shows what, and the name each picture has."""

    def __init__(self, full: FullTown, windows: Windows) -> None:
        self._full, self._town = full, full.town
        self._officer = windows.open(officer=DUTY)
        self._admin = windows.open(officer=ADMIN)
        self._phone = windows.open(phone=True, scripts=False)
        self._officers_phone = windows.open(phone=True, officer=DUTY)
        self._visitor = windows.open()

    def take(self) -> None:
        self._partner_pages()
        self._resident_pages()
        self._console_pages()
        self._new_need()
        self._commands()
        self._settings()

    # --- which pages ---

    def _partner_pages(self) -> None:
        mail = self._town.inbox("Hogsmill Food Bank").expects("Can you help", self._full.needs["open"])
        assert mail.last is not None
        asked, page = links(mail.last), self._phone
        self._shoot(page, "partner-asked", asked[0])
        page.get_by_label("part of it", exact=False).check()
        page.locator("[name=quantity-1]").fill("5")
        follow(page.get_by_role("button", name="Continue"))
        self._shoot(page, "partner-check")
        follow(page.get_by_role("button", name="Send my answer"))
        self._shoot(page, "partner-answered")
        self._town.settle()
        self._shoot(self._visitor, "partner-asked-desk", self._town.inbox("Harbour Cafe").expects("Can you help").link)
        self._shoot(page, "partner-own-page", next(link for link in asked if "/p/" in link))
        self._shoot(page, "partner-mute", next(link for link in asked if "/u/" in link))
        self._shoot(page, "partner-new-link", "/r/new")
        self._shoot(page, "link-unknown", "/r/not-a-link")

    def _resident_pages(self) -> None:
        link = self._town.inbox("Tom Reilly").expects("Did you get").link
        self._shoot(self._phone, "resident-asked", link)
        for name in ("privacy", "accessibility"):
            self._shoot(self._visitor, name, f"/{name}")

    def _console_pages(self) -> None:
        need, officer = f"/console/needs/{self._full.needs['open']}", self._officer
        self._shoot(self._visitor, "sign-in", "/console/sign-in")
        self._shoot(self._visitor, "set-up", self._full.set_up)
        for name, path in (
            ("waiting", "/console/"), ("needs", "/console/needs"), ("need", need), ("need-why", f"{need}/why"),
            ("need-story", f"{need}/story"), ("need-messages", f"{need}/messages"), ("need-private", f"{need}/private"),
            ("tasks", "/console/tasks"), ("incidents", "/console/incidents"),
            ("incident-new", "/console/incidents/new"), ("incident", f"/console/incidents/{self._full.incident}"),
            ("incident-hold", f"/console/incidents/{self._full.incident}/hold"),
            ("partners", "/console/partners"), ("partner", "/console/partners/norbiton-neighbours"),
            ("partner-contacts", "/console/partners/norbiton-neighbours/contacts"),
            ("playbooks", "/console/playbooks"), ("playbook", "/console/playbooks/everyday"),
            ("playbook-try", "/console/playbooks/everyday/try"),
            ("report", "/console/report?from=2026-03-01&to=2026-03-31"),
            ("settings", "/console/settings"),
        ):  # fmt: skip
            self._shoot(officer, f"console-{name}", path)
        for name, path in (("waiting", "/console/"), ("needs", "/console/needs"), ("need", need)):
            self._shoot(self._officers_phone, f"console-{name}-phone", path)
        for label in ("offered", "duplicate", "by-phone"):
            task = next(task for task in self._town.situation(self._full.needs[label]).tasks if task.officer)
            self._shoot(officer, f"console-task-{task.kind}", f"/console/tasks/{task.id}")

    def _new_need(self) -> None:
        page = self._officer
        self._shoot(page, "console-new-need-1-what", "/console/needs/new")
        page.get_by_label("What is needed, in a sentence").fill("Hot meals for somebody who came home from hospital")
        page.get_by_label("Kind of help 1").select_option("hot-meal")
        page.locator("[name=count-1]").fill("10")
        follow(page.get_by_role("button", name="Continue").last)
        page.get_by_label("Or the area").fill("Norbiton")
        self._shoot(page, "console-new-need-2-when")
        follow(page.get_by_role("button", name="Continue").last)
        page.get_by_label("Name", exact=True).fill("Arthur Bell")
        page.get_by_label("Phone number", exact=True).fill("07700 900346")
        self._shoot(page, "console-new-need-3-who")
        follow(page.get_by_role("button", name="Continue").last)
        self._shoot(page, "console-new-need-4-check")

    def _commands(self) -> None:
        page, need = self._officer, f"/console/needs/{self._full.needs['open']}"
        self._shoot(page, "console-amend", f"{need}/amend")
        page.locator("[name=amount-food-parcel]").fill("14")
        follow(page.get_by_role("button", name="Continue"))
        self._shoot(page, "console-amend-check")
        self._shoot(page, "console-ask", f"{need}/ask")
        self._shoot(page, "console-answer", f"{need}/answer?partner=riverside-kitchen")
        self._shoot(page, "console-transfer", f"{need}/transfer?partner=norbiton-neighbours")
        self._shoot(page, "console-not-allowed", "/console/settings/officers")

    def _settings(self) -> None:
        for name in ("officers", "officers/new", "keys", "audit"):
            self._shoot(self._admin, f"console-{name.replace('/', '-')}", f"/console/settings/{name}")
        self._shoot(self._admin, "console-partners-import", "/console/partners/import")

    # --- how ---

    def _shoot(self, page: Page, name: str, path: str = "") -> None:
        """The whole page, or as much of it as one would scroll through."""
        if path:
            page.goto(path)
        page.wait_for_load_state()
        size = page.viewport_size or DESK
        whole: int = page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(TALLEST, whole)}
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]


def make_smaller(pictures: Iterable[Path]) -> None:
    """Fewer colours, a quarter of the size; where pngquant is not installed they stay as they are."""
    if pngquant := shutil.which("pngquant"):
        subprocess.run([pngquant, "--force", "--skip-if-larger", "--ext=.png", "32", *pictures], check=False)


if __name__ == "__main__":
    sys.exit(main())
