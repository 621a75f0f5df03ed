"""The council's retention periods, from `MUSTER_HOME/retention.yaml` or else `playbooks/retention.yaml`."""

from __future__ import annotations

from pathlib import Path

from domain.keeping import Periods
from infra.playbooks import FOLDER, load_yaml

SHIPPED = FOLDER / "retention.yaml"


def retention_file(home: Path) -> Path:
    """The file that counts."""
    own = home / "retention.yaml"
    return own if own.is_file() else SHIPPED


def load_periods(home: Path) -> Periods:
    """How long what is kept. Raises `PlaybookWrong`, naming file and line."""
    return load_yaml(retention_file(home), Periods)
