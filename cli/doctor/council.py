"""What the council has set: its name and number, its days, its officers, how they sign in, its rota, its directory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

HOLIDAYS_AHEAD = timedelta(days=60)


def placeholders(chosen: Settings) -> Iterator[Finding]:
    """Mails that leave must not ask residents to call a number that does not exist."""
    if chosen.email == "outbox":
        return
    for name in ("council", "phone", "email_from"):
        if name not in chosen.model_fields_set:
            said = f"MUSTER_{name.upper()} is not set: mails would say {getattr(chosen, name)}"
            yield Finding("settings", False, said, "Set it before mails leave.")


def bank_holidays(chosen: Settings) -> Iterator[Finding]:
    """Working days are only as good as the list of bank holidays is long."""
    from infra import calendar, clock

    last = max(calendar.bank_holidays(chosen.nation))
    known = f"{chosen.nation.replace('-', ' ')}, known until {last:%d %B %Y}"
    good = last > clock.now().date() + HOLIDAYS_AHEAD
    do = "" if good else "Update the package govuk-bank-holidays; until then, later ones count as working days."
    yield Finding("bank holidays", good, known, do)


def officers(store: Store, chosen: Settings) -> Iterator[Finding]:
    from domain.officers import chain, working
    from domain.playbooks import Role

    on_duty = [officer for officer in working(store.officers()) if officer.role is Role.duty]
    if on_duty:
        yield Finding("duty officer", True, ", ".join(officer.name for officer in on_duty))
        return
    instead = chain(store.officers(), Role.duty)
    said = (
        f"nobody; {instead[0].name} is asked instead" if instead else "nobody: a need nobody can meet would wait unseen"
    )
    yield Finding("duty officer", False, said, 'Run `muster officer add --name "…" --email … --role duty`.')


def sign_in(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Can officers sign in, and does the council's provider answer?"""
    from web.signin.cookies import may_keep

    if not may_keep(chosen):
        said = f"nobody can: {chosen.base_url} is not https, so others could listen"
        yield Finding("signing in", False, said, "Set MUSTER_BASE_URL to an address that begins with https://.")
        return
    if chosen.sign_in == "local":
        yield Finding("signing in", True, "with a password for Muster")
        return
    from infra.provider import Provider, ProviderDown

    try:
        Provider(chosen).way_there(f"{chosen.base_url}/console/", "state", "nonce", "v" * 43)
    except ProviderDown as why:
        do = "Check MUSTER_OIDC_ISSUER: exactly as the provider writes it; see docs/sign-in.md."
        yield Finding("signing in", False, f"{chosen.oidc_issuer}: {why}", do)
        return
    yield Finding("signing in", True, f"{chosen.oidc_issuer} answers")


def rota(store: Store, chosen: Settings) -> Iterator[Finding]:
    """A rota that cannot be read is not used: whoever should have the night would sleep through it."""
    from domain.rota import Rota
    from infra.playbooks import PlaybookWrong, load_yaml
    from infra.rota import rota_file

    file = rota_file(chosen.home)
    try:
        rota = load_yaml(file, Rota)
    except PlaybookWrong as wrong:
        do = "Correct it; until then officers are asked as they were added."
        yield Finding("rota", False, str(wrong.faults[0]), do)
        return
    if strangers := rota.strangers(tuple(store.officers())):
        said = f"{file} names {', '.join(strangers[:5])}: nobody here who may take a task"
        yield Finding("rota", False, said, "Add them with `muster officer add`, or take them out.")
        return
    none = "none: officers are asked as they were added"
    yield Finding("rota", True, f"{len(rota.shifts)} shifts in {file}" if rota.shifts else none)


def directory(store: Store, chosen: Settings) -> Iterator[Finding]:
    from domain.values import plural

    count = store.count_responders()
    do = "" if count else "Run `muster directory import FILE`."
    said = f"{plural(count, 'partner or helper', 'partners and helpers')} on record"
    yield Finding("directory", True if count else None, said, do)
