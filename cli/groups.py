"""Commands under one word: `muster need …`."""

from __future__ import annotations

import typer


def group(about: str) -> typer.Typer:
    """Alone, the word shows what there is under it."""
    return typer.Typer(help=about, no_args_is_help=True, add_completion=False)
