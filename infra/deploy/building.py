"""Builds the zips that Lambda runs, the same bytes from the same input.

By hand: `python -m infra.deploy.building --out dist`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path

import yaml

from infra.deploy.packages import MACHINE, PYTHON, Architecture, CannotFetch, Packages, fetch, files_of
from infra.deploy.reaching import ROOT, Reached, reach

LIGHT, WORKER = "light", "worker"
LIGHT_ROOTS = ("lambdas.web", "lambdas.waker", "lambdas.receipts")
UNZIPPED_AT_MOST = 250 * 1024 * 1024  # Lambda's own limit
ZIPPED_AT_MOST = 50 * 1024 * 1024  # of what may be sent without a bucket; ours go through one, so it is only said
LONG_AGO = (1980, 1, 1, 0, 0, 0)
NOT_PACKED = frozenset({"__pycache__", "tests", "bin"})
NOT_RUN = ("infra/deploy/", "infra/stack/")  # ours, but for whoever deploys
PAPERS = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
HOME_FILES = ("*.yaml", "playbooks/*.yaml")  # never what else may lie there: keys, a store, mails

Say = Callable[[str], None]


class CannotBuild(Exception):
    """The zips cannot be made as they must be; the message says why."""


@dataclass(frozen=True)
class Zip:
    """One zip. `hash` is of its bytes, so it names what is in it."""

    part: str
    path: Path
    hash: str
    size: int
    unzipped: int


@dataclass(frozen=True)
class Built:
    """What the functions run: `light` the web, the waker and receipts; `worker`, with Prefect, the worker."""

    light: Zip
    worker: Zip


def build(
    out: Path, home: Path | None = None, architecture: Architecture = "x86_64", say: Say = lambda line: None
) -> Built:
    """Build both zips into `out`, with the council's own files from `home`. Raises `CannotBuild`."""
    lock = ROOT / "requirements.lock"
    if not lock.is_file():
        raise CannotBuild(f"{lock} is not there: build from Muster's own folder, as it was downloaded")
    out.mkdir(parents=True, exist_ok=True)
    say(f"Fetching the packages of {lock.name} for Lambda ({architecture}) …")
    try:
        packages = fetch(lock, ROOT / "build", architecture)
    except CannotFetch as why:
        raise CannotBuild(str(why)) from None
    parts = {LIGHT: LIGHT_ROOTS, WORKER: ("lambdas.worker", *_flow_modules())}
    made = {part: _make(part, reach(roots), packages, out, home, say) for part, roots in parts.items()}
    return Built(made[LIGHT], made[WORKER])


def _flow_modules() -> list[str]:
    """Where the flows are, as `prefect.yaml` says."""
    listed = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    return [deployment["entrypoint"].rpartition(".")[0] for deployment in listed]


def _make(part: str, reached: Reached, packages: Packages, out: Path, home: Path | None, say: Say) -> Zip:
    if unknown := packages.unknown(reached.outside):
        raise CannotBuild(f"{part} imports what requirements.lock does not have: {', '.join(unknown)}")
    needed = packages.needed(reached.outside)
    if part == LIGHT and "prefect" in needed:
        raise CannotBuild("the light zip would bring Prefect along: something that its functions import needs it")
    say(f"Packing {part}: {len(needed)} packages …")
    with tempfile.TemporaryDirectory(prefix="muster-build-") as scratch:
        tree = Path(scratch)
        _lay_out(tree, reached, needed.values(), packages.folder, home)
        if _runs_here(packages.architecture):
            _compile(tree, reached)
        made = _zip(part, tree, out / f"{part}.zip")
    say(f"{made.path.name}: {_megabytes(made.size)}, {_megabytes(made.unzipped)} unzipped")
    if made.unzipped > UNZIPPED_AT_MOST:
        raise CannotBuild(f"{part} is {_megabytes(made.unzipped)} unzipped; Lambda takes {UNZIPPED_AT_MOST >> 20} MiB")
    return made


# --- what goes in -------------------------------------------------------------


def _lay_out(tree: Path, reached: Reached, needed: Iterable[Distribution], packages: Path, home: Path | None) -> None:
    """Put everything where it lies in the zip."""
    for found in needed:
        for file in files_of(found):
            if _is_packed(file) and _is_asked_for(file, reached.words):
                _copy(packages / file, tree / file)
    for file in _our_files(reached.folders):
        _copy(ROOT / file, tree / file)
    if home:
        for path in own_files(home):
            _copy(path, tree / "home" / path.relative_to(home))


def own_files(home: Path) -> list[Path]:
    """The council's own files in its home, which the functions are to have."""
    return [path for pattern in HOME_FILES for path in sorted(home.glob(pattern))]


def _our_files(folders: Iterable[str]) -> Iterator[str]:
    for folder in (*folders, "playbooks"):
        for path in sorted((ROOT / folder).rglob("*")):
            file = path.relative_to(ROOT).as_posix()
            if path.is_file() and _is_packed(file) and not file.startswith(NOT_RUN):
                yield file


def _is_packed(file: str) -> bool:
    *folders, name = file.split("/")
    papers = bool(folders) and folders[0].endswith(".dist-info") and name in PAPERS
    return not papers and not NOT_PACKED & set(folders) and not name.endswith((".pyc", ".pyi", ".po", ".pot"))


def _is_asked_for(file: str, words: set[str]) -> bool:
    """botocore describes some 400 services, in nearly a third of all our bytes: only those are taken that we name."""
    where = file.split("/")
    return where[:2] != ["botocore", "data"] or len(where) == 3 or where[2] in words


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


# --- compiled ahead -----------------------------------------------------------


IMPORT_ALL = """
import importlib, sys
tree, *modules = sys.argv[1:]
sys.path[:] = [place for place in sys.path if "site-packages" not in place]
sys.path.insert(0, tree)
for module in modules:
    importlib.import_module(module)
print(*sorted({m.__file__ for m in list(sys.modules.values()) if (getattr(m, "__file__", "") or "").startswith(tree)}))
"""
COMPILE_ALL = """
import py_compile, sys
tree, *files = sys.argv[1:]
for file in files:
    py_compile.compile(f"{tree}/{file}", dfile=file, doraise=True,
                       invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
"""


def _runs_here(architecture: Architecture) -> bool:
    here = f"{sys.version_info.major}.{sys.version_info.minor}", platform.system(), platform.machine()
    return here == (PYTHON, "Linux", MACHINE[architecture])


def _compile(tree: Path, reached: Reached) -> None:
    """Compile what the functions import, for Lambda cannot keep what it compiles; and so see that all of it imports.

    Raises `CannotBuild` when something does not: a package that is missing would otherwise be missed by a visitor.
    """
    loaded = _python(IMPORT_ALL, tree, *sorted(reached.modules)).split()
    files = [Path(file).relative_to(tree).as_posix() for file in loaded if file.endswith(".py")]
    _python(COMPILE_ALL, tree, *files)


def _python(program: str, tree: Path, *words: str) -> str:
    """Run a program that sees nothing but the tree."""
    kept = {"PATH": os.environ.get("PATH", ""), "HOME": str(tree.parent)}
    command = [sys.executable, "-s", "-S", "-P", "-B", "-c", program, str(tree), *words]
    ran = subprocess.run(command, env=kept, cwd=tree.parent, capture_output=True, text=True)  # noqa: S603
    if ran.returncode:
        raise CannotBuild(f"What was packed cannot be imported. {ran.stderr.strip()[-1500:]}")
    return ran.stdout


# --- the zip ------------------------------------------------------------------


def _zip(part: str, tree: Path, path: Path) -> Zip:
    """The same tree is the same bytes: names in order, one time for all, the same rights."""
    unzipped = 0
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(tree.rglob("*")):
            if file.is_file():
                content = file.read_bytes()
                unzipped += len(content)
                entry = zipfile.ZipInfo(file.relative_to(tree).as_posix(), LONG_AGO)
                entry.external_attr = 0o100644 << 16
                packed.writestr(entry, content, zipfile.ZIP_DEFLATED, 6)
    return Zip(part, path, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, unzipped)


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB"


def main() -> None:
    """Build by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("dist"), help="where the zips are put")
    parser.add_argument("--home", type=Path, help="a MUSTER_HOME whose rota, retention periods and playbooks go along")
    parser.add_argument("--architecture", choices=sorted(MACHINE), default="x86_64")
    given = parser.parse_args()
    try:
        built = build(given.out, given.home, given.architecture, print)
    except CannotBuild as why:
        sys.exit(str(why))
    for made in (built.light, built.worker):
        beyond = "" if made.size <= ZIPPED_AT_MOST else "; too large to send without a bucket"
        print(f"{made.part}: sha256 {made.hash}{beyond}")


if __name__ == "__main__":
    main()
