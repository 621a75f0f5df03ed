"""Turn the words of a message into its subject, text and HTML. The same words give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from markupsafe import Markup, escape

from domain.links import Link
from notifications.kinds import FOLDERS
from notifications.words import Words

HERE = Path(__file__).parent
LONGEST_HEADLINE = 120  # characters of a subject before the reference
BLANK_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")

Url = Callable[[Link], str]


class CannotRender(Exception):
    """This message can never be rendered as it is. Names the message and what its template lacks; no private words."""


@dataclass(frozen=True)
class Rendered:
    """One message as people read it. `text` and `html` say the same."""

    subject: str
    text: str
    html: str


def render(words: Words, url: Url) -> Rendered:
    """Render `words`; `url` turns a link as it is kept into the address people open. Raises `CannotRender`."""
    subject, text, html = _templates(FOLDERS[type(words)])
    context = dict(words) | {"url": url}
    try:
        headline = " ".join(subject.render(context).split())
        context["headline"] = headline
        return Rendered(
            subject=_subject(headline, words),
            text=BLANK_LINES.sub("\n\n", text.render(context)).strip() + "\n",
            html=html.render(context),
        )
    except (TemplateError, KeyError) as wrong:
        raise CannotRender(f"{FOLDERS[type(words)]}: {wrong}") from wrong


def _subject(headline: str, words: Words) -> str:
    """The headline with the reference; an exercise says so first and last."""
    if words.exercise:
        return (
            f"EXERCISE: {_shortened(headline, LONGEST_HEADLINE - len('EXERCISE: . EXERCISE'))} ({words.need}) EXERCISE"
        )
    return f"{_shortened(headline, LONGEST_HEADLINE)} ({words.need})"


def _shortened(headline: str, longest: int) -> str:
    """Cut a subject at a whole word, so that its reference is never lost."""
    if len(headline) <= longest:
        return headline
    cut = headline[: longest - 3]
    return (cut.rpartition(" ")[0] or cut) + "..."


def quoted(text: str) -> str:
    """Somebody's own words in a text mail: every line is marked, so that none can pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def broken(text: str) -> Markup:
    """Somebody's own words in HTML: escaped, with their line breaks."""
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))


def _environment(html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=html,  # noqa: S701 - the text parts are not HTML
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = broken if html else quoted
    return environment


TEXT, HTML = _environment(html=False), _environment(html=True)


@cache
def _templates(folder: str) -> tuple[Template, Template, Template]:
    return (
        TEXT.get_template(f"{folder}/subject.txt"),
        TEXT.get_template(f"{folder}/body.txt"),
        HTML.get_template(f"{folder}/body.html"),
    )
