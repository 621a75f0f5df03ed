"""Turn a rendered message into the bytes of one mail (RFC 5322), the same bytes every time.

The bytes are written by hand. Measured on Python 3.11.7, `EmailMessage` takes 2 ms a mail, folds one long name with
commas into 13 senders, lets NUL and U+202E through, and decodes `=?…?=` typed by a partner. Nothing here is decoded:
what is not plain ASCII is encoded, what could break a header is refused, and the tests read every mail back with
Python's parser.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime
from functools import lru_cache

import idna

LONGEST_SUBJECT = 150  # characters; mail programs show about 70
LONGEST_NAME = 100
LONGEST_LINE = 998  # bytes without CRLF, RFC 5322 section 2.1.1
LARGEST_MAIL = 200 * 1024

# Controls but TAB, line and paragraph separators, whatever turns the reading direction, halves of surrogate pairs.
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]+")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+>")
_BOUNDARY = re.compile(r"[A-Za-z0-9_.=-]{8,70}")
_URL = re.compile(r"https?://[!#-;=?-~]+")  # printable ASCII but space, quotes and angle brackets
_LONG_LINE = re.compile(rb"[^\n]{999}")
_Q_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q_ROOM = 50  # so that "Subject: =?utf-8?q?" + 50 + "?=" stays within the 76 of RFC 2047


class CannotCompose(Exception):
    """This mail can never be sent as it is. The message is a sentence for an officer and names no address."""


def compose(
    *,
    subject: str,
    text: str,
    html: str,
    to: str,
    sender_name: str,
    sender: str,
    reply_to: str,
    date: datetime,
    message_id: str,
    boundary: str,
    thread: str,
    unsubscribe_url: str | None,
    suppress_auto_replies: bool,
) -> bytes:
    """Return the mail to exactly one recipient: text first, then HTML; equal input gives equal bytes.

    `date` is an aware instant; `message_id` and `thread` (the root all mails of a need share) look like `<id@domain>`.
    `suppress_auto_replies` asks for no out-of-office answers: leave it off where one is a useful hint.
    Raises `CannotCompose` when a header would be unsafe, plain SMTP cannot reach an address, or the mail is too large.
    """
    root = _checked(thread, _MESSAGE_ID, "thread")
    lines = [
        _sender_line(sender_name, sender),
        f"To: {wire_address(to)}",
        f"Reply-To: {wire_address(reply_to, 'reply address')}",
        f"Subject: {_unstructured(_trimmed(_safe(subject, 'subject'), LONGEST_SUBJECT))}",
        f"Date: {_written(date)}",
        f"Message-ID: {_checked(message_id, _MESSAGE_ID, 'message id')}",
        f"In-Reply-To: {root}",
        f"References: {root}",
        "Auto-Submitted: auto-generated",
        *(["X-Auto-Response-Suppress: All"] if suppress_auto_replies else []),
        *(_unsubscribe_lines(unsubscribe_url) if unsubscribe_url else []),
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{_checked(boundary, _BOUNDARY, "boundary")}"',
    ]
    delimiter = b"--" + boundary.encode()
    plain, rich = _part("plain", text), _part("html", html)
    if delimiter in plain or delimiter in rich:
        raise CannotCompose("The message's own words contain the line that divides its parts.")
    raw = b"\r\n".join(
        ["\r\n".join(lines).encode("ascii"), b"", delimiter, plain, delimiter, rich, delimiter + b"--", b""]
    )
    if len(raw) > LARGEST_MAIL:
        raise CannotCompose(f"The message is {len(raw) // 1024} KB; at most {LARGEST_MAIL // 1024} KB are sent.")
    return raw


def wire_address(address: str, what: str = "recipient's address") -> str:
    """Return the address as SMTP carries it: ASCII local part as stored, an international domain in punycode."""
    local, at, domain = address.rpartition("@")
    if not at or "=?" in local or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        if not local.isascii() and not _FORBIDDEN.search(local):
            raise CannotCompose(f"The {what} has letters in its first half that mail cannot carry; ask for another.")
        raise CannotCompose(f"The {what} is not one plain e-mail address.")
    wire = f"{local}@{_wire_domain(domain, what)}"
    if len(wire) > 254:
        raise CannotCompose(f"The {what} is longer than any mail server takes.")
    return wire


def as_seven_bit(raw: bytes) -> bytes:
    """Return the same mail in pure ASCII, for a server that takes no 8-bit content. ASCII mail comes back as it is."""
    if raw.isascii():
        return raw
    mail = message_from_bytes(raw, policy=policy.compat32.clone(linesep="\r\n", cte_type="7bit", max_line_length=None))
    return mail.as_bytes()


@lru_cache(maxsize=1024)
def _wire_domain(domain: str, what: str) -> str:
    ascii_domain = domain
    if not domain.isascii():
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            raise CannotCompose(f"The {what} has a domain that does not exist in any alphabet.") from None
    if not _DOMAIN.fullmatch(ascii_domain):
        raise CannotCompose(f"The {what} is not one plain e-mail address.")
    return ascii_domain


@lru_cache(maxsize=64)
def _sender_line(name: str, address: str) -> str:
    """Write the From line. The name stays one name, whatever quotes, commas or brackets it holds."""
    wire = wire_address(address, "sender's address")
    name = _trimmed(_safe(name, "sender's name"), LONGEST_NAME)
    if not name.isascii() or "=?" in name:
        return f"From: {_encoded(name)}\r\n <{wire}>"
    if _PLAIN_NAME.fullmatch(name):
        return f"From: {name} <{wire}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'From: "{quoted}" <{wire}>'


def _unsubscribe_lines(url: str) -> list[str]:
    """Write the pair of RFC 8058: one click mutes, by POST."""
    line = f"List-Unsubscribe: <{_checked(url, _URL, 'unsubscribe link')}>"
    if len(line) > LONGEST_LINE:
        raise CannotCompose("The unsubscribe link is too long for a mail header.")
    return [line, "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]


def _safe(value: str, what: str) -> str:
    """Return the words with runs of white space as one space; refuse what could break or disguise a header."""
    found = _FORBIDDEN.search(value)
    if found:
        raise CannotCompose(f"The {what} holds a control character (U+{ord(found.group()):04X}), which no header may.")
    words = " ".join(value.split())
    if not words:
        raise CannotCompose(f"The {what} is empty.")
    return words


def _trimmed(words: str, longest: int) -> str:
    """Cut at the last whole word that leaves room for three dots; one endless word is cut anywhere."""
    if len(words) <= longest:
        return words
    cut = words[: longest - 3]
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) > longest // 2 else cut).rstrip() + "..."


def _unstructured(words: str) -> str:
    return words if words.isascii() and "=?" not in words else _encoded(words)


def _encoded(words: str) -> str:
    """Write words as RFC 2047 encoded words, never cutting a character in two."""
    chunks = [""]
    for letter in words:
        piece = "_" if letter == " " else letter if letter in _Q_SAFE else "".join(f"={b:02X}" for b in letter.encode())
        if len(chunks[-1]) + len(piece) > _Q_ROOM:
            chunks.append("")
        chunks[-1] += piece
    return "\r\n ".join(f"=?utf-8?q?{chunk}?=" for chunk in chunks)


def _written(date: datetime) -> str:
    if date.tzinfo is None:
        raise CannotCompose("The message's date has no time zone.")
    return format_datetime(date.astimezone(UTC))


def _checked(value: str, shape: re.Pattern[str], what: str) -> str:
    if not shape.fullmatch(value):
        raise CannotCompose(f"The {what} does not have the shape a mail header needs.")
    return value


def _part(kind: str, words: str) -> bytes:
    """Write one part. Bytes travel as they are, so that links can be read and searched in the file; only lines too
    long for SMTP are wrapped, as quoted-printable, which every reader joins again."""
    if "\0" in words:
        raise CannotCompose("The message holds a NUL character, which no mail may.")
    try:
        body = words.replace("\r\n", "\n").replace("\r", "\n").encode()
    except UnicodeEncodeError:
        raise CannotCompose("The message holds half a character, which no mail may.") from None
    if not body.endswith(b"\n"):
        body += b"\n"
    wraps = _LONG_LINE.search(body) is not None
    body = body.replace(b"\n", b"\r\n")
    carried = "quoted-printable" if wraps else "7bit" if body.isascii() else "8bit"
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {carried}\r\n\r\n'
    return head.encode() + (b2a_qp(body, istext=True) if wraps else body)
