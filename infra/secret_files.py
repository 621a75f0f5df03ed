"""Secrets made once and kept in a file for its owner only."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Read the secret at `path`; make it when absent. Two processes starting at once end with the same one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        try:
            path.hardlink_to(draft)  # refuses when another process was first: then theirs is the one
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
