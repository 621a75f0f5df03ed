"""E-mail addresses and telephone numbers, checked where they enter."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from domain.values import one_line


def read_email(text: str) -> str:
    """Return one address in its normal, ASCII form. Nothing is looked up. Two, or a name with one, are refused."""
    from email_validator import EmailNotValidError, validate_email  # here: a page that shows a need checks no address

    text = one_line(text)
    if text.count("@") > 1 or any(c in text for c in ",; "):
        raise ValueError("must be one e-mail address and nothing else")
    try:
        found = validate_email(
            text,
            check_deliverability=False,
            strict=True,
            allow_smtputf8=False,
            allow_domain_literal=False,
            test_environment=True,
        )
    except EmailNotValidError as wrong:
        why = re.sub(r"^(An|The) email address (?=must|is|cannot)", "it ", str(wrong)).rstrip(".")
        raise ValueError(f"is not an e-mail address: {why}") from None
    if found.ascii_email is None:
        raise ValueError("must have only plain letters before the @")
    return found.ascii_email


def read_phone(text: str) -> str:
    """Return a telephone number in its international form (`+447700900123`); a number without a country is British."""
    import phonenumbers

    try:
        number = phonenumbers.parse(one_line(text), "GB")
    except phonenumbers.NumberParseException:
        raise ValueError("is not a telephone number; an example is 07700 900123") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("is not a telephone number; an example is 07700 900123")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


EmailAddress = Annotated[str, StringConstraints(max_length=254), AfterValidator(read_email)]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(read_phone)]
