"""What goes into the zips is worked out, not listed by hand: what is imported, what that requires, nothing private."""

from __future__ import annotations

import ast
import os
import zipfile
from pathlib import Path

import pytest

from infra.deploy import building
from infra.deploy.building import LIGHT_ROOTS, CannotBuild
from infra.deploy.packages import Packages
from infra.deploy.reaching import Reached, _imported, reach


def test_pages_waker_and_receipts_reach_no_prefect() -> None:
    """Nothing they import, now or at the tenth click, leads to Prefect; what they need on the way is found."""
    reached = reach(LIGHT_ROOTS)
    assert "prefect" not in reached.outside
    assert {"mangum", "starlette", "fastapi", "boto3", "authlib", "yaml"} <= reached.outside
    assert {"infra.store.sqlite", "web.api.app", "tasks.receipts"} <= reached.modules
    assert {"sqs", "lambda", "secretsmanager"} <= reached.words


def test_the_worker_s_flows_are_those_of_prefect_yaml() -> None:
    """Whoever adds a flow to the list has it in the zip."""
    assert {"flows.wake_needs", "flows.check_promises", "flows.keep_house"} <= set(building._flow_modules())
    reached = reach(["lambdas.worker", *building._flow_modules()])
    assert {"prefect", "httpx"} <= reached.outside
    assert "tasks.moving" in reached.modules


def test_an_import_counts_wherever_it_stands() -> None:
    """At the top, in a function, in an `else`; but not what only a type checker reads."""
    tree = ast.parse(
        "import a.b\n"
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    import never\nelse:\n    import c\n"
        "def later():\n    from d import e\n"
    )
    assert set(_imported(tree)) == {"a.b", "typing", "typing.TYPE_CHECKING", "c", "d", "d.e"}


def a_package(folder: Path, name: str, *requires: str) -> None:
    """A package as pip leaves it."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("")
    papers = folder / f"{name}-1.dist-info"
    papers.mkdir()
    lines = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (papers / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{lines}")
    (papers / "RECORD").write_text(f"{name}/__init__.py,,\n{name}-1.dist-info/METADATA,,\n")


def test_what_is_imported_brings_what_it_requires(tmp_path: Path) -> None:
    """Extras that are asked for too, but nothing for another machine or that nobody imports."""
    a_package(tmp_path, "first", "second[more]", 'forwindows; sys_platform == "win32"')
    a_package(tmp_path, "second", "third", 'extra_one; extra == "more"', 'other_one; extra == "other"')
    for name in ("third", "extra_one", "other_one", "forwindows", "unused"):
        a_package(tmp_path, name)
    packages = Packages(tmp_path, "x86_64")
    assert set(packages.needed({"first"})) == {"first", "second", "third", "extra-one"}
    assert packages.unknown({"first", "json", "nowhere"}) == ["nowhere"]


def test_a_home_gives_its_rules_and_never_its_secrets(tmp_path: Path) -> None:
    """The rota and the council's own playbooks go along; keys, the store and mails stay where they are."""
    home, tree = tmp_path / "home", tmp_path / "tree"
    for file in ("rota.yaml", "playbooks/floods.yaml", "keys", "muster.db", "outbox/1.eml", "deploy.toml"):
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).write_text(file)
    building._lay_out(tree, Reached({"lambdas.web"}), [], tmp_path, home)
    packed = {path.relative_to(tree / "home").as_posix() for path in (tree / "home").rglob("*") if path.is_file()}
    assert packed == {"rota.yaml", "playbooks/floods.yaml"}
    assert not [path for path in tree.rglob("*") if path.name in ("keys", "deploy.toml") or path.suffix == ".pyc"]


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    """Whenever and in whatever order they were written: so nothing is deployed anew that has not changed."""
    zips = []
    for number, names in enumerate([("a.py", "b/c.py"), ("b/c.py", "a.py")]):
        tree = tmp_path / str(number)
        for name in names:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_text(name)
            os.utime(tree / name, (1_000_000_000 + number, 1_000_000_000 + number))
            (tree / name).chmod(0o600 + number * 0o44)
        zips.append(building._zip("light", tree, tmp_path / f"{number}.zip"))
    assert zips[0].hash == zips[1].hash
    assert zips[0].unzipped == len("a.pyb/c.py")
    for name in "kcjzihdgef":
        (tmp_path / "1" / name).write_text(name)
    with zipfile.ZipFile(building._zip("light", tmp_path / "1", tmp_path / "2.zip").path) as packed:
        assert packed.namelist() == sorted(packed.namelist())
    (tmp_path / "1" / "a.py").write_text("else")
    assert building._zip("light", tmp_path / "1", tmp_path / "2.zip").hash != zips[0].hash
    with zipfile.ZipFile(tmp_path / "0.zip") as packed:
        assert all(entry.external_attr >> 16 & 0o444 == 0o444 for entry in packed.infolist())  # Lambda may read it


def test_what_is_compiled_is_the_same_bytes(tmp_path: Path) -> None:
    """Compiled where the zip is built, it names no folder of this machine, and is believed as it is."""
    made = []
    for number in range(2):
        tree = tmp_path / str(number)
        tree.mkdir()
        (tree / "one.py").write_text(
            "def known(word): return word in {'lift', 'parcel', 'blanket', 'meal', 'bed', 'tent'}\n"
        )
        building._compile(tree, Reached({"one"}))
        (compiled,) = tree.rglob("*.pyc")
        made.append(compiled.read_bytes())
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]
    assert made[0][4:8] == b"\x01\x00\x00\x00"  # PEP 552: by hash, unchecked


def test_a_package_that_is_missing_stops_the_build(tmp_path: Path) -> None:
    """Better here than in front of a visitor."""
    (tmp_path / "one.py").write_text("import starlette\n")  # which is installed here, and not in the tree
    with pytest.raises(CannotBuild, match="No module named 'starlette'"):
        building._compile(tmp_path, Reached({"one"}))
