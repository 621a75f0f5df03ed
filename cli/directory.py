"""`muster directory …`: who may help."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.doors import open_door
from cli.groups import group
from cli.needs.acting import OfficerOption, acting
from cli.printing import AsJson, complain, note, print_json, print_table, say
from cli.wishes import apart, find_responder, limit, pause
from domain.rights import Right
from domain.values import plural

if TYPE_CHECKING:
    from domain.responders import Check, Contact, Responder
    from infra.directory import Imported

app = group("Who may help: import, list, show; who is passed over, or kept from somebody.")
app.command("pause")(pause)
app.command("limit")(limit)
app.command("apart")(apart)
SHOWN = 50  # doubtful rows printed one by one; --json has them all


@app.command("import")
def import_(
    source: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A CSV, or Open Referral UK 3 JSON: a file or a feed.")
    ],
    contacts: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A CSV that says whom to ask at each service.")
    ] = None,
    officer: OfficerOption = None,
    as_json: AsJson = False,
) -> None:
    """Add or replace who may help, row by row. A bad row is refused and said, the rest goes on; nothing is deleted.

    A plain CSV, columns in any order, only the first four required:

    id,name,sector,capabilities,email,phone,postcode,lat,lon,radius_km,areas,capacity,checks,weekly_limit,
    days_off,quiet,exercises

    Lists have ; between their parts; a second contact goes into email2 and phone2. A check may have a last day
    (enhanced:2027-03-31), days off are weekdays (tuesday;sunday), quiet is 21:00-08:00, exercises is yes or no.

    An Open Referral UK feed says what there is, not whom to ask: join your own contacts by the service's id, in a CSV
    with service_id and any of email, phone, email2, phone2, name, sector, capabilities, capacity, weekly_limit,
    checks, radius_km, areas:

    muster directory import https://example.gov.uk/oruk/v3 --contacts contacts.csv
    """
    from infra import clock
    from infra.commands.partners import make_known
    from infra.directory import import_directory
    from infra.playbooks import load_catalogue

    if "://" not in source and not Path(source).is_file():
        raise typer.BadParameter(f"there is no file {source[:200]!r}", param_hint="FILE|URL")
    if "://" in source and not source.startswith(("http://", "https://")):
        raise typer.BadParameter("only http:// and https:// addresses are read", param_hint="FILE|URL")
    with open_door() as door:
        by = acting(door, officer, Right.steer)
        done = import_directory(door.store, source, load_catalogue(), clock.now(), contacts)
        looking = make_known(door, done, by)
    if as_json:
        print_json(_as_json(done))
    else:
        _report(done)
        if looking:
            note(f"{plural(looking, 'need that waits looks', 'needs that wait look')} again.")
    if done.refused or done.failed:
        raise typer.Exit(1)


def _as_json(done: Imported) -> dict[str, Any]:
    return {
        "source": done.source,
        "taken": done.taken,
        "cannot_be_asked": done.cannot_be_asked,
        "notes": done.notes,
        "warnings": [{"place": e.place, "id": e.id, "warnings": e.warnings} for e in done.doubtful],
        "refused": [{"place": e.place, "id": e.id, "why": e.refused} for e in done.refused],
    }


def _report(done: Imported) -> None:
    for sentence in done.notes:
        note(sentence)
    for entry in done.refused:
        complain(f"{entry.place}: refused: {f'{entry.id[:80]}: ' if entry.id else ''}{entry.refused}")
    if len(done.doubtful) > SHOWN:
        for sentence, count in Counter(w for entry in done.doubtful for w in entry.warnings).most_common(SHOWN):
            note(f"{count:,} × {sentence}")
    else:
        for entry in done.doubtful:
            note(f"{entry.place}: {entry.id[:80]}: {'; '.join(entry.warnings)}")
    if done.failed and not (done.taken or done.refused):
        return
    asked = f" ({done.cannot_be_asked:,} of them cannot be asked as they are)" if done.cannot_be_asked else ""
    say(f"{done.taken:,} recorded{asked}, {len(done.doubtful):,} with a warning, {len(done.refused):,} refused.")


@app.command()
def postcodes(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The CSV, unpacked from its ZIP file.")],
    wards: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A CSV with the names of wards by their codes.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read where postcodes are, so that a need or a responder can be placed by one. Nothing is fetched.

    The ONS Postcode Directory (or the smaller National Statistics Postcode Lookup) from geoportal.statistics.gov.uk:
    its columns are known by their names, as they are or were (pcds, lat, long, osward or wd24cd, doterm). With the file
    of ward names from the same download, places are called by their ward. Reading it again replaces what changed.

    muster directory postcodes ONSPD_NOV_2026_UK.csv --wards "Ward names and codes UK as at 05_25.csv"
    """
    from infra.postcodes import import_postcodes

    def tell(rows: int) -> None:
        typer.echo(f"\r{rows:,} rows read", err=True, nl=False)

    quiet = as_json or not sys.stderr.isatty()
    with open_door() as door:
        done = import_postcodes(door.store, file, wards, (lambda rows: None) if quiet else tell)
    if not quiet:
        typer.echo("", err=True)
    if as_json:
        print_json(vars(done))
        return
    for sentence in done.notes:
        note(sentence)
    say(
        f"{done.taken:,} postcodes taken; left out: {done.ended:,} that have ended, {done.nowhere:,} without a place, "
        f"{done.unread:,} rows that could not be read." + (f" {done.wards:,} wards have names." if done.wards else "")
    )


@app.command("list")
def list_(
    sector: Annotated[str | None, typer.Option(help="Only this sector.")] = None,
    capability: Annotated[str | None, typer.Option(help="Only who can give this.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List who may help, by id."""
    from itertools import islice

    with open_door() as door:
        every = _pages(door.store.responders)
        wanted = (
            r for r in every if (not sector or r.sector == sector) and (not capability or capability in r.capabilities)
        )
        found = list(islice(wanted, limit + 1))
    if as_json:
        print_json([_public(r) for r in found[:limit]])
        return
    if not found:
        say(
            "Nobody yet; `muster directory import FILE` adds them."
            if not (sector or capability)
            else "Nobody like that."
        )
        return
    print_table(
        ("Id", "Name", "Sector", "Can give", "Capacity", "Contacts"),
        [
            (r.id, r.name, r.sector.value, ", ".join(r.capabilities), r.capacity, r.contacts or "none: cannot be asked")
            for r in found[:limit]
        ],
    )
    if len(found) > limit:
        note(f"There are more; these are the first {limit:,} (--limit).")


def _pages(read: Any) -> Any:
    page = read(limit=1000)
    while page:
        yield from page
        page = read(after=page[-1].id, limit=1000)


@app.command()
def show(id: Annotated[str, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """Show one of them, with the contacts in the order they are tried."""
    from infra.looking import look_contacts

    with open_door() as door:
        found = find_responder(door, id)
        contacts = look_contacts(door.store, "command", id)
    if as_json:
        print_json(_public(found) | {"contacts": [contact.model_dump(exclude_none=True) for contact in contacts]})
        return
    print_table((found.name, ""), _facts(found, contacts))


def _facts(found: Responder, contacts: list[Contact]) -> list[tuple[str, object]]:
    from infra.playbooks import capability_title, category_title

    place = f"{found.point.lat:.5f}, {found.point.lon:.5f}" if found.point else "not known"
    ways = [" or ".join(filter(None, (contact.email, contact.phone))) for contact in contacts]
    return [
        ("Id", found.id),
        ("Sector", found.sector.value),
        ("Can give", ", ".join(map(capability_title, found.capabilities)) or "nothing known"),
        ("Place", place + (f", within {found.radius_km:g} km" if found.radius_km else "")),
        ("Areas", ", ".join(found.areas) or "everywhere"),
        ("Capacity", "not known" if found.capacity is None else found.capacity),
        ("Checks held", ", ".join(map(_say_check, found.checks)) or "none"),
        ("Asks a week", "no limit" if found.weekly_limit is None else f"at most {found.weekly_limit}"),
        ("Days off", ", ".join(day.value for day in found.days_off) or "none"),
        ("Quiet hours", str(found.quiet) if found.quiet else "none of their own"),
        ("Open", ", ".join(f"{o.day.value} {o.opens:%H:%M}-{o.closes:%H:%M}" for o in found.opening) or "not known"),
        ("Exercises", "takes part" if found.exercises else "does not take part"),
        ("Paused until", found.paused_until.date() if found.paused_until else "not paused"),
        ("Not asked about", ", ".join(map(category_title, found.muted)) or "nothing"),
        *((f"Contact {number}", way) for number, way in enumerate(ways, start=1)),
        ("Source", found.source),
    ]


def _say_check(check: Check) -> str:
    return f"{check.level.value} until {check.until}" if check.until else check.level.value


def _public(responder: Responder) -> dict[str, Any]:
    return responder.model_dump(mode="json")
