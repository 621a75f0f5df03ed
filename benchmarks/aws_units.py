"""aws-units: what a need, and an hour in which nothing happens, cost in DynamoDB."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.units import Metered, Units
from domain.capabilities import Sector
from domain.playbooks import Role
from infra import aws
from infra.playbooks import load_catalogue
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.connection import create_table
from infra.sweeps import NOTHING_DUE, PLANNED, anything_due
from tasks.checking_promises import find_broken_promises
from tasks.keeping_house import keep_house
from tests.people import playbook, round_of
from tests.standins import Absent, aws_environment, ministack
from tests.town import Town, town_at

CLAIM = "a need costs some thousand units of DynamoDB in all its life, a month of waiting less than a coffee"
ASKED = 8
MOST_A_NEED, MOST_AN_HOUR = 1500, 5000  # units
READ_PRICE, WRITE_PRICE = 0.1485e-6, 0.7423e-6  # dollars a unit on demand, eu-west-2; AWS's price list has today's
HOURS_A_MONTH = 730


def measure(small: bool) -> Iterator[Figure]:
    """One need with its mails on a virtual clock; then hours in which only clocks tick."""
    try:
        yield from _measure(small)
    except Absent as absent:
        yield Figure("units", f"not measured: {absent}")


def _measure(small: bool) -> Iterator[Figure]:
    with _town() as (town, meter):
        with meter.measured() as units:
            _a_need(town, meter)
        cost = _dollars(units)
        yield Figure(
            f"one need: opened, {ASKED} asked, one yes, done, closed, all its mails",
            f"{units.reads:,.0f} read and {units.writes:,.0f} write units in {units.asked:,} requests, ${cost:.5f}",
            f"at most {MOST_A_NEED:,} units",
            units.reads + units.writes <= MOST_A_NEED,
        )
        hours = 1 if small else 24
        for name, idle in (("a look each minute", _looks), ("a look and an audit each minute", _looks_and_audits)):
            with meter.measured() as units:
                idle(town, hours)
            yield Figure(
                f"an hour in which nothing happens: {name}",
                f"{units.reads / hours:,.0f} read and {units.writes / hours:,.0f} write units,"
                f" ${_dollars(units) / hours * HOURS_A_MONTH:.2f} a month",
                f"at most {MOST_AN_HOUR:,} units",
                (units.reads + units.writes) / hours <= MOST_AN_HOUR,
            )
        with meter.measured() as units:
            keep_house(town.door)
        yield Figure("keeping house, once a night", f"{units.reads:,.0f} read and {units.writes:,.0f} write units")


@contextmanager
def _town() -> Iterator[tuple[Town, Metered]]:
    """A town whose store is a table of its own, with eight neighbours and an officer."""
    before = dict(os.environ)
    with ministack() as address, tempfile.TemporaryDirectory(prefix="muster-units-") as home:
        table = f"units-{secrets.token_hex(4)}"
        os.environ |= {**aws_environment(address), "MUSTER_STORE": f"dynamodb://{table}"}
        aws.forget_clients()
        create_table(table)
        try:
            with town_at(Path(home), load_catalogue()) as town:
                store = town.door.store
                assert isinstance(store, DynamoStore)
                town.has_officer("Dana", Role.duty)
                for number in range(ASKED):
                    town.has(f"Sam {number}", Sector.volunteer.value, "food-parcel")
                store._client = Metered(store._client)
                yield town, store._client
        finally:
            os.environ.clear()
            os.environ |= before
            aws.forget_clients()


def _a_need(town: Town, meter: Metered) -> None:
    """Amina's parcels, from her request to her word that they came."""
    when = town._next_moment

    def peeking(until: datetime) -> datetime | None:
        with meter.apart():  # the town's own clock: nobody asks this of a store
            return when(until)

    town._next_moment = peeking  # type: ignore[method-assign]
    first = round_of("neighbours", (Sector.volunteer,), ask=ASKED, patience="4h")
    neighbours = playbook(first, chase_after="2h", close_after="1d")
    need = town.resident_needs("Parcels for a family", f"food-parcel:{ASKED}", playbook=neighbours, needed_by="+1d")
    town.inbox("Sam 0").expects("Can you help").and_says_yes()
    town.time_passes("1d3h")
    town.inbox("Sam 0").expects("Was it done?").answers(answer="done")
    town.inbox("Amina").expects("Did").answers(answer="yes")
    town.time_passes("2d")
    assert town.situation(need).need.closed, town.says(need)


def _looks(town: Town, hours: int) -> None:
    """What the waker does on AWS: looks, and remembers that it has."""
    for _ in range(hours * 60):
        town.moment += timedelta(minutes=1)
        assert not anything_due(town.door.store, town.moment)
        town.door.store.mark(PLANNED, town.moment + timedelta(minutes=1))
        town.door.store.mark(NOTHING_DUE, town.moment)


def _looks_and_audits(town: Town, hours: int) -> None:
    """With a worker that is always there, promises are checked each minute as well."""
    for _ in range(hours * 60):
        town.moment += timedelta(minutes=1)
        assert not anything_due(town.door.store, town.moment)
        town.door.store.mark(NOTHING_DUE, town.moment)
        find_broken_promises(town.door.store, town.moment)


def _dollars(units: Units) -> float:
    return units.reads * READ_PRICE + units.writes * WRITE_PRICE
