"""Turn the words of a message into a text message: short, from whom, what to do, a link; none of its content."""

from __future__ import annotations

from functools import cache

import phonenumbers
from jinja2 import Template, TemplateError

from notifications.kinds import FOLDERS
from notifications.rendering import TEXT, CannotRender, Url
from notifications.words import Words

PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
KINDS_OF_NUMBER = phonenumbers.PhoneNumberType
MOBILE = (KINDS_OF_NUMBER.MOBILE, KINDS_OF_NUMBER.FIXED_LINE_OR_MOBILE)


def render_text(words: Words, url: Url) -> str:
    """The text message that goes with `words`, on one line. Raises `CannotRender`."""
    try:
        said = " ".join(_template(FOLDERS[type(words)]).render(dict(words) | {"url": url}).split()).translate(PLAIN)
        return f"EXERCISE. {said} EXERCISE" if words.exercise else said
    except (TemplateError, KeyError) as wrong:
        raise CannotRender(f"{FOLDERS[type(words)]}/sms.txt: {wrong}") from wrong


def takes_texts(number: str) -> bool:
    """May this be a mobile's number? A landline is not texted. British mobiles not given out yet begin with 07 too."""
    parsed = phonenumbers.parse(number, "GB")
    found = phonenumbers.number_type(parsed)
    new = found == KINDS_OF_NUMBER.UNKNOWN and parsed.country_code == 44 and str(parsed.national_number)[:1] == "7"
    return new or found in MOBILE


@cache
def _template(folder: str) -> Template:
    return TEXT.get_template(f"{folder}/sms.txt")
