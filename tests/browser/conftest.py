"""A town whose pages are open in a real browser. Without one these claims are not made, and that is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.full_town import FullTown
from tests.browser.windows import CHROMIUM, Windows, open_chromium, served_town
from tests.town import Town


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of this folder is for `-m browser`; without a browser it is skipped, said loudly, once for each."""
    missing = pytest.mark.skip(reason="NO BROWSER: chromium is not installed, so no page was looked at")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(missing)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town served at a port of this machine, as long as the test runs."""
    with served_town(tmp_path) as town:
        yield town


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTown]:
    """A town in which everything has happened, for all tests of a file that say `town = full.town`."""
    with served_town(tmp_path_factory.mktemp("town")) as town:
        yield FullTown(town)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; every test has windows of its own."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def windows(town: Town, chromium: Browser) -> Iterator[Windows]:
    """Windows onto the town's pages. W: no request leaves the origin (T17)."""
    opened = Windows(chromium, town)
    yield opened
    opened.close()
    assert not opened.strangers, f"asked elsewhere: {opened.strangers}"
