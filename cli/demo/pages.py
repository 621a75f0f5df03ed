"""Reading pages and mails as a program does that fills in forms for somebody."""

from __future__ import annotations

import email
import re
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

LINK = re.compile(r"https?://[^\s<>\"]+/[rstup]/[^\s<>\"]+")
REFERENCE = re.compile(r"\bN-[2-9A-Z]{6}\b")


class FormReader(HTMLParser):
    """The forms of a page: what a browser would send if a person changed nothing, and what there is to press."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.boxes: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = {name: value or "" for name, value in attrs}
        name, value = field.get("name", ""), field.get("value", "")
        if not name:
            return
        if tag == "input" and field.get("type") == "hidden":
            self.hidden[name] = value
        elif tag == "input" and field.get("type") == "radio":
            self.choices.setdefault(name, []).append(value)
            if "checked" in field:
                self.hidden[name] = value
        elif tag == "input" and field.get("type") == "checkbox":
            self.boxes[name] = value
        elif tag == "button":
            self.buttons[name] = value

    @property
    def as_served(self) -> dict[str, str]:
        """What a program sends that submits the form without choosing anything."""
        return {**self.hidden, **self.buttons}


def read_mail(path: Path) -> EmailMessage:
    """Parse one mail of the outbox."""
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    if not isinstance(message, EmailMessage):
        raise TypeError(f"{path.name} is not a mail")
    return message


def plain_text(mail: EmailMessage) -> str:
    """The text part of a mail."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def links(mail: EmailMessage) -> list[str]:
    """The links of a mail's text, in order: the first is the one to act on."""
    return LINK.findall(plain_text(mail))


def reference(mail: EmailMessage) -> str:
    """The reference of the need a mail is about."""
    found = REFERENCE.search(plain_text(mail))
    return found[0] if found else ""
