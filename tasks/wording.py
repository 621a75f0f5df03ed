"""A claimed message becomes a mail: checked that it is still true, worded once, addressed and composed each time."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from domain.links import Link, address_of
from domain.messages import Channel, Message, MessageKind, NoWay
from domain.officers import working
from domain.responders import Contact
from domain.situations import Situation
from infra import clock
from infra.door import Door
from infra.store import OutboxRow
from infra.together import side_by_side
from notifications.channels import Mail
from notifications.composing import CannotCompose, compose
from notifications.folding import FOLDED
from notifications.kinds import KIND_OF, KINDS
from notifications.rendering import CannotRender, render
from notifications.texting import render_text, takes_texts
from notifications.words import Words
from notifications.writing import NotSent, suppresses_auto_replies, unsubscribe_link, write


class CannotWord(Exception):
    """This message cannot be worded or composed: it is put aside, and the others go on."""


class NoAddress(Exception):
    """There is no way to send it to its recipient. Says why."""


@dataclass
class Wording:
    """Words one batch of messages. What is read of a need is read once for the batch."""

    door: Door
    _situations: dict[str, Situation] = field(default_factory=dict)
    _asked: dict[str, frozenset[str]] = field(default_factory=dict)
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def read(self, needs: Iterable[str]) -> None:
        """These needs side by side, before they are asked for one after the other."""

        def look(need: str) -> None:
            with suppress(LookupError):  # what is about it will say so
                self.situation(need)

        side_by_side(look, dict.fromkeys(needs), self.door.store.at_once)

    def word(self, row: OutboxRow) -> Words | NotSent:
        """What this message says as things stand; or why it is not to be sent. Those it carries count as it does."""
        said = self._write(row.message)
        if isinstance(said, NotSent) and carries_others(row):
            others = [self._write(other.message) for other in self.door.store.carried(row.message.id)]
            said = next((words for words in others if not isinstance(words, NotSent)), said)
        return said

    def _write(self, message: Message) -> Words | NotSent:
        try:
            return write(
                message,
                self.situation(message.need),
                self.door.store,
                self.door.settings,
                now=clock.now(),
                ask_sent=message.invitation in self._asks_sent(message),
            )
        except (ValidationError, LookupError) as wrong:
            raise CannotWord(f"cannot be worded: {type(wrong).__name__}") from wrong

    def mail(self, row: OutboxRow, frozen: str) -> Mail:
        """The mail itself: the same for the same words, to the last byte."""
        message, fixed = row.message, json.loads(frozen)
        address = self._address(message)
        try:
            words = KINDS[MessageKind(fixed["kind"])].model_validate(fixed["words"])
            if message.channel is Channel.sms:
                raw = f"To: {address}\n\n{render_text(words, self._url)}\n".encode()
            else:
                raw = self._compose(message, words, fixed, address)
        except (CannotCompose, CannotRender, ValidationError, KeyError) as wrong:
            raise CannotWord(f"cannot be composed: {type(wrong).__name__}") from wrong
        return Mail(
            id=message.id,
            to=address,
            raw=raw,
            sender=self.door.settings.email_from,
            urgent=message.urgent,
            again=row.again,
            date=datetime.fromisoformat(fixed["date"]),
            attempt=row.attempt,
        )

    def situation(self, need: str) -> Situation:
        """The need as it was when this batch first looked."""
        if need not in self._situations:
            self._situations[need] = self.door.situation(need)
        return self._situations[need]

    def _asks_sent(self, message: Message) -> frozenset[str]:
        """The invitations of this need whose ask has left; looked up only for a stand-down."""
        if message.kind is not MessageKind.stand_down:
            return frozenset()
        with self._asking:  # several may be worded at once
            if message.need not in self._asked:
                self._asked[message.need] = self.door.store.asks_sent(message.need)
        return self._asked[message.need]

    def _address(self, message: Message) -> str:
        """Looked up each time: an address mended meanwhile is the one that is used."""
        return self._phone(message) if message.channel is Channel.sms else self._email(message)

    def _email(self, message: Message) -> str:
        store = self.door.store
        if message.to_resident:
            found = store.resident(message.need).write_to
        elif message.to_officer:
            officers = working(store.officers())
            found = next((officer.email for officer in officers if officer.id == message.to_officer), None)
        else:
            addresses = mailable(store.contacts(message.to_responder))
            found = addresses[min(message.contact, len(addresses) - 1)] if addresses else None
        if found is None:
            raise NoAddress(NoWay.email)
        return found

    def _phone(self, message: Message) -> str:
        store = self.door.store
        if self.door.settings.texts == "none":
            raise NoAddress(NoWay.texts)
        if message.to_officer:
            numbers = [officer.phone for officer in working(store.officers()) if officer.id == message.to_officer]
        else:
            numbers = [contact.phone for contact in store.contacts(message.to_responder)]
        known = [number for number in numbers if number]
        if not known:
            raise NoAddress(NoWay.phone)
        if not (mobile := next((number for number in known if takes_texts(number)), None)):
            raise NoAddress(NoWay.mobile)
        return mobile

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
            reply_to=settings.reply_address,
            date=datetime.fromisoformat(fixed["date"]),
            message_id=f"<{message.id}@{domain}>",
            boundary=fixed["boundary"],
            thread=f"<need-{message.need}@{domain}>",
            unsubscribe_url=self._url(unsubscribe) if unsubscribe else None,
            suppress_auto_replies=suppresses_auto_replies(message.kind),
        )

    def _url(self, link: Link) -> str:
        settings = self.door.settings
        return address_of(settings.base_url, settings.signing_keys, link)


def freeze(words: Words) -> str:
    """Words as JSON, with all else that makes every attempt the same."""
    return json.dumps(
        {
            "kind": KIND_OF[type(words)].value,
            "words": words.model_dump(mode="json"),
            "date": clock.now().replace(microsecond=0).isoformat(),
            "boundary": secrets.token_hex(12),
        }
    )


def carries_others(row: OutboxRow) -> bool:
    """Does this message say what others were to say?"""
    return row.frozen is not None and json.loads(row.frozen).get("kind") in FOLDED


def mailable(contacts: list[Contact]) -> list[str]:
    """The addresses of these contacts, in the order they are tried."""
    return [contact.email for contact in contacts if contact.email]
