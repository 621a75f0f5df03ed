"""Addresses and telephone numbers are one each, plain, and the same however they were typed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from domain.addresses import read_email, read_phone
from domain.needs import Resident


def test_a_domain_is_kept_in_its_ascii_form() -> None:
    """E11: an international domain becomes punycode, which every mail server understands."""
    assert read_email("amina@bücher.example") == "amina@xn--bcher-kva.example"


def test_letters_before_the_at_are_plain() -> None:
    """E11: a local part that is not ASCII is refused with a sentence that says why."""
    with pytest.raises(ValueError, match=r"(?i)before the @|internationalized|not an e-mail address"):
        read_email("amína@example.org")


@pytest.mark.parametrize(
    "bad",
    [
        "", "amina", "@example.org", "amina@", "amina@@example.org", "amina@example", "a b@example.org",
        "amina@example.org, eve@example.org", "amina@example.org;eve@example.org", "amina@example.org eve@example.org",
        "Amina <amina@example.org>", "amina@example.org (Amina)", "“amina”@example.org", '"a b"@example.org',
        "amina@[127.0.0.1]", "amina@example.org\r\nBcc: eve@example.org", "amina@example.org\0", "a@b@example.org",
        "amina..b@example.org", ".amina@example.org", "amina@-example.org", "amina@example..org",
        "x" * 65 + "@example.org",
    ],
    ids=ascii,
)  # fmt: skip
def test_one_address_and_nothing_else(bad: str) -> None:
    """E02: two recipients, a name, a comment, smart quotes or a line break are refused."""
    with pytest.raises(ValueError, match=r"must be|is not|must have"):
        read_email(bad)


def test_a_lookalike_is_another_address() -> None:
    """E13: a Cyrillic letter in a domain never passes for the Latin one; before the @ it is refused."""
    assert read_email("amina@ex\u0430mple.org").startswith("amina@xn--")
    with pytest.raises(ValueError, match=r"must|is not"):
        read_email("\u0430mina@example.org")
    with pytest.raises(ValueError, match=r"must|is not"):
        read_email("amina\u200b@example.org")


def test_the_same_address_is_written_the_same() -> None:
    """Spaces around it, marks that turn text, and capitals in the domain make no other address."""
    assert read_email("  amina@EXAMPLE.org\u200f ") == read_email("amina@example.org")


@pytest.mark.parametrize("text", ["07700 900123", "+44 7700 900123", "0044 7700 900123", "(07700) 900-123"])
def test_a_number_has_one_form(text: str) -> None:
    """A number without a country is British."""
    assert read_phone(text) == "+447700900123"


@pytest.mark.parametrize(
    "bad", ["", "12", "ask Sam", "07700 900123 456 789", "+44 7700 900123 or 900124", "07700 900123\n"]
)
def test_what_is_no_number_is_refused(bad: str) -> None:
    """Words, half a number and two numbers are refused with an example."""
    with pytest.raises(ValueError, match=r"is not a telephone number|one line"):
        read_phone(bad)


def test_a_resident_s_contact_is_checked() -> None:
    """What an officer types for a resident passes through the same gate."""
    assert Resident(email="amina@example.org ", phone="07700 900001").phone == "+447700900001"
    with pytest.raises(ValidationError):
        Resident(email="amina@example.org,eve@example.org")
