"""What went to an officer, and what came of it."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import TASK_OUTCOME_LABELS, begin_great
from domain.officers import TaskOutcome
from domain.stories.told import Told, Words
from domain.values import plural


def _handed_over(told: Told) -> str:
    asked = told.number("asked")
    if told.code("why") == "time":
        sofar = f" We have asked {asked} so far." if asked else ""
        return f"It is due soon and {told.lines} are not covered, so an officer must act.{sofar}"
    if not asked:
        return f"There was nobody we could ask for {told.lines}, so an officer must act."
    partners = plural(asked, "partner", "partners")
    return f"We asked everybody we know for {told.lines}, {partners}, and not all is covered, so an officer must act."


def _past_due(told: Told) -> str:
    return f"The time has passed and {told.lines} are not covered, so an officer must act."


def _decision_failed(told: Told) -> str:
    return "Muster could not decide what to do next, several times in a row, so an officer must look."


def _task_raised(told: Told) -> str:
    return f"An officer was asked to act: {told.task}."


def _task_passed(told: Told) -> str:
    if not told.code("officer"):
        return f"Nobody is on duty to take this task: {told.task}."
    if told.event.facts.get("again"):
        return f"Nobody has taken this task, and there is nobody else, so {told.officer} was told again: {told.task}."
    if told.event.facts.get("gone"):
        return f"Whoever had this task has no access any more, so it went to {told.officer}: {told.task}."
    return f"The task was waiting to be taken, so it went to {told.officer}: {told.task}."


def _task_taken(told: Told) -> str:
    return f"{begin_great(told.officer)} took the task: {told.task}."


def _task_done(told: Told) -> str:
    outcome = told.code("outcome")
    how = f", and says: “{TASK_OUTCOME_LABELS[TaskOutcome(outcome)]}”" if outcome else ""
    return f"{begin_great(told.officer)} finished the task: {told.task}{how}."


def _call_tried(told: Told) -> str:
    tries = plural(told.number("tries"), "try", "tries")
    if told.event.facts.get("last"):
        return f"{begin_great(told.officer)} reached nobody, after {tries}, so we count it as silence."
    return f"{begin_great(told.officer)} reached nobody, after {tries}, and will be asked to try again."


def _call_again(told: Told) -> str:
    if told.event.facts.get("gone"):
        return f"Whoever took this task has no access any more, so it went to {told.officer}: {told.task}."
    why = "Nobody has said how it ended" if told.event.facts.get("forgotten") else "Nobody has been reached yet"
    return f"{why}, so the task went back to {told.officer}: {told.task}."


WORDS = {
    EventCode.handed_over: Words("Handed to an officer", _handed_over),
    EventCode.past_due: Words("Past its time", _past_due),
    EventCode.decision_failed: Words("Could not decide", _decision_failed),
    EventCode.task_raised: Words("Task for an officer", _task_raised),
    EventCode.task_passed: Words("Task passed on", _task_passed),
    EventCode.task_taken: Words("Task taken", _task_taken),
    EventCode.task_done: Words("Task done", _task_done),
    EventCode.call_tried: Words("Nobody answered", _call_tried),
    EventCode.call_again: Words("Asked again", _call_again),
}
