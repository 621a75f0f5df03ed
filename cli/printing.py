"""What commands print: JSON and nothing else to stdout where asked for, sentences for people, problems to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import category

import typer

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
WIDE = 180
STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # steer nothing: Persian, Hindi and families of emoji need them
UNSEEN = re.compile("[\x7f-\x9f\ud800-\udfff]")  # what JSON would hold as it is and a terminal obeys or cannot print


class Refused(Exception):
    """The command did not do what was asked: one sentence that says why, and what to do."""


def print_json(value: Any) -> None:
    text = json.dumps(value, ensure_ascii="utf" not in (sys.stdout.encoding or "").lower(), indent=2)
    typer.echo(UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def plain(sentence: str) -> str:
    """One line that steers no terminal: line breaks, escapes, half characters and marks are written out (`\\x1b`)."""
    if sentence.isprintable():
        return sentence
    return "".join(
        ascii(char)[1:-1] if category(char) in STEERING and char not in JOINERS else char for char in sentence
    )


def say(sentence: str) -> None:
    typer.echo(plain(sentence))


def note(sentence: str) -> None:
    """Something worth knowing; not in the way of what stdout is piped to."""
    typer.echo(f"Note: {plain(sentence)}", err=True)


def complain(sentence: str) -> None:
    typer.echo(plain(sentence), err=True)


def console() -> Console:
    """A terminal's own width; a generous one where the output goes into a file or pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, soft_wrap=False)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table in which nobody's words are read as markup."""
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(
        *(Column(Text(head), overflow="fold") for head in heads),
        box=box.SIMPLE_HEAD,
        title=title or None,
        pad_edge=False,
    )
    for row in rows:
        table.add_row(*(Text("" if cell is None else "\n".join(map(plain, str(cell).split("\n")))) for cell in row))
    console().print(table)
