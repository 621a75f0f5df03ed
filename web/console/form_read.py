"""What is read from the form of a command, what stands in it before anybody has typed, and what was typed in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.situations import Situation
from domain.values import MOST_OF_ONE
from infra.playbooks import load_catalogue
from web.console.forms import CommandForm, Field
from web.forms import Form, Wrong

NUMBER = f"Enter a whole number, such as 5; at most {MOST_OF_ONE:,}."
AMOUNTS = ("amounts", "asked-amounts", "one-amount")
ANOTHER = "another"  # a choice: none of those offered
ONE_KIND = "Say how many of one kind of help."


def read_fields(form: CommandForm, typed: Form, situation: Situation, wrong: Wrong) -> dict[str, Any]:
    """What was typed, as the command takes it; nothing but the form's own fields is read."""
    said: dict[str, Any] = {}
    for field in form.fields:
        text = _typed(field, typed)
        match field.kind:
            case "amounts":
                said["lines"] = _changed_amounts(typed, situation, wrong)
            case "asked-amounts":
                said["lines"] = _some_of(typed, situation, wrong)
            case "one-amount":
                said["lines"] = _some_of(typed, situation, wrong)
                if len(said["lines"]) != 1:
                    wrong.say(field.name, ONE_KIND)
            case "more":
                said["lines"] = (*said.get("lines", ()), *_more(typed, wrong))
            case "choice" if text not in {value for value, _, _ in field.options}:
                wrong.say(field.name, field.unanswered)
            case _ if not text and field.unanswered:
                wrong.say(field.name, field.unanswered)
            case _ if text and not (field.present and text == field.present(situation)):
                said[field.name] = text
    if form.versioned:
        said["version"] = _version(typed)
    return said


def _typed(field: Field, typed: Mapping[str, str]) -> str:
    """What was typed or chosen; instead of the needs that are offered, another one's reference may stand beside."""
    text = typed.get(field.name, "").strip()
    return typed.get(f"{field.name}-other", "").strip() if field.kind == "need" and text == ANOTHER else text


def _version(typed: Form) -> int:
    """The version a form was made from; a form without one is older than any."""
    text = typed.get("version", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _amounts(typed: Form, situation: Situation, wrong: Wrong) -> dict[str, str]:
    """What was typed beside each kind of help, where anything was."""
    found = {}
    for line in situation.need.lines:
        place = f"amount-{line.what}"
        if text := typed.get(place, "").strip().replace(",", ""):
            if not _is_count(text):
                wrong.say(place, NUMBER)
            found[line.what] = text
    return found


def _some_of(typed: Form, situation: Situation, wrong: Wrong) -> tuple[str, ...]:
    """So much of each kind; none of it is left out."""
    found = _amounts(typed, situation, wrong)
    return tuple(f"{what}:{count}" for what, count in found.items() if count.strip("0"))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= MOST_OF_ONE


def _changed_amounts(typed: Form, situation: Situation, wrong: Wrong) -> tuple[str, ...]:
    now = {line.what: line.quantity for line in situation.need.lines}
    return tuple(
        f"{what}:{count}"
        for what, count in _amounts(typed, situation, wrong).items()
        if not (_is_count(count) and int(count) == now[what])
    )


def _more(typed: Form, wrong: Wrong) -> tuple[str, ...]:
    what, count = typed.get("more", "").strip(), typed.get("more-count", "").strip().replace(",", "")
    if not what and not count:
        return ()
    if not what:
        wrong.say("more", "Select what it is.")
    elif not (_is_count(count) and int(count)):
        wrong.say("more-count", NUMBER)
    return (f"{what}:{count}",)


def version_of(form: CommandForm, situation: Situation, partner: str) -> int:
    """The version a form is made from: of what it is about, the need or somebody's invitation."""
    if form.of is None:
        return situation.need.edition
    return next((i.version for i in form.of(situation) if i.responder == partner), 1)


def typed_now(form: CommandForm, situation: Situation, partner: str) -> dict[str, str]:
    """What stands in the fields before anybody has typed."""
    typed = {field.name: field.present(situation) for field in form.fields if field.present}
    if any(field.kind == "amounts" for field in form.fields):
        typed |= {f"amount-{line.what}": str(line.quantity) for line in situation.need.lines}
    return typed | {"partner": partner, "version": str(version_of(form, situation, partner))}


def answers(form: CommandForm, typed: Mapping[str, str], situation: Situation) -> list[tuple[str, str]]:
    """What was typed, in words, for a page to check it on."""
    rows: list[tuple[str, str]] = []
    for field in form.fields:
        text = _typed(field, typed)
        if field.kind in AMOUNTS:
            rows += _amount_rows(field, typed, situation)
        elif field.kind == "choice":
            rows += [(field.label, label) for value, label, _ in field.options if value == text]
        elif field.kind == "more" and text:
            rows.append((load_catalogue().find(text).title, f"{typed.get('more-count', '').strip()} more"))
        elif text and not (field.present and text == field.present(situation)):
            rows.append((field.label, text))
    return rows


def _amount_rows(field: Field, typed: Mapping[str, str], situation: Situation) -> list[tuple[str, str]]:
    rows = []
    for line in situation.need.lines:
        text = typed.get(f"amount-{line.what}", "").strip().replace(",", "")
        changed = text != str(line.quantity) if field.kind == "amounts" else True
        if text and changed:
            was = f" (now {line.quantity:,})" if field.kind == "amounts" else ""
            rows.append((line.capability.title, line.capability.amount(int(text)) + was))
    return rows
