"""Text, durations and places are checked where they enter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.values import Name, Note, Point, Quantity, many_lines, one_line, plural, read_duration, say_duration


@pytest.mark.parametrize("bad", ["\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029", "\0", "\x1b", "\ud800"], ids=ascii)
def test_one_line_is_one_line(bad: str) -> None:
    """E01: no control character and no line break enters a line of text."""
    with pytest.raises(ValueError, match="one line"):
        one_line(f"Amina{bad}Bcc: eve@example.org")


def test_text_reads_in_the_direction_it_was_written() -> None:
    """Marks that turn text around are taken out, and letters have one form."""
    assert one_line(" Zoe\u0308 \u202egnp.exe\u2066 ") == "Zoë gnp.exe"


def test_a_note_keeps_its_lines() -> None:
    """People may press Enter and Tab in a note, and nothing stranger."""
    assert many_lines("one\r\ntwo\rthree\tfour\n") == "one\ntwo\nthree\tfour"
    for bad in "\0", "\v", "\u2028":
        with pytest.raises(ValueError, match="control"):
            many_lines(f"one{bad}two")


@pytest.mark.parametrize("bad", ["", "   ", "\u202e", "x" * 121])
def test_a_name_is_there_and_not_endless(bad: str) -> None:
    """A name of nothing but spaces or marks is no name; nor is a page of text."""
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(bad)


def test_a_note_is_not_endless() -> None:
    """Notes end at 2,000 characters."""
    assert TypeAdapter(Note).validate_python("x" * 2000)
    with pytest.raises(ValidationError):
        TypeAdapter(Note).validate_python("x" * 2001)


@pytest.mark.parametrize("bad", [0, -1, 2.5, 1e9, 100_001, "10", "ten", True, None])
def test_a_quantity_is_a_whole_number(bad: object) -> None:
    """Nothing but 1 to 100,000 is a quantity: not a fraction, not a word, not a yes."""
    with pytest.raises(ValidationError):
        TypeAdapter(Quantity).validate_python(bad)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86400), ("1h30m", 5400), (" 5m ", 300)]
)
def test_durations_are_read(text: str, seconds: int) -> None:
    """90s, 30m, 2h, 1d, or several together."""
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("bad", ["", "h", "10", "-1h", "1.5h", "1w", "2h later", "999999999d", "400d", None, 90])
def test_other_durations_are_refused(bad: object) -> None:
    """A number without a unit, a sign, a fraction or more than a year is not a length of time."""
    with pytest.raises(ValueError, match=r"length of time|longer than a year"):
        read_duration(bad)


def test_a_number_of_any_length_is_refused_in_our_words() -> None:
    """Python's own limit on digits is nobody's business."""
    with pytest.raises(ValueError, match="is not a length of time"):
        read_duration("9" * 5000 + "d")


@given(st.integers(0, 366 * 86400))
def test_a_duration_is_written_as_it_is_read(seconds: int) -> None:
    """What is written is read back the same, to the second."""
    assert read_duration(say_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


def test_distance_goes_around_the_earth() -> None:
    """London to Edinburgh is about 534 km, and the other side of the date line is near."""
    london, edinburgh = Point(lat=51.5074, lon=-0.1278), Point(lat=55.9533, lon=-3.1883)
    assert london.km_to(edinburgh) == pytest.approx(534, abs=2) == edinburgh.km_to(london)
    assert Point(lat=0, lon=179.9).km_to(Point(lat=0, lon=-179.9)) == pytest.approx(22, abs=1)
    assert Point(lat=90, lon=0).km_to(Point(lat=-90, lon=0)) == pytest.approx(20015, abs=5)


@pytest.mark.parametrize("bad", [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_point_is_on_earth(bad: tuple[float, float]) -> None:
    """A latitude past the pole, or one that is no number, is refused."""
    with pytest.raises(ValidationError):
        Point(lat=bad[0], lon=bad[1])


def test_counts_agree_with_their_noun() -> None:
    """1 food parcel, 20 food parcels, 1,300 sandbags."""
    assert plural(1, "sandbag", "sandbags") == "1 sandbag"
    assert plural(1300, "sandbag", "sandbags") == "1,300 sandbags"
