"""`python -m benchmarks [NAME …]`: measure, print; with `--write` also into benchmarks/README.md."""

from __future__ import annotations

import argparse
import importlib
import os
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Figure, Measured, machine, print_figure, wait_for_quiet
from benchmarks.table import rewrite

SECTIONS = ("first-mail", "fan-out", "waiting", "answers", "surge", "choosing", "pages", "cold-start", "aws-units")
README = Path(__file__).parent / "README.md"


def measure(name: str, small: bool) -> Measured:
    """Run one section to its end, printing each figure as it comes."""
    section = importlib.import_module(f"benchmarks.{name.replace('-', '_')}")
    before = os.getloadavg()[0]
    print(f"\n{name}: {section.CLAIM}\n  ({os.cpu_count()} CPUs, load average {before:.1f})", flush=True)
    figures: list[Figure] = []
    for figure in section.measure(small):
        print_figure(figure)
        figures.append(figure)
    return Measured(name, section.CLAIM, tuple(figures), datetime.now(UTC).date(), before, os.getloadavg()[0])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SECTIONS)}; none: all")
    parser.add_argument("--small", action="store_true", help="small numbers, to see that it works")
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md, each section as it ends")
    parser.add_argument("--wait", type=float, default=60, metavar="S", help="at most, for a load under 1, before each")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in SECTIONS]:
        parser.error(f"there is no {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    print(machine())
    for name in given.names or SECTIONS:
        wait_for_quiet(given.wait)
        measured = measure(name, given.small)
        if given.write:
            README.write_text(rewrite(README.read_text(), [measured], machine(), SECTIONS))


if __name__ == "__main__":
    main()
