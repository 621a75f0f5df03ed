"""Text messages: short, from whom, a link, nothing of what it is about, and no word a network takes for an order."""

from __future__ import annotations

import re

import pytest

from notifications.kinds import FOLDERS
from notifications.rendering import HERE
from notifications.texting import render_text, takes_texts
from notifications.words import Words
from tests.mobile_network import GSM7, TWICE, segments
from tests.notifications.letters_of_every_kind import every_letter
from tests.notifications.test_messages import real_url

TEXTED = {name: words for name, words in every_letter().items() if (HERE / FOLDERS[type(words)] / "sms.txt").exists()}
ORDERS = re.compile(r"\b(cancel|end|quit|remove|stop|stopall|unsubscribe|help)\b", re.IGNORECASE)
LONGEST = "Basingstoke and Deane Borough Council"


def test_what_cannot_wait_has_a_text() -> None:
    """An officer's task and "please do not set out"; nothing else is texted."""
    assert {FOLDERS[type(words)] for words in TEXTED.values()} == {"officer_task", "call_off"}


@pytest.mark.parametrize("name", TEXTED)
def test_a_text_is_two_messages_at_most(name: str) -> None:
    """With a long council's name, in the network's own alphabet: 306 letters are two messages."""
    text = render_text(TEXTED[name].but(council=LONGEST), real_url)
    assert set(text) <= GSM7 | TWICE
    assert segments(text) <= 2
    assert "\n" not in text


@pytest.mark.parametrize("name", TEXTED)
def test_a_text_says_who_where_to_and_no_more(name: str) -> None:
    """S17, D03: who it is from, the reference, one link; not what, not where, not whose; and nothing that CANCELs."""
    words = TEXTED[name]
    text = render_text(words, real_url)
    assert text.startswith("Kingston Council: ")
    assert "N-7K3QX2" in text
    assert len(re.findall(r"https://muster\.example\.gov\.uk/\S+", text)) == 1
    assert not ORDERS.search(re.sub(r"https://\S+", "", text))
    for content in ("food", "parcel", "Norbiton", "Amina", *_said_by_people(words)):
        assert content not in text


def _said_by_people(words: Words) -> list[str]:
    return [said for name in ("summary", "quoted", "resident_name", "area") if (said := getattr(words, name, None))]


def test_an_exercise_says_so_first_and_last() -> None:
    """Nobody takes an exercise's text for the real thing."""
    words = TEXTED["call-off"].but(exercise=True)
    text = render_text(words, real_url)
    assert text.startswith("EXERCISE")
    assert text.endswith("EXERCISE")


@pytest.mark.parametrize(
    ("text", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("ŵ" * 70, 1), ("ŵ" * 71, 2), ("🙂" * 35, 1), ("🙂" * 36, 2)],
)  # fmt: skip
def test_messages_are_counted_as_networks_count(text: str, count: int) -> None:
    """160 letters of GSM 03.38, where some take two places; 70 of anything else; fewer once they are joined."""
    assert segments(text) == count


@pytest.mark.parametrize(
    ("number", "mobile"),
    [("+447911123456", True), ("+447700900010", True), ("+442079460111", False), ("+441632960001", False),
     ("+353861234567", True), ("+448081570000", False)],
)  # fmt: skip
def test_only_mobiles_are_texted(number: str, mobile: bool) -> None:
    """S18: an office telephone or a free number takes no text; 07700 900… of stories counts as a mobile."""
    assert takes_texts(number) is mobile
