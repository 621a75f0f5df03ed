"""What each role of officer may do. What is not granted here is refused."""

from __future__ import annotations

from enum import StrEnum

from domain.playbooks import Role


class Right(StrEnum):
    """Something an officer may do."""

    look = "look"
    """See needs, partners, playbooks and figures: nothing private."""
    look_private = "look-private"
    """See whose need it is and what people wrote; each look is recorded."""
    respond = "respond"
    """Record needs, take tasks, and change, hold, answer and end single needs; open incidents."""
    steer = "steer"
    """Hold everything, change partners, import files, take figures out."""
    keep_house = "keep-house"
    """Officers, keys of the API, ending sessions, what is known of a person: export, erase, keep."""


_VIEWER = frozenset({Right.look})
_OFFICER = _VIEWER | {Right.look_private, Right.respond}
_MANAGER = _OFFICER | {Right.steer}
GRANTED: dict[Role, frozenset[Right]] = {
    Role.viewer: _VIEWER,
    Role.officer: _OFFICER,
    Role.duty: _OFFICER,
    Role.manager: _MANAGER,
    Role.admin: _MANAGER | {Right.keep_house},
}


def may(role: Role, right: Right) -> bool:
    """Does this role grant this right?"""
    return right in GRANTED.get(role, frozenset())
