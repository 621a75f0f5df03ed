"""How long is long enough: days and calendar years, over at the right moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.keeping import TIMED, Kept, Length, Periods, read_length

INSTANTS = st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
TICK = timedelta(microseconds=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("ended", "length", "over"),
    [
        ("2026-03-02T09:00", "90d", "2026-05-31T09:00"),
        ("2028-02-29T09:00", "1y", "2029-03-01T00:00"),
        ("2028-02-29T09:00", "4y", "2032-02-29T09:00"),
        ("2026-12-31T23:59", "6y", "2032-12-31T23:59"),
        ("2026-12-31T23:59", "1d", "2027-01-01T23:59"),
        ("2027-02-28T12:00", "1y", "2028-02-28T12:00"),
        ("2026-03-02T09:00", "1y30d", "2027-04-01T09:00"),
    ],
)
def test_when_it_is_over(ended: str, length: str, over: str) -> None:
    """K12: not a moment early, over the end of a year and from 29 February."""
    kept = read_length(length)
    assert kept.before(at(over)) >= at(ended)
    assert kept.before(at(over) - TICK) < at(ended)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=800)), st.integers(0, 9), st.integers(0, 400))
def test_time_runs_one_way(now: datetime, later: timedelta, years: int, days: int) -> None:
    """What is over stays over."""
    kept = Length(years=years, days=days)
    assert kept.before(now) <= kept.before(now + later)
    assert kept.before(now) <= now


@pytest.mark.parametrize("text", ["", "90", "d", "6m", "-3d", "ninety days", "1d1y", "100y", "9" * 40 + "d"])
def test_what_is_no_length(text: str) -> None:
    """A slip is refused, and never read as for ever or at once."""
    with pytest.raises(ValidationError):
        Periods.model_validate({"contact": text})


@pytest.mark.parametrize("text", ["90d", "6y", "1y30d", "0d"])
def test_a_length_reads_as_it_is_written(text: str) -> None:
    """In one spelling, so that settings and pages agree."""
    assert str(read_length(text)) == text


def test_nothing_goes_while_it_is_needed() -> None:
    """A council cannot erase an address that the thank-you mail still has to go to."""
    with pytest.raises(ValidationError, match="at least 7d"):
        Periods.model_validate({"contact": "6d"})


def test_what_has_no_end_of_its_own() -> None:
    """The directory lasts until somebody is erased from it."""
    assert Kept.directory not in TIMED
    with pytest.raises(LookupError):
        Periods().of(Kept.directory)
