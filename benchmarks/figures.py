"""Figures: measured, compared with their target, printed."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Spread:
    """Many measurements of one thing."""

    values: tuple[float, ...]

    def at(self, share: float) -> float:
        """The value that this share of the measurements does not exceed; `nan` without measurements."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    @property
    def median(self) -> float:
        return self.at(0.5)

    def say(self, unit: str = "s", *shares: float) -> str:
        """`median 0.81 s, p90 1.02, most 1.10 (20)`."""
        parts = [f"median {short(self.median)} {unit}"]
        parts += [f"p{share * 100:g} {short(self.at(share))}" for share in shares or (0.9,)]
        return ", ".join([*parts, f"most {short(self.at(1))}"]) + f" (of {len(self.values):,})"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `target` is what we promise ourselves; `met` is `None` where there is nothing to meet."""

    what: str
    value: str
    target: str = ""
    met: bool | None = None
    beside: str = ""

    @property
    def verdict(self) -> str:
        return "" if self.met is None else "met" if self.met else "MISSED"


@dataclass(frozen=True)
class Measured:
    """One section's figures, with their day and the load of the machine just before and just after."""

    name: str
    claim: str
    figures: tuple[Figure, ...]
    day: date
    load_before: float
    load_after: float


def spread(values: Iterable[float]) -> Spread:
    return Spread(tuple(values))


def timed(do: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    begun = time.perf_counter()
    do()
    return (time.perf_counter() - begun) * 1000


def short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def wait_for_quiet(seconds: float, load: float = 1.0) -> None:
    """Wait, at most `seconds`, until the machine has little else to do."""
    until = time.monotonic() + seconds
    while os.getloadavg()[0] > load and time.monotonic() < until:
        time.sleep(1)


def machine() -> str:
    """`2 CPUs (Some Processor), Linux 6.1, Python 3.11.7, Prefect 3.8.8`."""
    names = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    name = names[0].partition(":")[2].strip() if names else platform.machine()
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    return f"{os.cpu_count()} CPUs ({name}), {system}, Python {platform.python_version()}, Prefect {version('prefect')}"


def print_figure(figure: Figure) -> None:
    target = f"   [target {figure.target}: {figure.verdict}]" if figure.target else ""
    print(f"  {figure.what}: {figure.value}{target}", flush=True)
    if figure.beside:
        print(f"      beside it: {figure.beside}", flush=True)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
