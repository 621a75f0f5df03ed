"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.keeping import Kept, Periods
from domain.needs import Resident
from domain.responders import Contact
from infra.store.signing_in import Audit


@dataclass(frozen=True)
class ContactRow:
    """A responder's contacts, all of them."""

    responder: str
    contacts: tuple[Contact, ...]


class PrivacyStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`.

    What is past its time is not read any more, whether or not it has been swept. A need an officer said to keep is
    never past its time.
    """

    # --- by time ---
    def set_periods(self, periods: Periods) -> None:
        """From now on this is how long what is kept."""

    def periods(self) -> Periods:
        """How long what is kept; as shipped until it is set."""

    def needs_past(self, kept: Kept, now: datetime, limit: int) -> list[str]:
        """Closed needs of which something of this class is past its time, the longest first. For `contact`, `words`,
        `shared-words`: these are erased through the door, so that the story says so."""

    def sweep(self, kept: Kept, now: datetime, limit: int) -> int:
        """Erase up to `limit` things of this class that are past their time; returns how many. For `message-bodies`,
        `links`, `resident-keys`, `ask-counts`, and `story`: that is the whole of a need."""

    def count_past(self, now: datetime) -> dict[Kept, int]:
        """How much there is of each class that is past its time and not yet erased; what there is none of is left out.

        Up to 1,000 of each are counted."""

    def sweep_access(self, now: datetime) -> int:
        """Erase sessions, attempts, set-up links and kept figures that have ended; returns how many."""

    # --- one person ---
    def residents(self, after: str = "", limit: int = 1000) -> list[tuple[str, Resident]]:
        """Needs with whose they are, by reference, a page at a time."""

    def contact_rows(self, after: str = "", limit: int = 1000) -> list[ContactRow]:
        """Responders' contacts, by id, a page at a time."""

    def needs_asked(self, responder: str) -> list[str]:
        """Every need this responder was ever asked about, closed ones too, the oldest first."""

    def put_contacts(self, responder: str, contacts: Sequence[Contact], now: datetime) -> None:
        """These are the ways to reach a responder from now on."""

    def rename_responder(self, id: str, alias: str) -> None:
        """Take a responder out of the directory; wherever they stand in a story, `alias` stands from now on. Their
        links open nothing any more, and nothing unsent goes to them."""

    def tables_with(self, words: Iterable[str]) -> dict[str, int]:
        """In how many rows of each table any of these words stands, in small letters or great; none is left out."""

    def empty_log(self) -> bool:
        """Leave nothing of what was overwritten in the store's log; `False`: it is being read, so not now."""

    def compact(self) -> None:
        """Leave nothing of what was erased in the store's files. Others wait meanwhile."""

    # --- looks ---
    def looks(self, need: str) -> list[Audit]:
        """Who looked at what is private about this need, the latest first."""
