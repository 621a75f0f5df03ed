"""Logs as JSON, a line each, with ids only; and what every invocation has in common."""

from __future__ import annotations

import functools
import json
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from infra.traces import places_of

Event = dict[str, Any]
Function = Callable[[Event, Any], Any]
IDS = ("flow_run_id", "task_run_id")  # what Prefect knows of a line
WORDS_FOLLOW = re.compile(r"[(:]")
_request = ""  # one invocation at a time: that is how Lambda works

log = logging.getLogger("muster.lambda")


class JsonLines(logging.Formatter):
    """One line of JSON. Of an exception it has the kind and the places in the code, never its words."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request": _request,
        }
        line |= {name: str(known) for name in IDS if (known := getattr(record, name, None))}
        if record.exc_info and (trouble := record.exc_info[1]) is not None:
            line |= {"trouble": type(trouble).__name__, "places": places_of(trouble)}
        return json.dumps(line | getattr(record, "figures", {}), default=str)


def _message(record: logging.LogRecord) -> str:
    """What is said; of a failed run, as Prefect tells it, only the beginning: the exception's words follow."""
    said = record.getMessage()
    failed = record.levelno >= logging.ERROR and record.name.startswith("prefect")
    return WORDS_FOLLOW.split(said, maxsplit=1)[0] if failed else said


def speak_json() -> None:
    """From now on everything this process logs is a line of JSON: ours from `INFO`, others' from `WARNING`."""
    lines = logging.StreamHandler()
    lines.setFormatter(JsonLines())
    logging.basicConfig(handlers=[lines], level=logging.WARNING, force=True)
    logging.getLogger("muster").setLevel(logging.INFO)


class Failed(Exception):
    """An invocation failed. Its words are the kind of trouble alone, for Lambda's own log repeats them."""


def invocation(function: Function) -> Function:
    """Give every line of an invocation its request id, and let out nothing of a trouble but its kind."""

    @functools.wraps(function)
    def invoke(event: Event, context: Any) -> Any:
        global _request
        _request = getattr(context, "aws_request_id", "")
        try:
            return function(event, context)
        except Exception as trouble:
            log.error("This invocation failed.", exc_info=True)
            raise Failed(type(trouble).__name__) from None

    return invoke
