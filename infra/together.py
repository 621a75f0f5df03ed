"""Asking many things at once of what answers late: it takes as long as asking a few."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def side_by_side(ask: Callable[[Asked], Answered], each: Iterable[Asked], at_once: int) -> list[Answered]:
    """What `ask` says of each, in their order, so many at a time. Should one of them fail, no further ones are begun,
    those begun end, and the error comes back: any of them may have been done."""
    wanted = list(each)
    if min(at_once, len(wanted)) <= 1:
        return [ask(one) for one in wanted]
    with ThreadPoolExecutor(min(at_once, len(wanted))) as several:
        return list(several.map(ask, wanted))
