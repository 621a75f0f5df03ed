"""Put one need on hold; let it go on."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from domain.holding import hold, resume
from domain.opening import read_moment
from infra import clock
from infra.commands.command import Command, Plan, Typed, VersionOfNeed, about
from infra.door import Door


class Hold(Command):
    """Send nothing about a need for a while; answers are still taken. Then it goes on where it was.

    Nobody loses time: who had an hour to answer when it was put on hold has an hour when it goes on. Without a time an
    officer is asked each day when it goes on.
    """

    name: ClassVar[str] = "hold"
    title: ClassVar[str] = "Put it on hold"

    until: Annotated[Typed | None, Field(description="Until when.", examples=["2026-11-22T09:00", "09:00", "+2h"])] = (
        None
    )
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        moment = read_moment("until", self.until, clock.now(), door.situation(need).zone) if self.until else None
        return about(need, lambda situation, now: hold(situation, moment, by, now, self.version))


class Resume(Command):
    """End the hold on a need: it goes on where it was."""

    name: ClassVar[str] = "resume"
    title: ClassVar[str] = "Let it go on"

    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        return about(need, lambda situation, now: resume(situation, by, now, self.version))
