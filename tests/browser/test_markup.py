"""What the Nu checker says of every page as it is served: the checker of the W3C, run on this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page

from tests.browser import test_console_pages, test_every_public_page
from tests.browser.full_town import ADMIN, FullTown
from tests.browser.windows import Windows
from tests.standins import STANDINS
from tests.town import Town

CHECKER = STANDINS / "nu" / "vnu.jar"
KEPT_ON_PURPOSE = re.compile(
    r"The “role” attribute must not be used on a “(td|th|tr|thead|tbody)” element"
)  # on phones tables are shown as lists, and older browsers forget by that what is a cell: so each part says it
HERE = pytest.mark.skipif(
    not (CHECKER.exists() and shutil.which("java")),
    reason="NO NU CHECKER: `make standins` fetches it, and it needs Java, so no page's markup was checked",
)


@pytest.fixture(scope="module")
def town(full: FullTown) -> Town:
    return full.town


@HERE
def test_every_page_is_well_formed(full: FullTown, windows: Windows, tmp_path: Path) -> None:
    """E08: no error on any page of the console, of partners, of residents, of officers' links; nor on the pages of
    forms sent as they are served, mistakes named."""
    page = windows.open(officer=ADMIN)
    kept = [keep(tmp_path, n, page.request.get(path)) for n, path in enumerate(every_address(full))]
    kept += [keep(tmp_path, len(kept) + n, answer) for n, answer in enumerate(sent_as_served(full, page))]
    assert len(kept) > 100
    assert not (wrong := say_errors(tmp_path, kept)), "\n".join(wrong)


@HERE
def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    """It does run: an id that stands twice is an error."""
    (tmp_path / "0.html").write_text("<!doctype html><html lang=en><title>x</title><p id=a>1<p id=a>2")
    (said,) = say_errors(tmp_path, ["somewhere"])
    assert said.startswith("somewhere: Duplicate ID “a”.")


def every_address(full: FullTown) -> list[str]:
    public = (path for paths in test_every_public_page.addresses(full.town).values() for path in paths)
    return list(dict.fromkeys([*(path for _, path in test_console_pages.pages(full)), *public]))


def sent_as_served(full: FullTown, page: Page) -> Iterator[APIResponse]:
    """Each form of the console as a script sends it: with what it holds and nothing chosen."""
    for route, path in dict(reversed(list(test_console_pages.pages(full)))).items():
        page.goto(path)
        form = page.locator("main form[method=post]").filter(has=page.get_by_role("button", name="Continue"))
        if form.count() and not route.startswith("/console/set-up"):
            fields = form.last.evaluate("form => Object.fromEntries(new FormData(form))")
            typed = {name: text for name, text in fields.items() if isinstance(text, str)}
            action = str(form.last.evaluate("form => form.action"))
            yield page.request.post(action, form=typed, headers={"origin": full.town.base_url})


def keep(folder: Path, number: int, answer: APIResponse) -> str:
    """Its source in a file of its own; returns where it came from."""
    (folder / f"{number}.html").write_bytes(answer.body())
    return answer.url


def say_errors(folder: Path, kept: list[str]) -> list[str]:
    """What the checker calls errors, each with the page it is on."""
    command = ["java", "-jar", str(CHECKER), "--format", "json", "--errors-only", "--skip-non-html", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return [
        f"{kept[int(Path(said['url']).stem)]}: {said['message']} ({said['extract'].strip()[:120]})"
        for said in json.loads(ran.stderr)["messages"]
        if said["type"] == "error" and not KEPT_ON_PURPOSE.match(said["message"])
    ]
