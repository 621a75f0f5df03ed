"""Who may help: responders, what they can do, how to reach them, and how often they were asked."""

from __future__ import annotations

from collections.abc import Iterable

from domain.saying_yes import Heard
from infra.store.dynamodb.alarms import AlarmItems
from infra.store.dynamodb.walking import WalkedNeeds


class DirectoryItems(AlarmItems, WalkedNeeds):
    """Responders and everything about them."""

    def _count_sectors(self, heard: Iterable[Heard]) -> None:
        """Count answers for the sector of each responder; apart from the change, as all needs share these counts."""
