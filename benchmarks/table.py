"""The table in README.md: what was measured replaces what that section said before; what was not measured stays."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.figures import Measured

TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)
PLACE = "Measured on {}; a section's last row says when, and where if it was elsewhere."
PLACE_BEFORE = re.compile(re.escape(PLACE).replace(r"\{\}", "(.+)"))
HEAD = ("| section | what | figure | target | | beside it, Prefect's own way |", "|---|---|---|---|---|---|")
MEASURED = "measured"


def rewrite(readme: str, measured: Sequence[Measured], machine: str, order: Sequence[str]) -> str:
    """The README with these figures in its table, the sections in this order; around it nothing changes."""

    def table(found: re.Match[str]) -> str:
        sections = _stay(found[0], machine) | {section.name: rows_of(section) for section in measured}
        names = [*order, *(name for name in sections if name not in order)]
        rows = [row for name in names for row in sections.get(name, ())]
        return "\n".join([PLACE.format(machine), "", *HEAD, *rows, ""])

    return TABLE.sub(table, readme)


def rows_of(section: Measured) -> list[str]:
    """Its figures as Markdown; the last row says when, and how busy the machine was."""
    load = f"load average {section.load_before:.1f} before, {section.load_after:.1f} after"
    return [
        *(_row(section.name, f.what, f.value, f.target, f.verdict, f.beside) for f in section.figures),
        _row(section.name, MEASURED, f"{section.day:%-d %B %Y}, {load}", "", "", ""),
    ]


def _stay(table: str, machine: str) -> dict[str, list[str]]:
    """The rows there are, by section. Where another machine stood above them all, they name it from now on."""
    sections: dict[str, list[str]] = {}
    before = PLACE_BEFORE.search(table)
    for row in table.splitlines():
        if row.startswith("| ") and row not in HEAD:
            name, what, figure, *others = [cell.strip() for cell in row.strip("|").split("|")]
            if before and before[1] != machine and what == MEASURED and "; on " not in figure:
                row = _row(name, what, f"{figure}; on {before[1]}", *others)
            sections.setdefault(name, []).append(row)
    return sections


def _row(*cells: str) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
