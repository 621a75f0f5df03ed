"""The demo: a made-up borough responds to sixteen needs, for real, in about two minutes."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    port: Annotated[int, typer.Option(help="Where the demo's pages are")] = 8765,
    prefect_port: Annotated[int, typer.Option(help="Where the demo's Prefect is")] = 4765,
) -> None:
    """Watch a made-up borough respond to sixteen needs: real mails, real links, real timers, two minutes."""
    from cli.demo.play import play

    raise typer.Exit(play(port, prefect_port))
