"""A helper who is asked to go to another need instead."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import begin_great
from domain.stories.told import Told, Words


def _transfer_asked(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} asked {told.one} to go to {told.code('other')} instead with "
        f"{told.amounts('moving')}. Until they say yes, they are still expected here."
    )


def _transfer_unanswered(told: Told) -> str:
    return (
        f"{told.one} has not said whether they could go to {told.code('other')} instead, so an officer was asked to "
        "phone them. Their promise here stands."
    )


def _transfer_given_up(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} could not reach {told.one} about going to {told.code('other')} instead, so we "
        "stopped asking. Their promise here stands."
    )


def _transferred(told: Told) -> str:
    return f"{told.one} goes to {told.code('other')} instead, so {told.amounts('moving')} here are missing again."


def _joined(told: Told) -> str:
    return f"{told.one} comes from {told.code('other')}, where they had promised it: {told.amounts('pledged')}."


def _stayed(told: Told) -> str:
    return f"{told.one} would rather not go to {told.code('other')}, so their promise here stands."


WORDS = {
    EventCode.transfer_asked: Words("Asked to go elsewhere", _transfer_asked),
    EventCode.transfer_unanswered: Words("No word about going elsewhere", _transfer_unanswered),
    EventCode.transfer_given_up: Words("Not reached about going elsewhere", _transfer_given_up),
    EventCode.transferred: Words("Went elsewhere", _transferred),
    EventCode.joined: Words("Came from elsewhere", _joined),
    EventCode.stayed: Words("Stays", _stayed),
}
