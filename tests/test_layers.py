"""Imports run one way: flows -> tasks -> notifications, infra -> domain; web and cli use the same doors."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = {"domain", "notifications", "infra", "tasks", "flows", "web", "cli", "lambdas"}
MAY_IMPORT = {
    "domain": set(),
    "notifications": {"domain"},
    "infra": {"domain"},
    "tasks": {"notifications", "infra", "domain"},
    "flows": {"tasks", "infra", "domain"},
    "web": {"infra", "notifications", "domain"},
    "cli": {"domain", "notifications", "infra", "tasks", "web"},
    "lambdas": {"domain", "notifications", "infra", "tasks", "web"},
}
PURE = {"pydantic", "email_validator", "phonenumbers"}  # what the domain may use from outside
IMPURE = {  # of the standard library: clock, network, files, processes, threads
    "asyncio", "ctypes", "fileinput", "ftplib", "glob", "http", "imaplib", "io", "logging", "mmap", "multiprocessing",
    "os", "pathlib", "poplib", "random", "sched", "select", "selectors", "shelve", "shutil", "signal", "smtplib",
    "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip
NOW = {"now", "utcnow", "today"}  # methods of datetime and date that read the clock
WITHOUT_PREFECT = ["domain", "notifications", "web"]


def files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file it does so, by its whole name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_imports_run_one_way(folder: str) -> None:
    """A folder imports nothing of ours above it or beside it."""
    allowed = MAY_IMPORT[folder] | {folder}
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(folder)
        for name in imports(path)
        if name.split(".")[0] in OURS - allowed
    ]
    assert not strangers, "\n".join(strangers)


@pytest.mark.parametrize("folder", WITHOUT_PREFECT)
def test_prefect_stays_with_those_who_run_it(folder: str) -> None:
    """Decisions, words and pages know nothing of Prefect."""
    strangers = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files(folder)
        for name in imports(path)
        if name.split(".")[0] == "prefect"
    ]
    assert not strangers, "\n".join(strangers)


@pytest.mark.parametrize("path", files("domain"), ids=lambda path: str(path.relative_to(ROOT)))
def test_decisions_are_pure(path: Path) -> None:
    """The domain imports three libraries, and of the standard library nothing with a clock, a network or files."""
    strangers = [
        name
        for name in imports(path)
        if name.split(".")[0] in IMPURE
        or name in IMPURE
        or name.split(".")[0] not in OURS | PURE | sys.stdlib_module_names
    ]
    assert not strangers, f"{path.relative_to(ROOT)} imports {', '.join(strangers)}"
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    clocks = [f"line {call.lineno}" for call in calls if isinstance(call, ast.Attribute) and call.attr in NOW]
    assert not clocks, f"{path.relative_to(ROOT)} reads the clock: {', '.join(clocks)}"
    assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "open"], f"{path} opens files"


QUICK = ["lambdas.web", "lambdas.waker", "lambdas.receipts", "web.app", "cli.main", "cli.needs", "infra.door"]


@pytest.mark.parametrize("module", [*QUICK, "notifications.writing"])
def test_prefect_is_not_there_even_by_way_of_others(module: str) -> None:
    """Importing a page or a command loads no Prefect behind anybody's back, and says how long it took."""
    program = (
        "import sys, time; began = time.perf_counter(); sys.path.insert(0, '.'); "
        f"import {module}; took = time.perf_counter() - began; "
        "print(f'{took:.2f}', *sorted({m.split('.')[0] for m in sys.modules} & {'prefect', 'boto3', 'flows'}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *strangers = ran.stdout.split()
    print(f"import {module}: {seconds} s")
    assert not strangers, f"importing {module} loads {', '.join(strangers)}"


SHOWN = (
    "domain",
    "infra/commands",
    "infra/directory",
    "infra/persons",
)  # what they say is read on pages and in the API


@pytest.mark.parametrize("folder", [*SHOWN, "infra/recording.py", "infra/noticing.py", "infra/explaining.py"])
def test_no_sentence_names_a_command(folder: str) -> None:
    """Decision 15: only a command line names commands (`cli/hints.py`); docstrings may."""
    found = [ROOT / folder] if folder.endswith(".py") else files(folder)
    assert found
    for path in found:
        tree = ast.parse(path.read_text())
        captions = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        said = [
            node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in captions
        ]  # fmt: skip
        assert not [text for text in said if re.search(r"\bmuster [a-z]+ ", text) and "mustermuster" not in text], path
