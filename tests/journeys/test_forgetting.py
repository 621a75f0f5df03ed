"""A person leaves a Muster that is running: its store, its mail, Prefect's database, every log."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Muster, eventually

pytestmark = pytest.mark.journey

GRACE = ("Grace Hopper", "grace.hopper@example.org", "900042", "7 Harbour Lane")


def test_grace_is_forgotten_while_everything_runs(muster: Muster) -> None:
    """P01: her need is withdrawn and she is erased while the worker sends: whoever promised is told, and in no file
    there is, Prefect's own included, any of her is left."""
    sam, _ = muster.knows("sandbag")
    opened = muster.json(
        "need", "open", "--summary", "A sandbag for the door", "--line", "sandbag:1", "--area", "Norbiton", "--yes",
        "--resident-name", GRACE[0], "--resident-email", GRACE[1], "--resident-phone", f"07700 {GRACE[2]}",
        "--address", GRACE[3], "--playbook", muster.playbook,
    )  # fmt: skip
    need = str(opened["need"])
    muster.answer(muster.awaits(sam, "Can you help", need), answer="accept")
    muster.awaits(sam, "Private", need)
    erased = muster.command("person", "erase", GRACE[1], "--because", "asked", "--withdraw", "--yes")
    assert "Nothing that names them is left" in erased
    muster.awaits(sam, "do not set out", need)
    assert muster.shows(need)["story"][-1]["because"].startswith("Erased, as the council was asked to")
    files = [path for path in muster.home.rglob("*") if path.is_file()]
    assert any("prefect" in str(path) and path.suffix == ".db" for path in files)
    held = [path for path in files if any(word.encode() in path.read_bytes() for word in GRACE)]
    assert not held


def test_house_is_kept(muster: Muster) -> None:
    """The nightly run, started by hand, ends well; its log has counts and nothing else."""
    with muster.prefect as prefect:
        prefect.create_run("keep-house/keep-house")

    def done() -> bool:
        runs = muster.prefect_finds("flow_runs", flow_runs={"name": {"any_": ["keep house"]}})
        return any(run["state_type"] == "COMPLETED" for run in runs)

    assert eventually(done, 40)
