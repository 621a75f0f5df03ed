"""Kinds of help a council can ask for, and who may give each."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from domain.values import Code, Duration, Name, Summary, Value, plural


class Sector(StrEnum):
    """Which part of the place a responder belongs to."""

    provider = "provider"
    voluntary = "voluntary"
    business = "business"
    community = "community"
    volunteer = "volunteer"
    public = "public"


class CheckLevel(StrEnum):
    """A criminal-record check a kind of help requires, or a responder holds. Later ones include earlier ones."""

    none = "none"
    basic = "basic"
    standard = "standard"
    enhanced = "enhanced"
    enhanced_barred = "enhanced-barred"

    @property
    def rank(self) -> int:
        return list(CheckLevel).index(self)


class Accept(StrEnum):
    """Who decides that a yes counts: the first to say it, or an officer who chooses among the offers."""

    first = "first"
    officer = "officer"


class Silence(StrEnum):
    """What follows when a resident who was asked whether it happened says nothing."""

    close = "close"
    officer = "officer"


class Capability(Value):
    """A kind of help. `lead`: how long before due it must be settled. `terms`: one sentence in every invitation.

    `check` is what those who give it must hold; above basic, `eligible` says why the law allows asking for it.

    `at_home`: the helper comes to the resident's door, where both know two words. `sensitive`: an officer gives their
    word about a named person before private details go.
    """

    code: Code
    title: Name
    unit: Name
    units: Name
    category: Code
    sectors: tuple[Sector, ...] = tuple(Sector)
    split: bool = True
    check: CheckLevel = CheckLevel.none
    lead: Duration = timedelta(0)
    terms: Summary = ""
    accept: Accept = Accept.first
    silence: Silence = Silence.close
    eligible: Summary = ""
    at_home: bool = False
    sensitive: bool = False

    @property
    def may_ask_for_its_check(self) -> bool:
        """Does it say why the role may be checked? Anybody may be asked for a basic check, and for none."""
        return self.check.rank <= CheckLevel.basic.rank or bool(self.eligible)

    @property
    def title_inside(self) -> str:
        """The title inside a sentence: `food parcel`; `Korean interpreter` and `PPE` keep their capital, as the unit or
        the next word shows."""
        first, _, rest = self.title.partition(" ")
        named = first in f"{self.unit} {self.units}".split() or rest[:1].isupper() or not first[1:].islower()
        return self.title if named else self.title[:1].lower() + self.title[1:]

    def amount(self, count: int) -> str:
        """`20 food parcels`."""
        return plural(count, self.unit, self.units)


class Catalogue(Value):
    """The council's categories (code to title) and capabilities: `playbooks/categories.yaml`."""

    categories: Annotated[dict[Code, Name], Field(min_length=1)]
    capabilities: Annotated[tuple[Capability, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once_and_in_a_category(self) -> Catalogue:
        seen: set[str] = set()
        for capability in self.capabilities:
            if capability.code in seen:
                raise ValueError(f"capability {capability.code!r} is there twice")
            if capability.category not in self.categories:
                raise ValueError(
                    f"capability {capability.code!r} names no category of this file: {capability.category!r}"
                )
            seen.add(capability.code)
        return self

    def find(self, code: str) -> Capability:
        """Return the capability called `code`; refuse another with near matches (`LookupError`)."""
        for capability in self.capabilities:
            if capability.code == code:
                return capability
        raise LookupError(f"no kind of help is called {code[:60]!r}" + _near(code, [c.code for c in self.capabilities]))

    def check_category(self, code: str) -> str:
        """Return `code` if it is a category; refuse another with near matches (`LookupError`)."""
        if code in self.categories:
            return code
        raise LookupError(f"no category is called {code[:60]!r}" + _near(code, list(self.categories)))


def _near(word: str, words: list[str]) -> str:
    near = get_close_matches(word[:60].lower().replace(" ", "-"), words, n=3, cutoff=0.4)
    return f"; did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(sorted(words))}"
