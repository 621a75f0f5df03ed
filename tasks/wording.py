"""A claimed message becomes a mail: checked that it is still true, worded once, addressed and composed each time."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from domain.links import LinkTo, Purpose, derive_token, url_of
from domain.messages import ASKS, Message, MessageKind
from domain.responders import Contact
from domain.situations import Situation
from infra import clock
from infra.door import Door
from infra.store import MessageState, OutboxRow
from notifications.channels import Mail
from notifications.composing import CannotCompose, compose
from notifications.kinds import KINDS
from notifications.rendering import CannotRender, render
from notifications.words import Words
from notifications.writing import Skip, suppresses_auto_replies, unsubscribe_link, write

SENT = (MessageState.accepted, MessageState.delivered, MessageState.unknown)


class CannotWord(Exception):
    """This message cannot be worded or composed: it is put aside, and the others go on."""


class NoAddress(Exception):
    """There is no address on file for its recipient."""


@dataclass
class Wording:
    """Words one batch of messages. What is read of a need is read once for the batch."""

    door: Door
    _situations: dict[str, Situation] = field(default_factory=dict)
    _asked: dict[str, frozenset[str]] = field(default_factory=dict)

    def word(self, row: OutboxRow) -> str | Skip:
        """The words of a message as JSON, fixed at its first claim; or why it is not to be sent."""
        message = row.message
        try:
            words = write(
                message,
                self._situation(message.need),
                self.door.store,
                self.door.settings,
                now=clock.now(),
                ask_sent=message.invitation in self._asks_sent(message),
            )
        except (ValidationError, LookupError) as wrong:
            raise CannotWord(f"cannot be worded: {type(wrong).__name__}") from wrong
        if isinstance(words, Skip):
            return words
        return row.frozen or json.dumps(
            {
                "kind": message.kind.value,
                "words": words.model_dump(mode="json"),
                "date": clock.now().replace(microsecond=0).isoformat(),
                "boundary": secrets.token_hex(12),
            }
        )

    def mail(self, row: OutboxRow, frozen: str) -> Mail:
        """The mail itself: the same for the same words, to the last byte."""
        message, fixed = row.message, json.loads(frozen)
        address = self._address(message)
        try:
            raw = self._compose(message, KINDS[message.kind].model_validate(fixed["words"]), fixed, address)
        except (CannotCompose, CannotRender, ValidationError, KeyError) as wrong:
            raise CannotWord(f"cannot be composed: {type(wrong).__name__}") from wrong
        sender = self.door.settings.email_from
        return Mail(id=message.id, to=address, raw=raw, sender=sender, urgent=message.urgent, again=row.again)

    def _situation(self, need: str) -> Situation:
        if need not in self._situations:
            self._situations[need] = self.door.situation(need)
        return self._situations[need]

    def _asks_sent(self, message: Message) -> frozenset[str]:
        """The invitations of this need whose ask has left; looked up only for a stand-down."""
        if message.kind is not MessageKind.stand_down:
            return frozenset()
        if message.need not in self._asked:
            self._asked[message.need] = frozenset(
                row.message.invitation
                for row in self.door.store.messages(message.need)
                if row.message.kind in ASKS and row.message.invitation and row.state in SENT
            )
        return self._asked[message.need]

    def _address(self, message: Message) -> str:
        """Looked up each time: an address mended meanwhile is the one that is used."""
        store, (kind, _, id) = self.door.store, message.to.partition(":")
        if kind == "resident":
            found = store.resident(message.need).email
        elif kind == "officer":
            found = next((officer.email for officer in store.officers() if officer.id == id), None)
        else:
            addresses = mailable(store.contacts(id))
            found = addresses[min(message.contact, len(addresses) - 1)] if addresses else None
        if found is None:
            raise NoAddress
        return found

    def _compose(self, message: Message, words: Words, fixed: dict[str, str], address: str) -> bytes:
        settings = self.door.settings
        rendered = render(words, self._url)
        domain = settings.email_from.rpartition("@")[2]
        unsubscribe = unsubscribe_link(words)
        return compose(
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            to=address,
            sender_name=settings.council,
            sender=settings.email_from,
            reply_to=None,
            date=datetime.fromisoformat(fixed["date"]),
            message_id=f"<{message.id}@{domain}>",
            boundary=fixed["boundary"],
            thread=f"<need-{message.need}@{domain}>",
            unsubscribe_url=self._url(unsubscribe) if unsubscribe else None,
            suppress_auto_replies=suppresses_auto_replies(message.kind),
        )

    def _url(self, link: LinkTo) -> str:
        settings = self.door.settings
        token = derive_token(settings.signing_keys, link.kid, Purpose(link.purpose), link.target)
        return url_of(settings.base_url, Purpose(link.purpose), token)


def mailable(contacts: list[Contact]) -> list[str]:
    """The addresses of these contacts, in the order they are tried."""
    return [contact.email for contact in contacts if contact.email]
