"""A playbook tried out for a need that somebody makes up: what is typed, and what comes of it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from domain.labels import say_some
from domain.playbooks import Playbook
from domain.times import say_length
from domain.values import read_duration
from infra import clock
from infra.playbooks import playbook_names
from infra.rehearsal import Forecast, rehearse
from infra.rehearsing import candidates_for, recorded
from web.forms import Form, Wrong
from web.site import Site

MOST_RUNS = 100
SECONDS = 4.0  # for all that is rehearsed at once


@dataclass(frozen=True)
class Trial:
    """What is rehearsed: a need as a CSV row has it, how often, and beside which other playbook."""

    need: dict[str, str]
    runs: int
    seed: int
    within: timedelta
    beside: str


@dataclass(frozen=True)
class Tried:
    """One playbook tried: its name, its figures in words, its rounds, where it runs out."""

    name: str
    runs: int
    candidates: int
    what: str
    figures: dict[str, str]
    rounds: list[tuple[str, str, str, str, str]]
    short: list[str]


def read_trial(form: Form, wrong: Wrong) -> Trial | None:
    """The trial that was typed; what is wrong is said by field."""
    what, area = form.get("what", "").strip(), form.get("area", "").strip()
    count = _number(form, "count", 100_000, wrong)
    runs, seed = _number(form, "runs", MOST_RUNS, wrong), _number(form, "seed", 10**6, wrong)
    if not what:
        wrong.say("what", "Select a kind of help.")
    if not (area or form.get("postcode", "").strip()):
        wrong.say("area", "Give an area, or a postcode.")
    if (beside := form.get("beside", "").strip()) not in ("", *playbook_names()):
        wrong.say("beside", "Select one of these.")
    try:
        within = read_duration(form.get("within", "").strip() or "25m")
    except ValueError as mistake:
        wrong.say("within", str(mistake) + ".")
    if wrong:
        return None
    need = {
        "category": "",
        "summary": "A rehearsal",
        "lines": f"{what}:{count}",
        "area": area,
        "postcode": form.get("postcode", "").strip(),
        "needed_by": form.get("needed_by", "").strip(),
        "urgent": "yes" if form.get("urgent") == "yes" else "",
        "sensitive": "",
        "keep_from": "",
    }
    return Trial(need, runs, seed, within, beside)


def _number(form: Form, name: str, most: int, wrong: Wrong) -> int:
    text = form.get(name, "").strip().replace(",", "")
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most:
        return int(text)
    wrong.say(name, f"Enter a whole number from 1 to {most:,}.")
    return 0


def try_out(site: Site, playbook: Playbook, trial: Trial, among: int) -> Tried:
    """Rehearse it over the real directory. Raises `NeedWrong`."""
    now = clock.now().replace(second=0, microsecond=0)
    situation = recorded(site.door, trial.need, playbook, now)
    candidates = candidates_for(site.store, situation, now)
    seen = rehearse(
        situation,
        candidates,
        now,
        runs=trial.runs,
        seed=trial.seed,
        answers_within=trial.within,
        seconds=SECONDS / among,
    )
    names = {c.responder.id: c.responder.name for c in candidates}
    return Tried(
        playbook.name,
        seen.runs,
        len(candidates),
        " and ".join(line.amount for line in situation.need.lines),
        _figures(seen),
        [
            (
                playbook.round(r.number).name.capitalize(),
                f"{r.reached:.0%}",
                _length(r.after),
                f"{r.people:.1f}" if r.reached else "",
                say_some([names.get(id, id) for id in r.first]) if r.first else "",
            )
            for r in seen.rounds
        ],
        [
            f"{line.line.capability.units.capitalize()} run out in {line.short:.0%} of the rehearsals."
            for line in seen.lines
            if line.short
        ],
    )


def _figures(seen: Forecast) -> dict[str, str]:
    return {
        "Covered in time": f"{seen.in_time:.0%} ({round(seen.in_time * seen.runs):,} of {seen.runs:,})",
        "Covered after, half of them": _length(seen.after),
        "Covered after, 9 of 10 of them": _length(seen.late),
        "People asked, on average": f"{seen.people:.1f}",
        "People asked, at most": f"{seen.most_people:,}",
        "Messages to them, on average": f"{seen.messages:.1f}",
        "Handed to an officer": f"{seen.handed_over:.0%}",
    }


def _length(length: timedelta | None) -> str:
    if length is None:
        return "Never"
    minutes = timedelta(minutes=round(length.total_seconds() / 60))
    return say_length(minutes if length >= timedelta(minutes=10) else length) if length else "At once"
