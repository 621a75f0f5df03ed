"""A report in words and tables: the same for the terminal, a page, a file and a spreadsheet. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.capabilities import Sector
from domain.hiding import FEWEST, Hidden
from domain.labels import OUTCOME_LABELS, SECTOR_LABELS, label_code, say_list
from domain.needs import Outcome
from domain.periods import say_period
from domain.reporting import COVERED, DONE, FIRST_YES, GONE, MARKS, Asking, Report
from domain.times import say_length
from domain.values import plural
from domain.waits import Length

Cell = str | int
TIME_LABELS = {FIRST_YES: "First yes", COVERED: "Everything promised", DONE: "Done"}
HIDDEN = "hidden"
NONE = "–"
WAITING = (
    "Needs still open count as waiting for as long as they have been; needs that ended unmet count as never. "
    "None is left out."
)
TOO_SOON = f"“{NONE}”: too little time has passed to say."
HIDING = (
    f"“{HIDDEN}” stands for fewer than {FEWEST}, or for a number that would give such a one away. "
    "A need is counted once for each kind of help that did not come in full."
)


@dataclass(frozen=True)
class Sheet:
    """One table: its name for addresses, what it shows, its heads and rows, and how to read it. The first `keys` cells
    of a row say what the others are about."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    keys: int = 1


def say_report(report: Report) -> list[str]:
    """The figures in plain words, the most important first."""
    return [sentence for sentence in _sentences(report) if sentence]


def _sentences(report: Report) -> Iterator[str]:
    yield _say_outcomes(report)
    if not report.needs:
        yield _say_left_out(report)
        return
    yield from (_say_time(report, name, what) for name, what in TIME_SENTENCES.items())
    yield _say_asking(report.asking)
    yield _say_touches(report)
    if report.closed:
        yield (
            f"Of {_needs(report.closed, 'closed')}, somebody told the resident how it ended, or heard it from them, "
            f"for {report.loops_closed:,} ({say_share(report.loops_closed, report.closed)})."
        )
    yield _say_left_out(report)


TIME_SENTENCES = {
    FIRST_YES: "had a first yes",
    COVERED: "had everything promised",
    DONE: "had all of it done",
}


def _needs(count: int, which: str = "") -> str:
    return plural(count, f"{which} need".strip(), f"{which} needs".strip())


def _say_outcomes(report: Report) -> str:
    period = say_period(report.period)
    when = f"on {period}" if report.period.first == report.period.last else f"from {period}"
    if not report.needs:
        return f"No needs were recorded {when}."
    ended = [(count, OUTCOME_WORDS[outcome]) for outcome, count in report.outcomes.items() if count]
    said = say_list(f"{count:,} {words}" for count, words in ended) if ended else "none has ended yet"
    were = "was" if ended and ended[0][0] == 1 else "were"
    recorded = f"{_needs(report.needs)} {'was' if report.needs == 1 else 'were'} recorded {when}"
    said = said.replace(" ", f" {were} ", 1) if ended else said
    still = f" {report.still_open:,} {'is' if report.still_open == 1 else 'are'} still open."
    return f"{recorded}: {said}.{still if report.still_open else ''}"


OUTCOME_WORDS = {
    Outcome.met: "met",
    Outcome.presumed: "presumed met (nobody said otherwise)",
    Outcome.partly_met: "partly met",
    Outcome.not_met: "not met",
    Outcome.withdrawn: "withdrawn",
}


def _say_time(report: Report, name: str, what: str) -> str:
    time = report.times[name]
    median, ninetieth = time.median, time.ninetieth
    if median.seconds is None:
        return f"No time can be given within which half of them {what}: too many ended without."
    if median.more:
        sofar = f"So far {time.reached:,} of {report.needs:,} {what}"
        return f"{sofar}; to get to half of them takes more than {_length(median)}."
    half = f"Half of them {what} within {_length(median)}"
    if ninetieth.seconds is None:
        return f"{half}; for nine in ten no time can be given, as too many ended without."
    return f"{half}, and nine in ten {'only after more than' if ninetieth.more else 'within'} {_length(ninetieth)}."


def _length(length: Length) -> str:
    return say_length(timedelta(seconds=length.seconds or 0))


def _say_asking(asking: Asking) -> str:
    if not asking.asks:
        return "Nobody was asked."
    asked = f"{plural(asking.asks, 'ask', 'asks')} went to {plural(asking.responders, 'partner', 'partners')}"
    if not asking.yes:
        return f"{asked}; nobody has said yes."
    busiest = f"the busiest tenth got {round((asking.busiest or 0) * 100)}% of them"
    return (
        f"{asked}: {_ratio(asking.per_yes)} for each yes, {_ratio(asking.per_responder)} for each partner; {busiest}."
    )


def _say_touches(report: Report) -> str:
    share = say_share(report.untouched, report.needs)
    each = _ratio(report.touches / report.needs)
    return f"Officers stepped in {each} times a need; {report.untouched:,} ({share}) needed none after being recorded."


def _say_left_out(report: Report) -> str:
    left = []
    if report.duplicates:
        left.append(plural(report.duplicates, "duplicate", "duplicates"))
    if report.exercises:
        left.append(plural(report.exercises, "need of an exercise", "needs of exercises"))
    return f"Left out: {say_list(left)}." if left else ""


def say_share(part: int, whole: int) -> str:
    """`84%`; the edges are kept for all and none."""
    if not whole:
        return NONE
    percent = round(100 * part / whole)
    if part and not percent:
        return "under 1%"
    return "over 99%" if percent == 100 and part < whole else f"{percent}%"


def say_sector(sector: str) -> str:
    """`Care providers`; whoever is gone from the directory has no sector."""
    return "No longer in the directory" if sector == GONE else SECTOR_LABELS[Sector(sector)]


def _ratio(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}".removesuffix(".0")


def _say_within(length: Length) -> str:
    if length.seconds is None:
        return NONE
    said = say_length(timedelta(seconds=length.seconds))
    return f"more than {said}" if length.more else said


# --- tables -------------------------------------------------------------------


def sheets(report: Report) -> list[Sheet]:
    """Every table of the report."""
    return [
        _outcomes(report),
        _times(report),
        _by_marks(report),
        _sectors(report),
        _quantities(report),
        _load(report),
        _unmet(report),
    ]


def _outcomes(report: Report) -> Sheet:
    counts = {OUTCOME_LABELS[outcome]: count for outcome, count in report.outcomes.items()}
    counts["Still open"] = report.still_open
    rows = tuple((label, count, say_share(count, report.needs)) for label, count in counts.items())
    return Sheet("outcomes", "How needs ended", ("Outcome", "Needs", "Share"), rows)


def _times(report: Report) -> Sheet:
    rows = tuple(
        (
            TIME_LABELS[name],
            _say_within(time.median),
            _say_within(time.ninetieth),
            time.reached,
            time.waiting,
            time.never,
        )
        for name, time in report.times.items()
    )
    heads = ("From recorded until", "Half within", "Nine in ten within", "Happened", "Not yet, or withdrawn", "Never")
    return Sheet("times", "How long it took", heads, rows, WAITING)


def _by_marks(report: Report) -> Sheet:
    rows = tuple(
        (say_length(mark), *(_percent(time.by_marks[n]) for time in report.times.values()))
        for n, mark in enumerate(MARKS)
    )
    return Sheet("by-then", "Share of needs after so long", ("After", *TIME_LABELS.values()), rows, TOO_SOON)


def _percent(share: float | None) -> str:
    return NONE if share is None else f"{round(share * 100)}%"


def _sectors(report: Report) -> Sheet:
    every = sum(figures.brought for figures in report.sectors.values())
    rows = tuple(
        (say_sector(sector), f.asked, f.yes, f.promised, f.brought, say_share(f.brought, every))
        for sector, f in report.sectors.items()
    )
    heads = ("Sector", "Asked", "Said yes", "Promised", "Brought something", "Share of what was brought")
    return Sheet("sectors", "Who helped", heads, rows, "Each is a number of asks, not of things.")


def _quantities(report: Report) -> Sheet:
    rows = tuple(
        (report.titles.get(kind, label_code(kind)), say_sector(sector), counted.promised, counted.delivered)
        for (kind, sector), counted in report.quantities.items()
    )
    heads = ("Kind of help", "Sector", "Promised", "Delivered")
    return Sheet("quantities", "How much each sector gave", heads, rows, keys=2)


def _load(report: Report) -> Sheet:
    every, helpers = report.asking, report.asking_helpers
    return Sheet(
        "load",
        "How the asking was shared",
        ("", "All partners", "Helpers alone"),
        (
            ("Asks", every.asks, helpers.asks),
            ("Yes", every.yes, helpers.yes),
            ("Asked at least once", every.responders, helpers.responders),
            ("Asks for each yes", _ratio(every.per_yes), _ratio(helpers.per_yes)),
            ("Asks for each of them", _ratio(every.per_responder), _ratio(helpers.per_responder)),
            ("Share of asks that went to the busiest tenth", _percent(every.busiest), _percent(helpers.busiest)),
        ),
    )


def _unmet(report: Report) -> Sheet:
    table = report.unmet_by_place
    title = "What was not met, and where"
    if table is None:
        return Sheet("unmet", title, ("Ward",), (), "Too few to show by ward without saying who they are.")
    if not table.rows:
        return Sheet("unmet", title, ("Ward",), (), "Nothing was left unmet.")
    kinds = [report.titles.get(column, label_code(column)) for column in table.columns]
    return Sheet("unmet", title, ("Ward", *kinds, "All"), tuple(_unmet_rows(table)), HIDING)


def _unmet_rows(table: Hidden) -> Iterator[tuple[Cell, ...]]:
    for row in table.rows:
        cells = (shown(table.cells[row, column]) for column in table.columns)
        yield row, *cells, shown(table.row_totals[row])
    yield "All", *(shown(table.column_totals[column]) for column in table.columns), table.total


def shown(count: int | None) -> Cell:
    return HIDDEN if count is None else count
