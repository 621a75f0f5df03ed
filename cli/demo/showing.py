"""The demo's tables: how it stands, and how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from rich.table import Table

from cli.demo.borough import DemoNeed
from domain.labels import NEED_LABELS, OUTCOME_LABELS, say_list
from domain.needs import NeedStatus, Outcome
from domain.values import plural
from infra.playbooks import load_catalogue

BAR, MOST_NAMED, MOST_TOLD = 8, 4, 4
NARROW = 110  # columns: with fewer, what a need is and how it ended share one
TELLING = ("covered", "handed-over", "reopened", "task-taken", "closed")
MANY = {
    "answer not taken": "answers not taken",
    "link pressed by the mail scanner": "links pressed by the mail scanner",
}
MANY |= {"task taken": "tasks taken", "task ended": "tasks ended", "resident's answer": "residents' answers"}


def say_seen(seen: Counter[str]) -> str:
    """`37 answers, 1 double click`."""
    return ", ".join(plural(count, what, MANY.get(what, f"{what}s")) for what, count in sorted(seen.items()))


def progress_table(
    needs: Mapping[str, DemoNeed], standing: Mapping[str, Any], seen: Counter[str], seconds: float, killed: int | None
) -> Table:
    """How every need stands now."""
    title = f"{seconds:.0f} seconds" + (f" · worker {killed} was killed" if killed else "")
    table = Table(title=title, caption=say_seen(seen), expand=True)
    table.add_column("Need", no_wrap=True, min_width=8)
    table.add_column("What", no_wrap=True, min_width=15)
    table.add_column("Covered", no_wrap=True, min_width=16)
    table.add_column("Asked", justify="right", no_wrap=True)
    table.add_column("Now", overflow="ellipsis", no_wrap=True, ratio=1)
    for reference, need in needs.items():
        if (now := standing.get(reference)) is None:
            continue
        last = now["story"][-1]["what"] if now["story"] else ""
        table.add_row(
            reference, need.label, bar(now["lines"]), str(len(now["invitations"])), f"{now['status']}: {last}"
        )
    return table


def final_table(needs: Mapping[str, DemoNeed], standing: Mapping[str, Any], width: int) -> Table:
    """How every need ended, and why."""
    table = Table(title="How it ended", show_lines=True, expand=True)
    narrow = width < NARROW
    if narrow:
        table.add_column("Need", min_width=15)
    else:
        table.add_column("Need", no_wrap=True, min_width=8)
        table.add_column("What", min_width=10)
        table.add_column("Ended", no_wrap=True)
        table.add_column("Asked", justify="right", no_wrap=True)
    table.add_column("Who helped", ratio=3)
    table.add_column("Why", ratio=5)
    for reference, need in needs.items():
        now = standing[reference]
        first = [reference, need.label, ended(now), asked(now)]
        if narrow:
            first = ["\n".join((*first[:3], f"asked {first[3]}"))]
        table.add_row(*first, helpers(now), why(now, need.must_say))
    return table


def ended(now: Mapping[str, Any]) -> str:
    return OUTCOME_LABELS[Outcome(now["outcome"])] if now["outcome"] else NEED_LABELS[NeedStatus(now["status"])]


def bar(lines: list[dict[str, Any]]) -> str:
    """`██████······ 10/20`"""
    pledged, quantity = sum(line["pledged"] for line in lines), sum(line["quantity"] for line in lines)
    full = BAR * pledged // max(1, quantity)
    return f"{'█' * full}{'·' * (BAR - full)} {pledged}/{quantity}"


def helpers(now: Mapping[str, Any]) -> str:
    """Who gave what; of a need that was withdrawn, who had promised and was told in time."""
    promised = [i for i in now["invitations"] if i["pledged"]]
    gave = [f"{i['name']}: {_amounts(i['pledged'])}" for i in promised if i["status"] in ("accepted", "completed")]
    left = len(gave) - MOST_NAMED
    if not gave and promised:
        return f"nobody: {say_list(i['name'] for i in promised)} had promised, and heard in time"
    return "\n".join(gave if left <= 1 else [*gave[:MOST_NAMED], f"and {left} more"]) or "nobody"


def asked(now: Mapping[str, Any]) -> str:
    """How many were asked, and how many of them said no."""
    said = Counter(i["status"] for i in now["invitations"])
    return f"{len(now['invitations'])}" + (f" ({said['rejected']} no)" if said["rejected"] else "")


def why(now: Mapping[str, Any], telling: Collection[str]) -> str:
    """The sentences of its story that decided it, each once: what it is here to show, and how it ended."""
    codes = {*telling, "closed"} if telling else TELLING
    said = list(dict.fromkeys(event["because"] for event in now["story"] if event["code"] in codes))
    told = [one for one in said if not any(other != one and other.startswith(one.rstrip(".")) for other in said)]
    return "\n".join(told[-MOST_TOLD:] if telling else told[-2:])


def _amounts(pledged: Mapping[str, int]) -> str:
    return ", ".join(load_catalogue().find(what).amount(count) for what, count in pledged.items())
