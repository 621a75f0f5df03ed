"""A person leaves a Muster that is running: its store, its mail, Prefect's database, every log."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Muster, eventually

pytestmark = pytest.mark.journey

NAME, EMAIL, PHONE, ADDRESS = "Grace Hopper", "grace.hopper@example.org", "07700 900042", "7 Harbour Lane"
GRACE = (NAME, EMAIL, "7700 900042", "7700900042", ADDRESS)  # six digits alone stand in many a moment or id


def test_grace_is_forgotten_while_everything_runs(muster: Muster) -> None:
    """P01: her need is withdrawn and she is erased while the worker sends: whoever promised is told, and in no file
    there is, Prefect's own included, any of her is left."""
    sam, _ = muster.knows("sandbag")
    opened = muster.json(
        "need", "open", "--summary", "A sandbag for the door", "--line", "sandbag:1", "--area", "Norbiton", "--yes",
        "--resident-name", NAME, "--resident-email", EMAIL, "--resident-phone", PHONE,
        "--address", ADDRESS, "--playbook", muster.playbook,
    )  # fmt: skip
    need = str(opened["need"])
    muster.answer(muster.awaits(sam, "Can you help", need), answer="accept")
    muster.awaits(sam, "Private", need)
    erased = muster.command("person", "erase", EMAIL, "--because", "asked", "--withdraw", "--yes")
    assert "Nothing that names them is left" in erased
    muster.awaits(sam, "do not set out", need)
    assert muster.shows(need)["story"][-1]["because"].startswith("Erased, as the council was asked to")
    files = [path for path in muster.home.rglob("*") if path.is_file()]
    assert any("prefect" in str(path) and path.suffix == ".db" for path in files)
    assert not [(path.name, word) for path in files for word in GRACE if word.encode() in path.read_bytes()]


def test_house_is_kept(muster: Muster) -> None:
    """The nightly run, started by hand, ends well; its log has counts and nothing else."""
    muster.presses("keep-house/keep-house")

    def done() -> bool:
        runs = muster.prefect_finds("flow_runs", flow_runs={"name": {"any_": ["keep house"]}})
        return any(run["state_type"] == "COMPLETED" for run in runs)

    assert eventually(done, 40)
