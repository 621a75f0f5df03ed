"""`muster need show REF --why`: who was asked and why, and why others were not."""

from __future__ import annotations

from typing import Any

from cli.printing import Refused, note, print_json, print_table, say
from domain.situations import Situation
from infra import clock
from infra.door import Door
from infra.explaining import EVERYBODY, NEAREST, Explained, explain_all, explain_one


def show_why(door: Door, situation: Situation, responder: str | None, everybody: bool, as_json: bool) -> None:
    """Explain everybody who was considered, round by round, the nearest first; or one responder."""
    now = clock.now()
    if responder is None:
        rows = explain_all(door.store, situation, now, most=EVERYBODY if everybody else NEAREST)
    else:
        try:
            rows = explain_one(door.store, situation, responder, now)
        except LookupError as unknown:
            raise Refused(f"{unknown.args[0]}; `muster directory list` shows all") from None
    if as_json:
        print_json([_as_json(row) for row in rows])
        return
    if not rows:
        say("Nobody in the directory gives any of this; `muster directory list` shows who there is.")
        return
    print_table(
        ("Round", "Who", "", "Because"),
        [(row.round, row.name, "asked" if row.asked else "not asked", row.because) for row in rows],
    )
    if responder is None and not everybody:
        note(f"At most {NEAREST} of each round are shown, the nearest first; --all shows everybody.")


def _as_json(row: Explained) -> dict[str, Any]:
    return {
        "responder": row.responder,
        "name": row.name,
        "round": row.round or None,
        "asked": row.asked,
        "code": row.code or None,
        "because": row.because,
    }
