"""A mail is safe, says who it is from, and is the same bytes every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.composing import CannotCompose, as_seven_bit, compose

LINK = "http://127.0.0.1:8000/r/k1.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXU"
ASK: dict[str, Any] = {
    "subject": "Can you help with a lift on Tuesday?",
    "text": f"Dear Sam,\n\nCan you help?\n\n{LINK}\n",
    "html": f'<html lang="en"><p>Dear Sam</p><p><a href="{LINK}">{LINK}</a></p></html>\n',
    "to": "sam@good.test",
    "sender_name": "Example Council",
    "sender": "muster@example.org",
    "reply_to": "answers@example.org",
    "date": datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
    "message_id": "<m1@example.org>",
    "boundary": "=_muster_0123456789abcdef",
    "thread": "<need-N-7K3QX2@example.org>",
    "unsubscribe_url": None,
    "suppress_auto_replies": False,
}


def raw(**changes: Any) -> bytes:
    return compose(**{**ASK, **changes})


def read(mail: bytes) -> EmailMessage:
    return message_from_bytes(mail, policy=policy.default)


def words(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_reads_as_python_s_own_would() -> None:
    """Headers and both parts are what EmailMessage makes of the same input."""
    own = EmailMessage(policy=policy.SMTP)
    own["From"] = "Example Council <muster@example.org>"
    own["To"] = "sam@good.test"
    own["Subject"] = ASK["subject"]
    own["Date"] = format_datetime(ASK["date"])
    own["Message-ID"] = ASK["message_id"]
    own["Reply-To"] = ASK["reply_to"]
    own["In-Reply-To"] = own["References"] = ASK["thread"]
    own["Auto-Submitted"] = "auto-generated"
    own.set_content(ASK["text"])
    own.add_alternative(ASK["html"], subtype="html")
    own.set_boundary(ASK["boundary"])
    theirs, ours = read(own.as_bytes()), read(raw())
    assert not ours.defects
    assert {k: str(v) for k, v in ours.items()} == {k: str(v) for k, v in theirs.items()}
    assert [p.get_content_type() for p in ours.iter_parts()] == ["text/plain", "text/html"]
    assert words(ours, "plain") == words(theirs, "plain") == ASK["text"]
    assert words(ours, "html") == words(theirs, "html") == ASK["html"]


def test_the_same_mail_is_the_same_bytes() -> None:
    """A later attempt is byte-identical, also when its date was written in another zone."""
    london_summer = timezone(timedelta(hours=1))
    assert raw() == raw(date=ASK["date"].astimezone(london_summer))
    assert b"Date: Tue, 03 Mar 2026 09:00:00 +0000\r\n" in raw()


FORBIDDEN = ["\r", "\n", "\r\nBcc: eve@evil.test", "\v", "\f", "\x85", "\u2028", "\u2029", "\0", "\x1b", "\x7f",
             "\u202e", "\u2066", "\u200f", "\ud800"]  # fmt: skip
HEADERS = ["subject", "sender_name", "to", "sender", "reply_to", "message_id", "thread", "unsubscribe_url", "boundary"]


@pytest.mark.parametrize("field", HEADERS)
@pytest.mark.parametrize("bad", FORBIDDEN, ids=ascii)
def test_nothing_breaks_a_header(field: str, bad: str) -> None:
    """E01: a control or bidi character in any header input is refused with a sentence that names no address."""
    good = {"reply_to": "r+k1.a@reply.test", "unsubscribe_url": "https://muster.test/u/abc"}.get(field, ASK[field])
    for value in (good[:3] + bad + good[3:], good + bad):
        with pytest.raises(CannotCompose, match=r"^The .*\.$") as refusal:
            raw(**{field: value})
        assert "@" not in str(refusal.value)


@pytest.mark.parametrize("bad", ["\0", "\udc80"], ids=ascii)
@pytest.mark.parametrize("part", ["text", "html"])
def test_no_part_holds_what_no_mail_may(part: str, bad: str) -> None:
    """E01: NUL or half a character in a part is refused, not sent broken."""
    with pytest.raises(CannotCompose):
        raw(**{part: f"Dear{bad} Sam"})


@pytest.mark.parametrize("name", ['Smith, "Bob" <eve@evil.test>', "O'Neil; (Ward) \\", "Long, With Commas, And " * 6,
                                  'Zoë, "the" <x@y.test>', "=?utf-8?q?a=40b?= <eve@evil.test>,"])  # fmt: skip
def test_a_name_stays_one_sender(name: str) -> None:
    """E02: quotes, commas and brackets in a name make no second address, nor another one."""
    senders = read(raw(sender_name=name))["From"].addresses
    assert [a.addr_spec for a in senders] == ["muster@example.org"]
    shown = senders[0].display_name.replace(" ", "")  # Python's parser adds a space where an encoded name is folded
    assert shown == name.replace(" ", "") or shown.endswith("...")


@pytest.mark.parametrize("to", ["sam@good.test, eve@evil.test", "Sam <sam@good.test>", "sam", "@good.test",
                                "a@b@good.test", '"a b"@good.test', "sam@good test", "sam@-good.test",
                                "=?utf-8?q?eve?=@good.test",
                                "a" * 65 + "@good.test", "sam@" + "good." * 60 + "test", ""])  # fmt: skip
def test_a_mail_goes_to_exactly_one_plain_address(to: str) -> None:
    """E02: two addresses, a name, an encoded word or no address at all are refused."""
    with pytest.raises(CannotCompose):
        raw(to=to)


def test_a_long_subject_is_trimmed() -> None:
    """E06: 2,000 characters become at most 150, cut at a word where there is one; no line is over 998 bytes."""
    for subject in ("word " * 400, "x" * 2000, "é" * 2000, "Zoë’s lift " * 200):
        mail = raw(subject=subject)
        shown = read(mail)["Subject"]
        assert len(shown) <= 150
        assert shown.endswith("...")
        assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert read(raw(subject="word " * 400))["Subject"].endswith(" word...")


def test_a_link_longer_than_a_line_survives() -> None:
    """E06: a part with a line over 998 bytes is wrapped for the wire and reads back whole."""
    text = "Dear Zoë,\n.\n" + LINK + "?" + "a=b&" * 600 + "\nend \n"
    mail = raw(text=text)
    assert words(read(mail), "plain") == text
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert mail.count(b"\n") == mail.count(b"\r\n") == mail.count(b"\r")


def test_a_link_can_be_read_in_the_file() -> None:
    """Links stand in the raw file as they are, in a mail of plain ASCII and in one that is not."""
    assert raw().count(LINK.encode()) == 3
    assert raw(text=f"Dear Zoë, £5\n{LINK}\n").count(LINK.encode()) == 3


def test_any_mail_can_travel_as_seven_bits() -> None:
    """For a server without 8BITMIME the same mail is pure ASCII; headers and words stay."""
    mail = raw(text=f"Dear Zoë, £5\n{LINK}\n", subject="Zoë needs a lift", sender_name="Cyngor Môn")
    ascii_mail = as_seven_bit(mail)
    assert ascii_mail.isascii()
    assert ascii_mail.count(b"\n") == ascii_mail.count(b"\r\n")
    one, other = read(mail), read(ascii_mail)
    assert one.items() == other.items()
    assert [words(one, k) for k in ("plain", "html")] == [words(other, k) for k in ("plain", "html")]


def test_an_international_domain_travels_as_punycode() -> None:
    """E11: an IDN domain is written in ASCII; letters SMTP cannot carry before the @ are refused in plain words."""
    assert read(raw(to="sam@bücher.test"))["To"] == "sam@xn--bcher-kva.test"
    with pytest.raises(CannotCompose, match="letters in its first half"):
        raw(to="zoë@good.test")
    with pytest.raises(CannotCompose, match="domain"):
        raw(to="sam@\u0378.test")


def test_headers_say_what_is_due_and_no_more() -> None:
    """E16: automatic, threaded, answerable always; List-* and no-out-of-office only where asked for; no Precedence."""
    ask = read(raw(unsubscribe_url="https://muster.test/u/abc", reply_to="r+k1.abc@reply.example.org"))
    assert ask["Auto-Submitted"] == "auto-generated"
    assert ask["References"] == ask["In-Reply-To"] == "<need-N-7K3QX2@example.org>"
    assert ask["List-Unsubscribe"] == "<https://muster.test/u/abc>"
    assert ask["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ask["Reply-To"] == "r+k1.abc@reply.example.org"
    assert "X-Auto-Response-Suppress" not in ask
    receipt = read(raw(suppress_auto_replies=True))
    assert receipt["X-Auto-Response-Suppress"] == "All"
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"} & set(receipt.keys())


def test_a_mail_too_large_is_refused() -> None:
    """E17: over 200 KB nothing leaves the house."""
    assert len(raw(html="<p>word</p>\n" * 15_000)) < 200 * 1024
    with pytest.raises(CannotCompose, match="KB"):
        raw(html="<p>word</p>\n" * 18_000)


def test_no_part_can_pretend_to_end() -> None:
    """A part that holds the dividing line is refused."""
    with pytest.raises(CannotCompose):
        raw(text=f"--{ASK['boundary']}--\n")


@pytest.mark.parametrize("broken", [{"subject": "  "}, {"date": datetime(2026, 3, 3)}, {"thread": "need-N"},  # noqa: DTZ001
                                    {"unsubscribe_url": "javascript:alert(1)"}])  # fmt: skip
def test_what_is_missing_or_misshapen_is_refused(broken: dict[str, Any]) -> None:
    """An empty subject, a date without zone, a thread that is no message id, a link that is no link."""
    with pytest.raises(CannotCompose):
        raw(**broken)


@given(subject=st.text(min_size=1, max_size=60), name=st.text(min_size=1, max_size=25), text=st.text(max_size=200))
def test_whatever_is_typed_is_refused_or_read_back(subject: str, name: str, text: str) -> None:
    """E01, E02: for any words at all: a sentence, or a mail with one sender, one recipient and those very words."""
    try:
        mail = raw(subject=subject, sender_name=name, text=text)
    except CannotCompose:
        return
    seen = read(mail)
    assert not seen.defects
    assert seen["Subject"] == " ".join(subject.split())
    assert [(a.addr_spec) for a in seen["From"].addresses] == ["muster@example.org"]
    assert [(a.addr_spec) for a in seen["To"].addresses] == ["sam@good.test"]
    assert words(seen, "plain").rstrip("\n") == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
