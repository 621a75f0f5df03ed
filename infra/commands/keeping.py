"""Erase nothing of a need for now; end that."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from domain.forgetting import keep, keep_no_longer
from domain.opening import NeedWrong
from domain.rights import Right
from infra.commands.command import Command, Plan, Typed, VersionOfNeed, about
from infra.door import Door


class Keep(Command):
    """Erase nothing of a need, whatever its time, until somebody ends this: a complaint, a claim, an inquiry."""

    name: ClassVar[str] = "keep"
    title: ClassVar[str] = "Keep it for longer"
    right: ClassVar[Right] = Right.keep_house

    because: Annotated[Typed, Field(description="Why; private.")]
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        if not self.because.strip():
            raise NeedWrong("because", "say why it is to be kept")
        return about(need, lambda situation, now: keep(situation, self.because.strip(), by, now, self.version))


class KeepNoLonger(Command):
    """What is past its time may be erased again."""

    name: ClassVar[str] = "keep-no-longer"
    title: ClassVar[str] = "Keep it no longer than others"
    right: ClassVar[Right] = Right.keep_house

    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        return about(need, lambda situation, now: keep_no_longer(situation, by, now, self.version))
