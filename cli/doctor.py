"""`muster doctor`: is everything as it must be, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.printing import AsJson, print_json, print_table, say
from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

PINNED = {
    "sqlalchemy": ((2, 0), (2, 1), "with another one Prefect silently stops planning runs"),
    "fastapi": ((0, 1), (0, 151), "Prefect's server does not start with a newer one"),
    "prefect": ((3, 8), (3, 9), "Muster is tried with this one"),
}
ENOUGH_SPACE = 200 * 1024 * 1024
SWEEP_EVERY = timedelta(seconds=60)
TOO_LATE = timedelta(minutes=3)
A_NIGHT = timedelta(days=1)  # what came to its end since is erased the next night
HOLIDAYS_AHEAD = timedelta(days=60)


def doctor(as_json: AsJson = False) -> None:
    """Look at settings, store, keys, Prefect, mail, versions, officers, disk and clock: what is wrong, what to do?

    Ends with 1 when there is a problem.
    """
    findings = list(examine())
    problems = [finding for finding in findings if finding.ok is False]
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        marks = {True: "ok", False: "PROBLEM", None: "not yet"}
        print_table(
            ("", "What", "How it is", "What to do"), [(marks[f.ok], f.about, f.sentence, f.do) for f in findings]
        )
        say("All is well." if not problems else f"Problems: {', '.join(f.about for f in problems)}.")
    if problems:
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Look at everything, each by itself: what cannot be looked at is said, and the rest goes on."""
    from infra.aws.checking import examine_aws
    from infra.settings import SettingsWrong, settings, strange_settings
    from infra.store import StoreError, open_store

    yield from _versions()
    try:
        chosen = settings()
    except SettingsWrong as wrong:
        yield Finding("settings", False, str(wrong), "Correct the setting named, and look again.")
        return
    yield Finding("settings", True, f"{chosen.council}, {chosen.base_url}, {chosen.timezone}")
    for sentence in strange_settings():
        yield Finding("settings", False, sentence, "Correct its name, or take it out of the environment.")
    yield from _placeholders(chosen)
    yield _bank_holidays(chosen)
    yield from _disk(chosen)
    yield from _keys(chosen)
    yield from _mail(chosen)
    yield from _texts(chosen)
    yield from examine_aws(chosen)
    try:
        store = open_store(chosen.store_url)
    except StoreError as wrong:
        yield Finding("store", False, str(wrong), f"Check MUSTER_STORE and MUSTER_HOME ({chosen.store_url}).")
        return
    looks: tuple[Callable[[Store, Settings], Iterator[Finding]], ...] = (
        _store,
        _clock,
        _officers,
        _sign_in,
        _audit,
        _rota,
        _directory,
        _pairs,
        _running,
        _tasks,
        _refused,
        _past_its_time,
    )
    try:
        for look in looks:
            yield from look(store, chosen)
    except StoreError as wrong:
        yield Finding("store", False, str(wrong), f"Check MUSTER_STORE and MUSTER_HOME ({chosen.store_url}).")
    finally:
        store.close()


def _versions() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name, (least, below, why) in PINNED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(f"{name}'s version", False, "it is not installed", "Run `make` again.")
            continue
        number = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
        good = least <= number < below
        wanted = f"{'.'.join(map(str, least))} up to below {'.'.join(map(str, below))}"
        do = "" if good else f"Install {wanted} ({why})."
        yield Finding(f"{name}'s version", good, found, do)


def _placeholders(chosen: Settings) -> Iterator[Finding]:
    """Mails that leave must not ask residents to call a number that does not exist."""
    if chosen.email == "outbox":
        return
    for name in ("council", "phone", "email_from"):
        if name not in chosen.model_fields_set:
            said = f"MUSTER_{name.upper()} is not set: mails would say {getattr(chosen, name)}"
            yield Finding("settings", False, said, "Set it before mails leave.")


def _bank_holidays(chosen: Settings) -> Finding:
    """Working days are only as good as the list of bank holidays is long."""
    from infra import clock
    from infra.calendar import bank_holidays

    last = max(bank_holidays(chosen.nation))
    known = f"{chosen.nation.replace('-', ' ')}, known until {last:%d %B %Y}"
    good = last > clock.now().date() + HOLIDAYS_AHEAD
    do = "" if good else "Update the package govuk-bank-holidays; until then, later ones count as working days."
    return Finding("bank holidays", good, known, do)


def _disk(chosen: Settings) -> Iterator[Finding]:
    import shutil

    place = next((p for p in (chosen.home, *chosen.home.absolute().parents) if p.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    do = "" if free >= ENOUGH_SPACE else "Make room: without it no need can be recorded."
    yield Finding("disk space", free >= ENOUGH_SPACE, f"{free // 1024 // 1024:,} MB free at {place}", do)


def _keys(chosen: Settings) -> Iterator[Finding]:
    from infra.settings import SettingsWrong

    kept = chosen.home / "keys"
    if not chosen.keys.get_secret_value():
        if not kept.exists() and not chosen.on_aws:
            yield Finding("keys", None, f"they will be made in {kept} when first used")
            return
        if kept.exists() and kept.stat().st_mode & 0o077:
            yield Finding("keys", False, f"others can read {kept}", f"Run `chmod 600 {kept}`.")
            return
    try:
        kids = list(chosen.signing_keys)
    except (SettingsWrong, OSError) as wrong:
        do = "Put the keys back from a backup; without them links stop working."
        yield Finding("keys", False, str(wrong), 'Run `eval "$(muster deploy settings)"`.' if chosen.on_aws else do)
        return
    yield Finding(
        "keys", True, f"{kids[0]} signs new links" + (f"; {', '.join(kids[1:])} open old ones" if kids[1:] else "")
    )


def _texts(chosen: Settings) -> Iterator[Finding]:
    if chosen.texts == "outbox":
        yield Finding("text messages", True, f"written to {chosen.home / 'outbox'}; nothing is sent to anybody")
    elif chosen.texts != "none":
        yield Finding("text messages", True, "sent by Amazon SNS, which does not say whether they arrive")
    else:
        yield Finding("text messages", True, "none are sent; what is urgent goes by e-mail alone")


def _mail(chosen: Settings) -> Iterator[Finding]:
    if chosen.email == "outbox":
        yield Finding("e-mail", True, f"written to {chosen.home / 'outbox'}; nothing is sent to anybody")
        return
    if chosen.by_ses:
        yield _ses(chosen)
        return
    import smtplib

    from notifications.channels.smtp import read_server

    do = "Check MUSTER_EMAIL and the mail server."
    try:
        there = read_server(chosen.email)
    except ValueError as wrong:
        yield Finding("e-mail", False, str(wrong), do)
        return
    place = f"{there.host}:{there.port}"
    connect = smtplib.SMTP_SSL if there.implicit_tls else smtplib.SMTP
    try:
        with connect(there.host, there.port, timeout=5) as server:
            server.noop()
    except (OSError, ValueError, smtplib.SMTPException) as failed:
        yield Finding("e-mail", False, f"{place} does not answer ({type(failed).__name__})", do)
        return
    yield Finding("e-mail", True, f"{place} answers")


def _ses(chosen: Settings) -> Finding:
    """Can it be heard what becomes of mails? Whether SES takes them, only AWS can say."""
    if not chosen.configuration_set:
        said = "Amazon SES, without a configuration set: nobody tells us of mails that come back"
        return Finding("e-mail", False, said, "Set MUSTER_EMAIL=ses://CONFIGURATION-SET; see docs/aws.md.")
    if not chosen.receipts_topic:
        said = "Amazon SES; what it tells of mails is not believed from anywhere"
        return Finding("e-mail", False, said, "Set MUSTER_RECEIPTS_TOPIC to the topic's ARN; see docs/aws.md.")
    return Finding("e-mail", True, f"Amazon SES, configuration set {chosen.configuration_set}; it tells what arrives")


def _store(store: Store, chosen: Settings) -> Iterator[Finding]:
    store.mark("doctor", datetime.now(UTC))
    yield Finding("store", True, f"{chosen.store_url} opens and can be written")


def _clock(store: Store, chosen: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    ahead = [
        name for name, at in store.marks().items() if name in ("sweep", "doctor") and at > now + timedelta(minutes=1)
    ]
    good = now.year >= 2025 and not ahead
    do = "" if good else "Set this machine's clock: Muster has already seen a later time."
    yield Finding("clock", good, f"{now:%Y-%m-%d %H:%M} UTC", do)


def _officers(store: Store, chosen: Settings) -> Iterator[Finding]:
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


def _sign_in(store: Store, chosen: Settings) -> Iterator[Finding]:
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


def _audit(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Has anybody edited or deleted what is to stay known?"""
    wrong = store.verify_audit()
    do = "Somebody has changed the store by hand. Compare it with a backup, and find out who." if wrong else ""
    yield Finding("audit", wrong is None, wrong or "nothing has been edited or deleted", do)


def _rota(store: Store, chosen: Settings) -> Iterator[Finding]:
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


def _directory(store: Store, chosen: Settings) -> Iterator[Finding]:
    from domain.values import plural

    count = store.count_responders()
    do = "" if count else "Run `muster directory import FILE`."
    said = f"{plural(count, 'partner or helper', 'partners and helpers')} on record"
    yield Finding("directory", True if count else None, said, do)


def _pairs(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Pairs kept apart are known by a key: without it nobody would notice that they no longer are."""
    from infra.settings import SettingsWrong

    try:
        known = set(chosen.signing_keys)
    except (SettingsWrong, OSError):  # said where keys are looked at
        return
    if gone := sorted(store.apart_kids() - known):
        yield Finding(
            "pairs kept apart",
            False,
            f"the key {', '.join(gone)} that they are known by is gone, so they are kept apart no longer",
            "Put the key back into MUSTER_KEYS, behind the one that signs.",
        )


def _running(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Is somebody looking at needs, and will they look again?"""
    from infra.sweeps import PLANNED, last_sweep

    now, marks = datetime.now(UTC), store.marks()
    start, who = "Start `muster up` (or `muster worker` beside a Prefect server).", "Muster has not been started with"
    if chosen.bell:
        waker = f"{chosen.bell.rpartition('/')[2].removesuffix('-bell')}-waker"
        start = f"It looks each minute; if it does not, see its log /aws/lambda/{waker}."
        who = "the waker has not looked at"
    late = store.overdue(now - TOO_LATE)
    if late:
        yield Finding("needs waiting", False, f"{len(late):,} have been due for minutes and nobody looks", start)
    unwatched = store.unwatched()
    if unwatched:
        yield Finding(
            "needs unwatched", False, f"{', '.join(unwatched[:5])} have no next check", "Tell the developers."
        )
    swept = last_sweep(marks)
    if swept is None:
        yield Finding("sweep", None, f"none yet: {who} this store", start)
        return
    fresh = now - swept < TOO_LATE
    yield Finding("sweep", fresh, f"the last began {_ago(now - swept)} ago", "" if fresh else start)
    if fresh:
        yield from _prefect_of_aws() if chosen.bell else _prefect(chosen, marks.get(PLANNED), now)


def _tasks(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Every task is with somebody who has said so, or is still on its way."""
    from domain.officers import TaskStatus

    waiting = store.tasks(statuses=[TaskStatus.open])
    late = list(dict.fromkeys(task.need for task in waiting if task.passes or task.officer is None))
    if late:
        said = f"nobody has taken what waits for an officer on {', '.join(late[:5])}"
        yield Finding("tasks", False, said, "Take it: `muster need take REF --officer EMAIL`; see `muster task list`.")
    else:
        yield Finding("tasks", True, f"{len(waiting):,} waiting to be taken, all in time" if waiting else "none wait")


def _refused(store: Store, chosen: Settings) -> Iterator[Finding]:
    """A server that takes a connection may still take no mail."""
    refused = store.refused_mails()
    if not refused:
        return
    officers = sum(1 for row in refused if row.message.to.startswith("officer:"))
    needs = ", ".join(list(dict.fromkeys(row.message.need for row in refused))[:5])
    to_officers = f", {officers:,} of them to officers" if officers else ""
    yield Finding(
        "messages refused",
        False,
        f"{len(refused):,} have not arrived{to_officers} ({needs})",
        "See why with `muster need show REF`; check MUSTER_EMAIL, MUSTER_EMAIL_FROM and the addresses.",
    )


def _past_its_time(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Nothing is kept for longer than the council decided: `keep-house` erases it each night."""
    from domain.labels import say_list
    from infra import clock
    from infra.door import Door
    from infra.playbooks import PlaybookWrong
    from infra.retention import load_periods, retention_file
    from tasks.keeping_house import MARK, past_its_time

    try:
        load_periods(chosen.home)
    except PlaybookWrong as wrong:
        yield Finding("retention", False, str(wrong.faults[0]), "Correct it; until then the last periods are in force.")
        return
    kept = store.marks().get(MARK)
    past = past_its_time(Door(store, chosen), clock.now() - (A_NIGHT if kept else timedelta(0)))
    if past:
        said = say_list(f"{count:,} {name}" for name, count in past.items())
        yield Finding(
            "retention", False, f"past its time and not erased: {said}", "Run the flow keep-house in Prefect."
        )
        return
    last = f"; house was last kept {_ago(clock.now() - kept)} ago" if kept else ""
    yield Finding("retention", True, f"nothing is past its time ({retention_file(chosen.home)}){last}")


def _prefect(chosen: Settings, planned: datetime | None, now: datetime) -> Iterator[Finding]:
    from cli.running import find_prefect
    from infra.prefect_api import WAKE_NEEDS, PrefectApi, PrefectUnreachable

    find_prefect()
    try:
        with PrefectApi() as prefect:
            if not prefect.healthy():
                raise PrefectUnreachable(f"Prefect at {prefect.url} does not answer")
            planned = prefect.next_scheduled(WAKE_NEEDS)
    except PrefectUnreachable as why:
        if planned and planned > now - SWEEP_EVERY:
            yield Finding("Prefect", None, f"{why}; yet sweeps go on", "Set PREFECT_API_URL to where it is.")
            return
        yield Finding("Prefect", False, str(why), "Start `muster up`, or set PREFECT_API_URL to where Prefect is.")
        return
    do = "" if planned else "Its scheduler makes no runs: see SQLAlchemy's version above, and start it again."
    yield Finding(
        "Prefect", planned is not None, f"next sweep {planned:%H:%M:%S} UTC" if planned else "no sweep is planned", do
    )


def _prefect_of_aws() -> Iterator[Finding]:
    """There the waker is the clock: Prefect need plan no sweep, but must know the flows, and us."""
    from infra.prefect_api import WAKE_NEEDS, PrefectApi

    with PrefectApi() as prefect:
        if not prefect.healthy():
            said, do = f"Prefect at {prefect.url or '?'} does not answer", "Set PREFECT_API_URL as deploy.toml has it."
            yield Finding("Prefect", False, said, do)
        elif status := prefect.refusal():
            do = "Set PREFECT_API_KEY or PREFECT_API_AUTH_STRING as it knows us, and run `muster deploy`."
            yield Finding("Prefect", False, f"{prefect.url} does not let us in ({status})", do)
        elif not prefect.knows(WAKE_NEEDS):
            do = "Run `muster deploy`: it tells Prefect of the flows."
            yield Finding("Prefect", False, f"{prefect.url} does not know the flows", do)
        else:
            yield Finding("Prefect", True, f"{prefect.url} knows the flows; the waker is their clock")


def _ago(length: timedelta) -> str:
    from domain.values import say_duration

    return say_duration(max(length, timedelta(0)))
