"""A process told to stop leaves nothing half-begun: what it did not begin waits as if it had never been claimed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.stopping import stop_asked
from infra.store import MessageState
from notifications.channels import Mail, Result
from notifications.channels.outbox import OutboxChannel
from tasks.delivering import Deliverer
from tests.people import playbook, round_of
from tests.town import Town


class StoppedAfterTheFirst(OutboxChannel):
    """SIGTERM comes while the first mail is being written."""

    def _write(self, mail: Mail) -> Result:
        stop_asked.set()
        return super()._write(mail)


@pytest.fixture(autouse=True)
def not_stopped() -> Iterator[None]:
    yield
    stop_asked.clear()


def test_mails_that_were_not_begun_are_not_in_doubt(town: Town) -> None:
    """C21: told to stop after the first of many: it is recorded, the others wait, none is thought to be half-sent; the
    next process sends each once."""
    for name in ("Sam", "Bob", "Jane", "Zoe"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Food", "food-parcel:4", playbook=playbook(round_of("all", patience="2h")), look=False)
    town.decides()
    Deliverer(town.door, StoppedAfterTheFirst(town.home)).deliver_due()
    states = sorted(row.state for row in town.rows(need))
    assert states == [MessageState.accepted, *[MessageState.pending] * 4]
    assert not any(row.again or row.frozen for row in town.rows(need))
    stop_asked.clear()
    town.settle()
    assert sorted(str(mail["To"]) for _, mail in town.mails()) == [
        f"{name}@example.org" for name in ("amina", "bob", "jane", "sam", "zoe")
    ]
