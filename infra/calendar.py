"""The bank holidays of the council's nation, as GOV.UK lists them. From the package's own copy: no network."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

NATIONS = ("england-and-wales", "scotland", "northern-ireland")
CALLED = {"england": NATIONS[0], "wales": NATIONS[0]}


def read_nation(name: str) -> str:
    """`england-and-wales` (or `england`, or `wales`), `scotland`, `northern-ireland`; raises `ValueError`."""
    nation = "-".join(name.strip().casefold().replace("_", " ").replace("-", " ").split())
    nation = CALLED.get(nation, nation)
    if nation not in NATIONS:
        raise ValueError(f"must be one of {', '.join(NATIONS)}: it decides which days are bank holidays")
    return nation


@lru_cache(maxsize=len(NATIONS))
def bank_holidays(nation: str) -> frozenset[date]:
    """The days of this nation; beyond the last one listed, only weekends are no working days."""
    from govuk_bank_holidays.bank_holidays import BankHolidays  # takes a tenth of a second, and pages start without it

    listed = BankHolidays(use_cached_holidays=True).get_holidays(division=nation)
    return frozenset(holiday["date"] for holiday in listed)
