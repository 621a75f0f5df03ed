"""Practice is never taken for real: whatever the message, it begins and ends with EXERCISE."""

from __future__ import annotations

import re

import pytest

from notifications.composing import LONGEST_SUBJECT
from notifications.rendering import render
from notifications.words import Words
from tests.notifications.letters_of_every_kind import every_letter, url

LETTERS = every_letter()
BODY = re.compile(r"<main>\s*<p[^>]*>(.*?)</p>.*<p[^>]*>(.*?)</p>\s*</main>", re.DOTALL)


@pytest.mark.parametrize("name", LETTERS)
def test_every_message_of_an_exercise_says_so_first_and_last(name: str) -> None:
    """Subject, text and HTML, of every kind; and nothing of the kind where it is real."""
    real = render(LETTERS[name], url)
    assert "EXERCISE" not in real.subject + real.text + real.html
    practice = render(LETTERS[name].but(exercise=True), url)
    assert practice.subject.startswith("EXERCISE: ")
    assert practice.subject.endswith(" EXERCISE")
    assert len(practice.subject) <= LONGEST_SUBJECT
    assert practice.text.startswith("EXERCISE")
    assert practice.text.endswith("EXERCISE\n")
    body = BODY.search(practice.html)
    assert body
    assert body[1].startswith("EXERCISE")
    assert body[2] == "EXERCISE"
    assert f"<title>EXERCISE: {real.html.partition('<title>')[2].partition('<')[0]} EXERCISE</title>" in practice.html


def test_words_kept_before_there_were_exercises_are_real() -> None:
    """A message that was frozen by an earlier release is sent as it is."""
    kept = {name: value for name, value in LETTERS["invitation"].model_dump(mode="json").items() if name != "exercise"}
    words: Words = type(LETTERS["invitation"]).model_validate(kept)
    assert not words.exercise
