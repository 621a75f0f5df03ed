"""The council's rota, from `MUSTER_HOME/rota.yaml` or else `playbooks/rota.yaml`; read again when the file changes."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path

from domain.rota import Rota
from infra.playbooks import FOLDER, PlaybookWrong, load_yaml

SHIPPED = FOLDER / "rota.yaml"

log = logging.getLogger("muster.rota")


def rota_file(home: Path) -> Path:
    """The file that counts."""
    own = home / "rota.yaml"
    return own if own.is_file() else SHIPPED


def load_rota(home: Path) -> Rota:
    """The rota as it stands. A file that cannot be used counts as empty: then everybody on the list is asked."""
    path = rota_file(home)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return Rota()
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Rota:
    """One version of the file; what is wrong with it is said once."""
    try:
        return load_yaml(path, Rota)
    except PlaybookWrong as wrong:
        log.warning("the rota cannot be used, so officers are asked as they were added: %s", wrong)
        return Rota()
