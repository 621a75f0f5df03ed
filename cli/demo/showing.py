"""The demo's tables: how it stands, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.table import Table

from cli.demo.borough import DemoNeed
from domain.labels import NEED_LABELS, OUTCOME_LABELS
from domain.needs import NeedStatus, Outcome
from infra.playbooks import load_catalogue

BAR, MOST_NAMED = 12, 4
TELLING = ("covered", "handed-over", "reopened", "task-taken", "closed")


def progress_table(
    needs: Mapping[str, DemoNeed], standing: Mapping[str, Any], seen: Counter[str], seconds: float, killed: int | None
) -> Table:
    """How every need stands now."""
    title = f"{seconds:.0f} seconds" + (f" · worker {killed} was killed" if killed else "")
    table = Table(title=title, caption=", ".join(f"{n} {what}" for what, n in sorted(seen.items())), expand=True)
    for column in ("Need", "What", "Covered", "Asked", "Now"):
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    for reference, need in needs.items():
        if (now := standing.get(reference)) is None:
            continue
        last = now["story"][-1]["what"] if now["story"] else ""
        table.add_row(
            reference, need.label, bar(now["lines"]), str(len(now["invitations"])), f"{now['status']}: {last}"
        )
    return table


def final_table(needs: Mapping[str, DemoNeed], standing: Mapping[str, Any]) -> Table:
    """How every need ended, and why."""
    table = Table(title="How it ended", show_lines=True, expand=True)
    table.add_column("Need", no_wrap=True)
    table.add_column("What")
    table.add_column("Ended", no_wrap=True)
    table.add_column("Who helped", ratio=3)
    table.add_column("Asked", justify="right")
    table.add_column("Why", ratio=4)
    for reference, need in needs.items():
        now = standing[reference]
        table.add_row(reference, need.label, ended(now), helpers(now), asked(now), why(now))
    return table


def ended(now: Mapping[str, Any]) -> str:
    return OUTCOME_LABELS[Outcome(now["outcome"])] if now["outcome"] else NEED_LABELS[NeedStatus(now["status"])]


def bar(lines: list[dict[str, Any]]) -> str:
    """`██████······ 10/20`"""
    pledged, quantity = sum(line["pledged"] for line in lines), sum(line["quantity"] for line in lines)
    full = BAR * pledged // max(1, quantity)
    return f"{'█' * full}{'·' * (BAR - full)} {pledged}/{quantity}"


def helpers(now: Mapping[str, Any]) -> str:
    """Who gave what, and who stood by."""
    gave = [
        f"{i['name']}: {_amounts(i['pledged'])}"
        for i in now["invitations"]
        if i["pledged"] and i["status"] in ("accepted", "completed")
    ]
    left = len(gave) - MOST_NAMED
    return "\n".join(gave if left <= 1 else [*gave[:MOST_NAMED], f"and {left} more"]) or "nobody"


def asked(now: Mapping[str, Any]) -> str:
    said = Counter(i["status"] for i in now["invitations"])
    return f"{len(now['invitations'])} ({said['rejected']} no)"


def why(now: Mapping[str, Any]) -> str:
    """The two sentences of its story that decided it, each once."""
    told = [event["because"] for event in now["story"] if event["code"] in TELLING]
    return "\n".join(list(dict.fromkeys(told))[-2:])


def _amounts(pledged: Mapping[str, int]) -> str:
    return ", ".join(load_catalogue().find(what).amount(count) for what, count in pledged.items())
