"""The lines of a need as they are after a change: how much of each, and by when."""

from __future__ import annotations

from datetime import datetime

from domain.amending.amendment import Amendment
from domain.needs import Line, Need


def lines_as_wanted(need: Need, amendment: Amendment, now: datetime) -> tuple[Line, ...]:
    """The lines as they shall be. A line with a time of its own keeps it, unless that has passed."""
    wanted = {want.capability.code: want for want in amendment.wanted}
    lines = []
    for line in need.lines:
        want = wanted.pop(line.what, None)
        if want and want.due:
            line = _timed(line, want.due, own=True)
        elif amendment.needed_by and not _has_own_time(need, line, now):
            line = _timed(line, amendment.needed_by, own=False)
        lines.append(line.but(quantity=want.quantity) if want else line)
    for want in wanted.values():
        new = Line(
            number=len(lines) + 1,
            capability=want.capability,
            quantity=want.quantity,
            due=want.due or amendment.needed_by or need.needed_by,
            own_time=want.due is not None,
        )
        lines.append(new)
    return tuple(lines)


def _timed(line: Line, due: datetime, *, own: bool) -> Line:
    return line if due == line.due else line.but(due=due, own_time=own)


def _has_own_time(need: Need, line: Line, now: datetime) -> bool:
    """Was it recorded with a time of its own, still to come? One that we gave it when it was wanted anew is none; and
    where every part has its own, the time of the last is that of the need."""
    if line.due <= now or line.wanted_anew:
        return False
    if line.due == need.needed_by:
        return bool(line.own_time) and any(other.own_time is False for other in need.lines if other.quantity)
    return line.own_time is not False


def extended(need: Need, line: Line, needed_by: datetime, now: datetime) -> Line:
    """Nothing is due earlier by it than it is now."""
    return line if _has_own_time(need, line, now) else _timed(line, max(line.due, needed_by), own=False)


def rescheduled(before: Need, after: Need) -> tuple[set[int], set[int]]:
    """The numbers of the lines that are due earlier now, and of those due later."""
    pairs = [(line, before.line(line.number)) for line in after.lines if line.number <= len(before.lines)]
    earlier = {line.number for line, old in pairs if line.quantity and line.due < old.due}
    later = {line.number for line, old in pairs if line.quantity and line.due > old.due}
    return earlier, later
