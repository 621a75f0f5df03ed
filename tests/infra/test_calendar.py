"""The bank holidays of each nation, without a network, and what they mean for working days."""

from __future__ import annotations

import socket
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.hours import Calendar, Hours, after
from domain.times import read_when
from infra.calendar import NATIONS, bank_holidays, read_nation
from infra.settings import Settings
from tests.people import LONDON, MONDAY

EASTER_MONDAY, ST_ANDREW, TWELFTH = date(2026, 4, 6), date(2026, 11, 30), date(2026, 7, 13)


def test_each_nation_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """K07: Easter Monday, St Andrew's Day, the Twelfth: the sets of the nations differ; no network is asked."""
    monkeypatch.setattr(socket, "socket", None)
    bank_holidays.cache_clear()
    keeps = {day: [nation for nation in NATIONS if day in bank_holidays(nation)]
             for day in (EASTER_MONDAY, ST_ANDREW, TWELFTH, date(2026, 12, 25))}  # fmt: skip
    assert keeps == {
        EASTER_MONDAY: ["england-and-wales", "northern-ireland"],
        ST_ANDREW: ["scotland"],
        TWELFTH: ["northern-ireland"],
        date(2026, 12, 25): list(NATIONS),
    }


@pytest.mark.parametrize(
    ("nation", "start", "over"),
    [
        ("england", "2026-04-02T16:00", "2026-04-07T10:00"),
        ("scotland", "2026-04-02T16:00", "2026-04-06T10:00"),
        ("scotland", "2026-11-27T16:00", "2026-12-01T10:00"),
        ("wales", "2026-11-27T16:00", "2026-11-30T10:00"),
        ("northern-ireland", "2026-07-10T16:00", "2026-07-14T10:00"),
        ("england-and-wales", "2026-12-24T16:00", "2026-12-29T10:00"),
        ("england-and-wales", "2027-12-31T16:00", "2028-01-04T10:00"),
    ],
)
def test_two_working_hours_over_a_bank_holiday(nation: str, start: str, over: str) -> None:
    """K07, K12: from 4pm on the day before, two working hours end at 10am on the first day that works there."""
    calendar = Calendar(LONDON, bank_holidays(read_nation(nation)))
    end = after(Hours.working, read_when(start, MONDAY, LONDON), timedelta(hours=2), calendar)
    assert end == read_when(over, MONDAY, LONDON)


@pytest.mark.parametrize(("said", "nation"), [
    ("England", NATIONS[0]), ("wales", NATIONS[0]), ("england and wales", NATIONS[0]), ("SCOTLAND", NATIONS[1]),
    ("Northern_Ireland", NATIONS[2]), ("northern-ireland", NATIONS[2]),
])  # fmt: skip
def test_a_nation_is_named_as_people_do(said: str, nation: str, tmp_path: Path) -> None:
    """`England` and `Wales` share their days."""
    assert Settings(home=tmp_path, nation=said).nation == nation


def test_another_nation_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """The setting is checked at the start."""
    with pytest.raises(ValidationError, match="must be one of england-and-wales, scotland, northern-ireland"):
        Settings(home=tmp_path, nation="france")
