"""Words an officer chooses among when giving a command."""

from __future__ import annotations

from enum import StrEnum


class Said(StrEnum):
    """What a partner said on the telephone."""

    yes = "yes"
    part = "part"
    no = "no"
    standby = "standby"
    done = "done"
    failed = "failed"
    move = "move"
    stay = "stay"


class Ending(StrEnum):
    """How an officer may close a need."""

    met = "met"
    partly_met = "partly-met"
    not_met = "not-met"
    withdrawn = "withdrawn"
    duplicate = "duplicate"
