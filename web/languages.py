"""The languages of the public pages: written in English, and shown in another once somebody has reviewed it.

A sentence is looked up when a page is made. Catalogues are `locale/CODE/LC_MESSAGES/muster.po`: `make messages`.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

LOCALE = Path(__file__).parent / "locale"
ENGLISH = "en-GB"
REVIEWED = "Reviewed by"

_spoken: ContextVar[tuple[str, NullTranslations] | None] = ContextVar("spoken", default=None)


def gettext(text: str) -> str:
    """The sentence in the language of this request."""
    spoken = _spoken.get()
    return spoken[1].gettext(text) if spoken else text


def ngettext(one: str, many: str, count: int) -> str:
    """The sentence for one, or for `count` of them."""
    spoken = _spoken.get()
    if spoken:
        return spoken[1].ngettext(one, many, count)
    return one if count == 1 else many


def _(text: str, **values: object) -> str:
    """The sentence in the language of this request, with its `%(name)s` filled in."""
    return gettext(text) % values if values else gettext(text)


def N_(text: str) -> str:
    """A sentence to be looked up later, when a page is made: here it is only found by `make messages`."""
    return text


# For translators: write here who has read every page in this language, last of all. Until then nobody is shown it.
N_("Reviewed by")


def language() -> str:
    """The language of this request, as the page's `lang`."""
    spoken = _spoken.get()
    return spoken[0] if spoken else ENGLISH


@lru_cache
def reviewed(locale: Path = LOCALE) -> dict[str, NullTranslations]:
    """The languages that may be shown, by code: those compiled whose reviewer has put a name to them."""
    found: dict[str, NullTranslations] = {}
    for path in sorted(locale.glob("*/LC_MESSAGES/muster.mo")):
        code = path.parts[-3]
        catalogue = translation("muster", locale, [code])
        if catalogue.gettext(REVIEWED) not in (REVIEWED, ""):
            found[code] = catalogue
    return found


class InTheirLanguage:
    """Shows each visitor the first language their browser asks for that we have; no cookie, nothing in the address."""

    def __init__(self, app: ASGIApp, languages: dict[str, NullTranslations]) -> None:
        self.app, self.languages = app, languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(("/console", "/api")):
            code = choose_language(Headers(scope=scope).get("accept-language", ""), self.languages)
            _spoken.set((code, self.languages[code]) if code else None)
        await self.app(scope, receive, send)


def choose_language(wanted: str, languages: dict[str, NullTranslations]) -> str | None:
    """The best of these for what a browser asks for (`cy-GB,cy;q=0.9,en;q=0.8`); `None` is English."""
    weighed = sorted(enumerate(wanted[:500].split(",")), key=lambda part: (-_weight(part[1]), part[0]))
    for _place, part in weighed:
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code == "en" and _weight(part):
            return None
        if code in languages and _weight(part):
            return code
    return None


def _weight(part: str) -> float:
    try:
        return float(part.partition("q=")[2].strip() or 1)
    except ValueError:
        return 0.0
