"""The keys that sign links, and that pairs kept apart are known by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store


def signing(chosen: Settings) -> Iterator[Finding]:
    from infra.settings import SettingsWrong

    kept = chosen.home / "keys"
    if not chosen.keys.get_secret_value():
        if not kept.exists() and not chosen.on_aws:
            yield Finding("keys", None, f"they will be made in {kept} when first used")
            return
        if kept.exists() and kept.stat().st_mode & 0o077:
            yield Finding("keys", False, f"others can read {kept}", f"Run `chmod 600 {kept}`.")
            return
    try:
        kids = list(chosen.signing_keys)
    except (SettingsWrong, OSError) as wrong:
        do = "Put the keys back from a backup; without them links stop working."
        yield Finding("keys", False, str(wrong), 'Run `eval "$(muster deploy settings)"`.' if chosen.on_aws else do)
        return
    yield Finding(
        "keys", True, f"{kids[0]} signs new links" + (f"; {', '.join(kids[1:])} open old ones" if kids[1:] else "")
    )


def pairs(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Pairs kept apart are known by a key: without it nobody would notice that they no longer are."""
    from infra.settings import SettingsWrong

    try:
        known = set(chosen.signing_keys)
    except (SettingsWrong, OSError):  # said by `signing`
        return
    if gone := sorted(store.apart_kids() - known):
        yield Finding(
            "pairs kept apart",
            False,
            f"the key {', '.join(gone)} that they are known by is gone, so they are kept apart no longer",
            "Put the key back into MUSTER_KEYS, behind the one that signs.",
        )
