"""Offers an officer chooses among, and an officer's word about whom a group names."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import begin_great
from domain.stories.told import Told, Words


def _offers_put(told: Told) -> str:
    why = told.code("why")
    because = "Enough is offered" if why == "enough" else "It is due soon"
    because = "Everybody the playbook names has been asked" if why == "exhausted" else because
    offered = told.amounts("offered") or told.lines
    return f"{because}, so an officer was asked to choose who gives {told.lines}: {told.who} offered {offered}."


def _chosen(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} chose {told.one} for {told.amounts('pledged') or told.lines}, and we told them."
    )


def _not_chosen(told: Told) -> str:
    return f"What they had offered is covered, so we thanked {told.who} and let them go."


def _word_asked(told: Told) -> str:
    return f"It is sensitive, so an officer was asked to give their word about whom these named: {told.who}."


def _word_given(told: Told) -> str:
    return f"{begin_great(told.officer)} gave their word about whom {told.one} named, so we sent them name and address."


def _word_refused(told: Told) -> str:
    lost = told.amounts("lost")
    again = f" So {lost} {told.is_are('lost')} missing again, and they are not asked about it any more." if lost else ""
    return f"{begin_great(told.officer)} did not give their word about whom {told.one} named.{again}"


WORDS = {
    EventCode.offers_put: Words("Offers to choose from", _offers_put),
    EventCode.chosen: Words("Chosen", _chosen),
    EventCode.not_chosen: Words("Not chosen", _not_chosen),
    EventCode.word_asked: Words("An officer's word asked for", _word_asked),
    EventCode.word_given: Words("An officer gave their word", _word_given),
    EventCode.word_refused: Words("An officer did not give their word", _word_refused),
}
