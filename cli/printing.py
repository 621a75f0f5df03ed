"""What commands print: JSON and nothing else to stdout where asked for, sentences for people, problems to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
WIDE = 180


class Refused(Exception):
    """The command did not do what was asked: one sentence that says why, and what to do."""


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say(sentence: str) -> None:
    typer.echo(sentence)


def note(sentence: str) -> None:
    """Something worth knowing; not in the way of what stdout is piped to."""
    typer.echo(f"Note: {sentence}", err=True)


def complain(sentence: str) -> None:
    typer.echo(sentence, err=True)


def console() -> Console:
    """A terminal's own width; a generous one where the output goes into a file or pipe."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, soft_wrap=False)


def print_table(heads: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table in which nobody's words are read as markup."""
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(Text(head)) for head in heads), box=box.SIMPLE_HEAD, title=title or None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console().print(table)
