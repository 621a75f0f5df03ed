"""What every page needs: settings, the door, the limits, the templates, and the words all pages share."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import HTMLResponse

from domain.labels import say_moment
from domain.links import PATHS, Purpose, clean_token, derive_token, hash_token
from infra import clock
from infra.door import Door
from infra.provider import Provider
from infra.settings import Settings
from infra.store import Store, TokenRow
from web.security import Limits
from web.templating import environment, our_pages

HERE = Path(__file__).parent
STATIC = {
    "govuk-frontend.css": "text/css",
    "muster.css": "text/css",
    "console.css": "text/css",
    "muster.svg": "image/svg+xml",
}


class UnknownLink(Exception):
    """No page of ours is behind this link: never was, or not any more. The visitor cannot tell which."""


@dataclass(frozen=True)
class Link:
    """A link that opens something: its token as we write it, and what the store says it is for."""

    token: str
    row: TokenRow

    @property
    def target(self) -> str:
        return self.row.target


@dataclass(frozen=True)
class Static:
    """A file served as it is. `version` is a hash of its content."""

    content: bytes
    type: str
    version: str


def read_static(path: Path, kind: str) -> Static:
    content = path.read_bytes()
    return Static(content, kind, hashlib.sha256(content).hexdigest()[:16])


@dataclass(frozen=True)
class Site:
    """One council's site."""

    door: Door
    limits: Limits

    @property
    def store(self) -> Store:
        return self.door.store

    @property
    def settings(self) -> Settings:
        return self.door.settings

    @cached_property
    def keys(self) -> dict[str, bytes]:
        return self.settings.signing_keys

    @cached_property
    def provider(self) -> Provider:
        """Where officers sign in, if the council has a provider of its own."""
        return Provider(self.settings)

    @cached_property
    def prefix(self) -> str:
        """The path of the base URL, where the council has put Muster below an address of its own."""
        return urlsplit(self.settings.base_url).path

    @cached_property
    def static(self) -> dict[str, Static]:
        """The files every page uses, by name."""
        return {name: read_static(HERE / "static" / name, kind) for name, kind in STATIC.items()}

    def static_url(self, name: str) -> str:
        """The address of a file, which changes with its content."""
        return f"{self.prefix}/static/{name}?v={self.static[name].version}"

    @cached_property
    def templates(self) -> Environment:
        pages = environment()
        number = "".join(c for c in self.settings.phone if c.isdigit() or c == "+")
        pages.globals.update(
            council=self.settings.council,
            phone=self.settings.phone,
            phone_link=Markup('<a class="govuk-link phone" href="tel:{}">{}</a>').format(number, self.settings.phone),
            prefix=self.prefix,
            static=self.static_url,
            icon=self.static_url("muster.svg"),
        )
        for name in our_pages():
            pages.get_template(name)
        return pages

    def say(self, instant: datetime) -> str:
        """A moment as people read it."""
        return say_moment(instant, clock.now(), self.settings.zone)

    def page(
        self, name: str, /, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """Render the page called `name`. A page about an exercise begins and ends by saying so."""
        exercise = {"exercise": getattr(values.get("need"), "exercise", False)}
        return HTMLResponse(self.templates.get_template(name).render(exercise | values), status, headers)

    def message(
        self,
        status: int,
        title: str,
        *sentences: str,
        again: dict[str, str] | None = None,
        offer_link: bool = False,
        back: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> HTMLResponse:
        """A short page with a title and a few sentences. `again`: form fields that one press sends once more."""
        given = {"title": title, "sentences": sentences, "again": again, "offer_link": offer_link, "back": back}
        return self.page("message.html", status, headers, **given)

    def path(self, purpose: Purpose, kid: str, target: str) -> str | None:
        """Where a link leads on this site; `None` once its key is retired."""
        if kid not in self.keys:
            return None
        return self.prefix + PATHS[purpose] + derive_token(self.keys, kid, purpose, target)

    def open_link(self, text: str, purpose: Purpose) -> Link:
        """Find what a link opens. Raises `UnknownLink`; a link for another purpose is as unknown as any."""
        token = None if "\x00" in text else clean_token(text, self.keys)
        row = self.store.find_token(hash_token(token)) if token else None
        if token is None or row is None or row.purpose != purpose.value:
            raise UnknownLink
        return Link(token, row)
