"""`muster doctor`: is everything as it must be, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from cli.doctor import council, keys, machine, sending, sweeps, waiting
from cli.printing import AsJson, print_json, print_table, say
from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

LOOKS_AT_SETTINGS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    council.placeholders,
    council.bank_holidays,
    machine.disk,
    keys.signing,
    sending.mail,
    sending.texts,
)
LOOKS_INTO_STORE: tuple[Callable[[Store, Settings], Iterator[Finding]], ...] = (
    machine.writable,
    machine.clock,
    council.officers,
    council.sign_in,
    machine.audit,
    council.rota,
    council.directory,
    keys.pairs,
    sweeps.sweep,
    waiting.tasks,
    waiting.refused,
    waiting.past_its_time,
)


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

    yield from machine.versions()
    try:
        chosen = settings()
    except SettingsWrong as wrong:
        yield Finding("settings", False, str(wrong), "Correct the setting named, and look again.")
        return
    yield Finding("settings", True, f"{chosen.council}, {chosen.base_url}, {chosen.timezone}")
    for sentence in strange_settings():
        yield Finding("settings", False, sentence, "Correct its name, or take it out of the environment.")
    for look in LOOKS_AT_SETTINGS:
        yield from look(chosen)
    yield from examine_aws(chosen)
    yield from _look_into_store(chosen)


def _look_into_store(chosen: Settings) -> Iterator[Finding]:
    from infra.store import StoreError, open_store

    do = f"Check MUSTER_STORE and MUSTER_HOME ({chosen.store_url})."
    try:
        store = open_store(chosen.store_url)
    except StoreError as wrong:
        yield Finding("store", False, str(wrong), do)
        return
    try:
        for look in LOOKS_INTO_STORE:
            yield from look(store, chosen)
    except StoreError as wrong:
        yield Finding("store", False, str(wrong), do)
    finally:
        store.close()
