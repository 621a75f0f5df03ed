"""The locked packages as Lambda runs them: fetched once by pip, chosen by what is imported and what that requires."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Literal

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Architecture = Literal["x86_64", "arm64"]
PYTHON = "3.11"
GLIBC = range(26, 4, -1)  # Lambda's Python 3.11 stands on Amazon Linux 2: glibc 2.26
MACHINE: dict[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
BY_NAME = ("govuk-frontend-jinja", "tzdata")  # used without an import: templates by Jinja, zones by zoneinfo
OF_LAMBDA = frozenset({"awslambdaric"})


class CannotFetch(Exception):
    """The packages could not be had; the message ends with pip's own words."""


@dataclass(frozen=True)
class Packages:
    """A folder with every package of the lock, unpacked."""

    folder: Path
    architecture: Architecture

    def needed(self, imports: Iterable[str]) -> dict[str, Distribution]:
        """The distributions that hold these imports, and all they require, by name."""
        known = {_name_of(found): found for found in distributions(path=[str(self.folder)])}
        holders = {top: name for name, found in known.items() for top in _tops(found)}
        waiting = [(holders[name], "") for name in imports if name in holders] + [(name, "") for name in BY_NAME]
        needed: dict[str, Distribution] = {}
        seen: set[tuple[str, str]] = set()
        while waiting:
            name, extra = waiting.pop()
            if (name, extra) not in seen and name in known:
                seen.add((name, extra))
                needed[name] = known[name]
                waiting.extend(self._required(known[name], extra))
        return dict(sorted(needed.items()))

    def unknown(self, imports: Iterable[str]) -> list[str]:
        """Imports that neither a package nor Python itself has."""
        held = {top for found in distributions(path=[str(self.folder)]) for top in _tops(found)}
        return sorted(set(imports) - held - sys.stdlib_module_names - OF_LAMBDA)

    def _required(self, found: Distribution, extra: str) -> Iterator[tuple[str, str]]:
        where = default_environment() | {
            "python_version": PYTHON,
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": MACHINE[self.architecture],
            "extra": extra,
        }
        for line in found.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({key: str(value) for key, value in where.items()}):
                yield from ((canonicalize_name(wanted.name), extra) for extra in ("", *wanted.extras))


def fetch(lock: Path, into: Path, architecture: Architecture) -> Packages:
    """Have pip unpack every package of this lock for Lambda, each checked by its hash; a second time they are there.

    Raises `CannotFetch`.
    """
    said = f"{architecture} {PYTHON} {GLIBC}".encode() + lock.read_bytes()
    folder = into / f"packages-{architecture}-{hashlib.sha256(said).hexdigest()[:16]}"
    done = folder.with_suffix(".done")
    if not done.exists():
        choose = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--python-version", PYTHON, "--no-compile"]
        platforms = [word for tag in _platforms(MACHINE[architecture]) for word in ("--platform", tag)]
        place = ["--target", str(folder), "--upgrade", "--requirement", str(lock)]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        ran = subprocess.run([*pip, *choose, *platforms, *place], capture_output=True, text=True)  # noqa: S603
        if ran.returncode:
            raise CannotFetch(f"The packages could not be fetched. {ran.stderr.strip()[-1500:]}")
        done.touch()
    return Packages(folder, architecture)


def _platforms(machine: str) -> list[str]:
    named = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    every = [tag for glibc in GLIBC for tag in (f"manylinux_2_{glibc}", named.get(glibc)) if tag]
    return [f"{tag}_{machine}" for tag in (*every, "linux")]


def files_of(found: Distribution) -> Iterator[str]:
    """What a package has put into the folder; programs it brings for a shell are left out."""
    yield from (str(file) for file in found.files or () if ".." not in file.parts)


def _name_of(found: Distribution) -> str:
    return canonicalize_name(found.metadata["Name"])


def _tops(found: Distribution) -> set[str]:
    """The first names under which a package is imported."""
    firsts = {file.partition("/")[0] for file in files_of(found) if file.endswith((".py", ".so"))}
    return {first.partition(".")[0] for first in firsts if not first.endswith((".dist-info", ".data"))}
