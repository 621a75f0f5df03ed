"""Playbooks and the catalogue, read from YAML. Whatever is wrong with a file is said with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.capabilities import Catalogue, Sector
from domain.keeping import Periods
from domain.labels import label_code
from domain.playbooks import Playbook
from domain.rota import Rota
from infra.faults import say_fault

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FOLDER = Path(__file__).resolve().parent.parent / "playbooks"
NOT_PLAYBOOKS = frozenset({"categories", "service-types", "rota", "retention"})
LARGEST = 256 * 1024
DEEPEST = 12
MOST_NODES = 5_000
MOST_FAULTS = 50
LONGEST_VALUE = 40  # of what is no text: a number, a date

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file. Line 0 is the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


class PlaybookWrong(Exception):
    """A playbook or the catalogue cannot be used as it stands; `faults` holds everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class NoSuchPlaybook(LookupError):
    """There is no playbook of this name, and no file."""


# --- finding ------------------------------------------------------------------


def playbook_names() -> list[str]:
    """The names of the playbooks shipped, in order."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in NOT_PLAYBOOKS)


def find_playbook(name: str) -> Path:
    """Return the file of a playbook by its name in `playbooks/`, or by its path; else raise `NoSuchPlaybook`."""
    if "/" not in name and "\\" not in name and not name.endswith((".yaml", ".yml")):
        if name in playbook_names():
            return FOLDER / f"{name}.yaml"
        near = get_close_matches(name[:60].lower(), playbook_names(), n=1)
        known = f"did you mean {near[0]}?" if near else f"there are {', '.join(playbook_names())}; a path works too"
        raise NoSuchPlaybook(f"no playbook is called {name[:60]!r}; {known}")
    path = Path(name)
    if not path.is_file():
        raise NoSuchPlaybook(f"there is no playbook file {name[:200]!r}")
    return path


def load_playbook(name: str) -> Playbook:
    """Return the playbook of this name (in `playbooks/`) or path. Raises `NoSuchPlaybook` or `PlaybookWrong`."""
    return _load(find_playbook(name), Playbook).written_out()


@lru_cache(maxsize=4)
def load_catalogue(path: Path = FOLDER / "categories.yaml") -> Catalogue:
    """Return the council's categories and capabilities. Raises `PlaybookWrong`."""
    return _load(path, Catalogue)


def category_title(code: str) -> str:
    """What the council calls this category; one it no longer has is called by its code."""
    return load_catalogue().categories.get(code) or label_code(code)


def capability_title(code: str) -> str:
    """What the council calls this kind of help; one it no longer has is called by its code."""
    titles = {known.code: known.title for known in load_catalogue().capabilities}
    return titles.get(code) or label_code(code)


def load_yaml(path: Path, model: type[Model]) -> Model:
    """Read any other YAML file of ours into `model`, as strictly. Raises `PlaybookWrong`."""
    return _load(path, model)


def check_file(path: Path) -> tuple[list[Fault], list[Fault]]:
    """Return everything wrong with a playbook (or `rota.yaml` and its like), and what is only worth knowing."""
    from infra.directory.referral import ServiceTypes  # here: what reads directories reads files of ours too

    models: dict[str, type[BaseModel]] = {
        "categories": Catalogue,
        "rota": Rota,
        "retention": Periods,
        "service-types": ServiceTypes,
    }
    try:
        tree = _read_tree(path)
        built = _build(path, tree, models.get(path.stem) or _likeliest(tree, models.values()))
    except PlaybookWrong as wrong:
        return list(wrong.faults), []
    if isinstance(built, Catalogue):
        return [], _checks_without_reason(path, tree, built)
    return [], []


def _likeliest(tree: yaml.Node, models: Iterable[type[BaseModel]]) -> type[BaseModel]:
    """Whatever the file is called: what its outermost keys belong to, a playbook unless they say otherwise."""
    outermost = tree.value if isinstance(tree, yaml.MappingNode) else []
    keys = {key.value for key, _ in outermost if isinstance(key, yaml.ScalarNode)}
    known: list[type[BaseModel]] = [Playbook, *models]
    return max(known, key=lambda model: len(keys & set(model.model_fields)))


def _checks_without_reason(path: Path, tree: yaml.Node, catalogue: Catalogue) -> list[Fault]:
    """Where a check is required and nothing says why the role may be asked for it: that can be an offence."""
    found = []
    for index, capability in enumerate(catalogue.capabilities):
        if not capability.may_ask_for_its_check:
            node, _ = _find(tree, ("capabilities", index, "check"))
            everybody = " of everybody, volunteers too" if Sector.volunteer in capability.sectors else ""
            said = (
                f"{capability.code} asks for the check {capability.check.value}{everybody} and does not say why the "
                "role may be checked; asking where that is not allowed is an offence. Say why (eligible) or ask less"
            )
            found.append(Fault(str(path), _line(node), said))
    return found


# --- reading ------------------------------------------------------------------


def _load(path: Path, model: type[Model]) -> Model:
    return _build(path, _read_tree(path), model)


def _read_tree(path: Path) -> yaml.Node:
    """The file as a tree of nodes that know their lines. Nothing is constructed, and nothing can grow."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as wrong:
        raise PlaybookWrong(Fault(str(path), 0, f"cannot be read ({wrong.strerror})")) from None
    if len(raw) > LARGEST:
        raise PlaybookWrong(Fault(str(path), 0, f"is larger than {LARGEST // 1024} KB; a playbook is a page or two"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise PlaybookWrong(Fault(str(path), line, "is not UTF-8 text; save the file as UTF-8")) from None
    try:
        _refuse_tricks(path, text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        reason = f"this is not YAML: {wrong.problem or wrong.context}"
        raise PlaybookWrong(Fault(str(path), mark.line + 1 if mark else 0, reason)) from None
    except yaml.YAMLError as wrong:  # the reader's: a control character
        line = text[: getattr(wrong, "position", 0)].count("\n") + 1
        raise PlaybookWrong(Fault(str(path), line, "holds a character that YAML does not allow")) from None
    if node is None:
        raise PlaybookWrong(Fault(str(path), 1, "is empty"))
    return node


def _refuse_tricks(path: Path, text: str) -> None:
    """Refuse aliases (a few lines of them unfold to gigabytes), deep nesting, far too much, several documents."""
    depth = documents = nodes = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise PlaybookWrong(Fault(str(path), line, "uses & or * references; write the values out instead"))
        nodes += isinstance(event, yaml.NodeEvent)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > DEEPEST:
            raise PlaybookWrong(Fault(str(path), line, "is nested too deeply"))
        if nodes > MOST_NODES:
            said = f"holds more than {MOST_NODES:,} values; a playbook is a page or two"
            raise PlaybookWrong(Fault(str(path), line, said))
        if documents > 1:
            raise PlaybookWrong(Fault(str(path), line, "holds a second document after ---; make it a file of its own"))


# --- building -----------------------------------------------------------------


def _build(path: Path, tree: yaml.Node, model: type[Model]) -> Model:
    faults: list[Fault] = []
    content = _plain(tree, path, faults)
    if not isinstance(tree, yaml.MappingNode):
        raise PlaybookWrong(Fault(str(path), 1, "must be a block of keys with their values, such as name: everyday"))
    try:
        built = model.model_validate(content)
    except ValidationError as wrong:
        faults += [_fault(path, tree, error, model) for error in _own(wrong.errors())]
    if faults:
        found = sorted(set(faults))
        more = [Fault(str(path), 0, f"and {len(found) - MOST_FAULTS:,} more")] if len(found) > MOST_FAULTS else []
        raise PlaybookWrong(*found[:MOST_FAULTS], *more)
    return built


def _plain(node: yaml.Node, path: Path, faults: list[Fault]) -> Any:
    """The node as plain Python values, noting keys that are there twice and values YAML itself cannot read."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(value, path, faults) for value in node.value]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name in found:
                faults.append(Fault(str(path), _line(key), f"the key {name[:60]!r} is there twice"))
            found[name] = _plain(value, path, faults)
        return found
    try:
        if not node.tag.endswith(":str") and len(node.value) > LONGEST_VALUE:
            raise ValueError
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, OverflowError):  # `!!bool maybe`
        faults.append(Fault(str(path), _line(node), f"{str(node.value)[:40]!r} cannot be read; put it in quotes"))
        return str(node.value)


def _own(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Those that follow from no other. A list whose only item is wrong counts as empty too: say the first alone."""
    around = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in around]


def _fault(path: Path, tree: yaml.Node, error: Any, model: type[BaseModel]) -> Fault:
    place: Place = error["loc"]
    node, key = _find(tree, place)
    where = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
    reason = say_fault(error, model)
    if error["type"] == "missing":
        where = ".".join(where.split(".")[:-1])
    elif error["type"] == "extra_forbidden":
        where = ".".join(where.split(".")[:-1])
        node = key or node
    if error["type"] == "too_short" and place == ("rounds",):
        reason = "there are no rounds; a playbook needs at least one"
    return Fault(str(path), _line(node), f"{where}: {reason}" if where else reason)


def _find(tree: yaml.Node, place: Place) -> tuple[yaml.Node, yaml.Node | None]:
    """The node at `place`, or the nearest there is around it, and the key it stands under."""
    node, under = tree, None
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if getattr(key, "value", None) == step]
            if not found:
                break
            under, node = found[-1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
    return node, under


def _line(node: yaml.Node | yaml.Event) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1
