"""What every message has: who it is from, a number to call, the reference. Kept as JSON until sent: no token."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

from domain.values import BIDI, Value

BREAKS = ("Cc", "Zl", "Zp", "Cs")


def flatten(text: str) -> str:
    """Return `text` as one line of ordinary text, so that nobody's words can look like a part of the message."""
    plain = "".join(" " if unicodedata.category(c) in BREAKS else c for c in text.translate(BIDI))
    return " ".join(plain.split())


def paragraphs(text: str) -> str:
    """Return `text` with its line breaks and no other control characters. It is always shown as a quotation."""
    return "\n".join(flatten(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


OneLine = Annotated[str, AfterValidator(flatten)]
Quotation = Annotated[str, AfterValidator(paragraphs)]


class Words(Value):
    """All that the templates of one message may use. `need` is its reference; `to_name` is who it is for, if known.

    A message of an `exercise` begins and ends with that word.
    """

    council: OneLine
    phone: OneLine
    need: OneLine
    sender_name: OneLine
    to_name: OneLine | None = None
    exercise: bool = False
