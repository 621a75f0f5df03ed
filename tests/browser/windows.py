"""A town's pages open in a real browser: chromium against uvicorn, on this machine alone."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, sync_playwright

from infra.officers import find_officer
from infra.playbooks import load_catalogue
from tests.town import Town, address, town_at
from web.app import create_app
from web.signin.cookies import SIGNED_IN
from web.signin.sessions import sign_in

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--lang=en-GB",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
AT_400_PERCENT = {"width": 320, "height": 256}  # what is left of a desk's screen
LOOSE_MILLISECONDS = 30_000


@contextmanager
def served_town(home: Path) -> Iterator[Town]:
    """A town served at a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with town_at(home, load_catalogue(), base_url=base_url) as town, Serving(town, listening):
            yield town


class Serving:
    """Serve a town's pages from a thread, on a socket that listens already."""

    def __init__(self, town: Town, listening: socket.socket) -> None:
        self._socket = listening
        self._server = uvicorn.Server(uvicorn.Config(create_app(town.door), log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})

    def __enter__(self) -> None:
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def follow(found: Locator) -> None:
    """Click a link or a button, and wait until the page it leads to is shown: a click alone does not wait for it."""
    with found.page.expect_navigation():
        found.click()


class Windows:
    """Opens windows that belong to different people, and watches that none asks another site for anything."""

    def __init__(self, browser: Browser, town: Town) -> None:
        self._browser, self._town = browser, town
        self._contexts: list[BrowserContext] = []
        self.strangers: list[str] = []

    def open(self, *, phone: bool = False, scripts: bool = True, officer: str = "") -> Page:
        """A window of somebody's own: without the cookies of others, as wide as a phone or a desk's screen.

        `officer` names one who has signed in already.
        """
        context = self._browser.new_context(
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            has_touch=phone,
            java_script_enabled=scripts,
            base_url=self._town.base_url,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(LOOSE_MILLISECONDS)
        context.on("request", self._look_at)
        if officer:
            context.add_cookies([{"name": SIGNED_IN, "value": self._session(officer), "url": self._town.base_url}])
        self._contexts.append(context)
        return context.new_page()

    def _session(self, name: str) -> str:
        store = self._town.door.store
        officer = find_officer(store, address(name))
        assert officer, f"no officer is called {name}"
        return sign_in(store, officer, "password")

    def _look_at(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self._town.base_url).netloc and not request.url.startswith("data:"):
            self.strangers.append(request.url)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
