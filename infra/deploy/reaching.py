"""What a module of ours needs: which others it can ever import, which packages from outside, which words it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORD = re.compile(r"[a-z][a-z0-9-]*")
FOLDERS = ("domain", "flows", "infra", "lambdas", "notifications", "playbooks", "tasks", "web")


@dataclass
class Reached:
    """All that can be imported, at the start or later: our modules, the first names of others'; and words they hold."""

    modules: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)

    @property
    def folders(self) -> list[str]:
        return sorted({module.partition(".")[0] for module in self.modules})


def reach(roots: Iterable[str]) -> Reached:
    """Follow every import from these modules on, wherever in a file it stands."""
    reached, waiting = Reached(), list(roots)
    while waiting:
        module = waiting.pop()
        if module in reached.modules or (path := _file_of(module)) is None:
            continue
        reached.modules.add(module)
        tree = ast.parse(path.read_text())
        reached.words.update(_words(tree))
        for name in (*_imported(tree), module.rpartition(".")[0]):
            if name.partition(".")[0] in FOLDERS:
                waiting.append(name)
            elif name:
                reached.outside.add(name.partition(".")[0])
    return reached


def _file_of(module: str) -> Path | None:
    place = ROOT.joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Every name an import could load; what stands under `if TYPE_CHECKING` is never imported."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            waiting.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))


def _words(tree: ast.Module) -> Iterator[str]:
    """Every text of one word: whichever way a service is asked for, its name is written somewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.fullmatch(node.value):
            yield node.value
