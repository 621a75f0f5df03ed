"""`muster need open|import`: record what residents need."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.doors import open_door
from cli.needs.acting import option_of, refuse_empty
from cli.needs.options import (
    AddressOption,
    AreaOption,
    AtOption,
    BasisChoice,
    BasisOption,
    CategoryOption,
    ContactByOption,
    EmailOption,
    IncidentOption,
    KeepFromOption,
    KeyOption,
    LineOption,
    NameOption,
    NeededByOption,
    NotesOption,
    PhoneOption,
    PostcodeOption,
    ReferrerEmailOption,
    ReferrerNameOption,
    ReferrerPhoneOption,
    SensitiveOption,
    SummaryOption,
    UrgentBecauseOption,
    UrgentOption,
    YesOption,
)
from cli.printing import AsJson, Refused, complain, note, print_json, say

if TYPE_CHECKING:
    from domain.opening import NeedRequest, NeedWrong
    from domain.situations import Situation
    from infra.door import Door
    from infra.recording import Recorded

PlaybookOption = Annotated[
    str | None,
    typer.Option(
        "--playbook", metavar="NAME|PATH", help="How to respond (unless said: everyday, or urgent with --urgent)"
    ),
]
OF_THE_COMMAND = ("line", "at", "playbook", "yes", "as_json")  # what else was typed is the need's
OPTIONS = {"lines": "--line", "point": "--at", "resident": "--resident-email"}


def open_(
    summary: SummaryOption,
    line: LineOption,
    area: AreaOption = None,
    postcode: PostcodeOption = None,
    category: CategoryOption = None,
    needed_by: NeededByOption = None,
    resident_name: NameOption = None,
    resident_email: EmailOption = None,
    resident_phone: PhoneOption = None,
    address: AddressOption = None,
    contact_by: ContactByOption = None,
    referrer_name: ReferrerNameOption = None,
    referrer_email: ReferrerEmailOption = None,
    referrer_phone: ReferrerPhoneOption = None,
    notes: NotesOption = None,
    urgent: UrgentOption = False,
    urgent_because: UrgentBecauseOption = None,
    sensitive: SensitiveOption = False,
    lawful_basis: BasisOption = BasisChoice.public_task,
    keep_from: KeepFromOption = None,
    incident: IncidentOption = None,
    key: KeyOption = None,
    playbook: PlaybookOption = None,
    at: AtOption = None,
    yes: YesOption = False,
    as_json: AsJson = False,
) -> None:
    """Record one need. Muster looks for help at once.

    Two parts, the second due earlier than the rest:

    muster need open --summary "Food and a lift after an operation"
    --line food-parcel:2 --line lift:1@09:00 --needed-by 17:00
    --area Norbiton --resident-email amina@example.org

    The resident must be reachable: by e-mail, by phone, by post, or through somebody who speaks for them.
    """
    said: dict[str, Any] = {**locals()}  # every option by its name, which is that of the field
    _refuse_empties(said)
    asks = not (yes or as_json) and sys.stdin.isatty()
    with open_door() as door, _naming_options(line):
        chosen = playbook or ("urgent" if urgent else "everyday")
        _record(door, _read_typed(door, said), chosen, ask=asks, as_json=as_json)


def _refuse_empties(said: dict[str, Any]) -> None:
    for field in ("needed_by", "urgent_because", "incident", "key", "keep_from", "playbook", "at"):
        value = said[field]
        refuse_empty(option_of(field), *(value if isinstance(value, list) else (value,)))


def _read_typed(door: Door, said: dict[str, Any]) -> dict[str, Any]:
    """What was typed of the need itself, with its place found."""
    from infra.recording import locate, read_place

    typed = {field: value for field, value in said.items() if field not in OF_THE_COMMAND}
    typed["lines"] = said["line"]
    typed["keep_from"] = said["keep_from"] or []
    typed["point"] = read_place(said["at"]) if said["at"] else None
    return locate(typed, door.store)


@contextmanager
def _naming_options(lines: list[str]) -> Iterator[None]:
    """What was typed wrong is refused with the option it was typed in, and of `lines` the one."""
    from domain.opening import NeedWrong

    try:
        yield
    except NeedWrong as wrong:
        raise Refused(_by_option(wrong, lines)) from None


def _record(door: Door, typed: dict[str, Any], playbook: str, *, ask: bool, as_json: bool) -> None:
    """Put it on record and say so, with what an officer may want to mend."""
    from infra.playbooks import load_catalogue, load_playbook
    from infra.recording import read_request, record_need

    catalogue = load_catalogue()
    chosen = load_playbook(playbook)
    request = read_request(typed, catalogue)
    _say_what_looks_wrong(door, request, ask=ask)
    recorded = record_need(door, catalogue, chosen, request)
    if as_json:
        print_json({"need": recorded.need} | ({"like": recorded.like} if recorded.like else {}))
    else:
        _say_recorded(door.situation(recorded.need), recorded.new)
    if recorded.new:
        _note_notices(door, recorded, request)


def _by_option(wrong: NeedWrong, lines: list[str]) -> str:
    """The sentence, naming the option: `--line 'lift:0': …`."""
    from cli.hints import say_wrong

    word, _, number = wrong.place.partition(" ")
    if word == "line" and number.isdigit() and int(number) <= len(lines):
        return f"--line {lines[int(number) - 1][:60]!r}: {wrong.sentence}"
    return f"{OPTIONS.get(wrong.place, option_of(wrong.place))}: {say_wrong(wrong)}"


def _say_what_looks_wrong(door: Door, request: NeedRequest, ask: bool) -> None:
    """Say what partners would read of the resident, and an area nobody names, while it can still be mended; on a
    terminal, ask."""
    from infra.noticing import private_words, unknown_area

    sentences = [*private_words(request), *unknown_area(request, door.store)]
    for sentence in sentences:
        note(sentence)
    if sentences and ask and not typer.confirm("Record it all the same?", err=True):
        raise Refused("nothing was recorded; say it in other words, or with --yes")


def _say_recorded(situation: Situation, new: bool) -> None:
    from cli.hints import soon
    from domain.times import say_when

    need = situation.need
    if not new:
        say(f"{need.id} is on record already under this key; nothing was changed.")
        return
    first = need.playbook.rounds[0]
    say(f"{need.id} is on record, needed by {say_when(need.needed_by, situation.zone)}.")
    for line in need.lines:
        if line.due != need.needed_by:
            say(f"Of it {line.amount} by {say_when(line.due, situation.zone)}.")
    say(f"Next to be asked: {first.name}, {soon()}. See: muster need show {need.id}.")


def _note_notices(door: Door, recorded: Recorded, request: NeedRequest) -> None:
    from cli.hints import say_notice
    from infra.noticing import notices, odd_times

    if recorded.like:
        note(say_like(recorded.like))
    situation = door.situation(recorded.need)
    for sentence in odd_times(request, situation.need, situation.zone):
        note(sentence)
    for sentence in notices(door.store, situation, door.store.resident(recorded.need)):
        note(say_notice(sentence, recorded.need))


def say_like(like: str) -> str:
    """What is said of a need that may be a duplicate."""
    return (
        f"This resident asked for the same kind of help in {like} within the last day. Both go on; an officer is asked "
        "whether they are one."
    )


def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file in UTF-8.")],
    playbook: PlaybookOption = None,
    as_json: AsJson = False,
) -> None:
    """Record needs from a CSV, one a row. A bad row is refused and said; the others are recorded.

    Columns, in any order: category, summary, lines, area, needed_by, resident_name, resident_email, resident_phone,
    address, contact_by, referrer_name, referrer_email, referrer_phone, notes, urgent, urgent_because, sensitive,
    lawful_basis, keep_from, incident, postcode, key. Of these summary, lines and area (which a row with a postcode may
    leave empty) are required, and some way to tell the resident; `lines` and `keep_from` have ; between their parts.
    A row with a `key` seen before is the same need; one without is known by its whole content: importing twice is safe.
    A time in needed_by is as at --needed-by; a date alone means 5pm.
    """
    from cli.importing import import_needs

    with open_door() as door:
        rows = import_needs(door, file, playbook)
    count = {result: sum(1 for row in rows if row.result == result) for result in ("recorded", "repeated", "refused")}
    if as_json:
        print_json({**count, "rows": [vars(row) for row in rows]})
    else:
        for row in rows:
            if row.result == "refused":
                complain(f"{file}:{row.line}: refused: {row.why}")
                continue
            say(f"{file}:{row.line}: {row.need}{'' if row.result == 'recorded' else ' (on record already)'}")
            for sentence in (*([say_like(row.like)] if row.like else []), *row.notes):
                note(f"{file}:{row.line}: {row.need}: {sentence}")
        say(f"{count['recorded']} recorded, {count['repeated']} on record already, {count['refused']} refused.")
    if count["refused"]:
        raise typer.Exit(1)
