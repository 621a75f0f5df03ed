"""Languages: English until somebody has reviewed another; then whoever's browser asks for it is shown it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from council import PARCEL, Council

from web.languages import LOCALE, REVIEWED, choose_language, reviewed

ROOT = LOCALE.parents[1]
PREPARED = ("cy", "ko", "ta")
KEYWORDS = DEFAULT_KEYWORDS | {"N_": None, "Refusal": (2,), "FormBroken": (2,)}
JINJA = {"trimmed": "true", "newstyle_gettext": "true"}


def catalogue(place: Path, reviewer: str = "") -> Path:
    """A Welsh catalogue with one sentence in it, compiled; and perhaps who has reviewed it."""
    words = Catalog(locale="cy")
    words.add("Can you help?", "Allwch chi helpu?")
    words.add(REVIEWED, reviewer)
    folder = place / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "muster.mo").open("wb") as file:
        write_mo(file, words)
    return place


def asked_in(home: Path, locale: Path, wanted: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The page of somebody who is asked, as their browser shows it."""
    monkeypatch.setattr("web.app.reviewed", lambda: reviewed(locale))
    council = Council(home)
    council.has("Riverside Kitchen")
    (link,) = council.asks(council.needs((PARCEL, 20)), "riverside-kitchen")
    page = council.get(link, headers={"Accept-Language": wanted}).text
    english = council.get(link, headers={"Accept-Language": "en-GB,cy;q=0.5"}).text
    assert "Can you help?" in english  # one visitor's language is not the next one's
    council.close()
    return page


def test_nothing_unreviewed_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue is there and compiled, and nobody has put a name to it: the page is in English."""
    page = asked_in(tmp_path / "home", catalogue(tmp_path / "locale"), "cy", monkeypatch)
    assert "Can you help?" in page
    assert '<html lang="en-GB"' in page


def test_a_reviewed_language_is_shown_to_who_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The language says itself; what has no translation yet stays in English; no cookie, nothing in the address."""
    page = asked_in(tmp_path / "home", catalogue(tmp_path / "locale", "Ann Example"), "cy-GB,en;q=0.5", monkeypatch)
    assert "Allwch chi helpu?" in page
    assert '<html lang="cy"' in page
    assert "Your answer" in page


def test_as_shipped_there_is_english_only() -> None:
    """Welsh, Korean and Tamil are prepared, empty: none of them is offered."""
    assert reviewed() == {}
    assert {path.name for path in LOCALE.iterdir() if path.is_dir()} == set(PREPARED)


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("cy", "cy"), ("cy-GB,en;q=0.9", "cy"), ("en,cy", None), ("ko;q=0.1,cy;q=0.8,en;q=0.7", "cy"), ("", None),
     ("fr,*;q=0.5", None), ("cy;q=0", None), ("cy;q=banana", None), ("ta,cy", "cy"), (",;q=,=" * 50, None)],
)  # fmt: skip
def test_the_language_a_browser_asks_for(wanted: str, shown: str | None, tmp_path: Path) -> None:
    """The first that we have, by weight; what no browser sends is English."""
    assert choose_language(wanted, reviewed(catalogue(tmp_path, "Ann Example"))) == shown


@pytest.mark.parametrize("code", PREPARED)
def test_every_sentence_waits_for_its_translator(code: str) -> None:
    """What the public pages say is in every catalogue: after a change of words, run `make messages`."""
    with (LOCALE / code / "LC_MESSAGES" / "muster.po").open("rb") as file:
        prepared = {_text(message.id) for message in read_po(file) if message.id}
    assert sentences() - prepared == set(), "run `make messages`"


def test_no_sentence_is_broken_by_a_name() -> None:
    """What is filled in has a name, so that a translator may move it: no bare `%s`."""
    assert [text for text in sentences() if re.search(r"%[sd]", text)] == []


def sentences() -> set[str]:
    found = set()
    for folder, methods in (
        ("web", [("*.py", "python"), ("pages/*.html", "jinja2")]),
        ("domain", [("*.py", "python")]),
    ):
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, methods, {"pages/*.html": JINJA}, KEYWORDS
        ):
            found.add(_text(message))
    return found


def _text(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]
