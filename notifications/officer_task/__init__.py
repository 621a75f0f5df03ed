"""An officer must act."""

from __future__ import annotations

from domain.links import ConsolePage, LinkTo
from domain.officers import TaskKind
from domain.values import Value
from notifications.words import OneLine, Quotation, Words


class Saying(Value):
    """What some of those asked said: a label, and their names."""

    said: OneLine
    names: OneLine


class Step(Value):
    """One thing to do now, and the page of the console where it is done."""

    says: OneLine
    page: ConsolePage | None = None


class OfficerTaskWords(Words):
    """To the officer whose turn it is, when a task is raised or passed on: why it is theirs, what to do now, by when.

    `danger`: it may be about somebody in danger. `quoted` is what a partner or the resident wrote, private. `script` is
    what to say on the phone, or, `by_post`, what to write. `offers` are what there is to choose from; `doors` the two
    words of those who come to the resident's door, to be told with the script. `with_name` is who has it now if it has
    passed on meanwhile; `next_name` is who gets it next. `page` is the task on the
    console.
    """

    kind: TaskKind
    title: OneLine
    why: OneLine
    steps: tuple[Step, ...]
    urgent: bool
    danger: bool
    missing: tuple[OneLine, ...]
    when: OneLine | None
    area: OneLine
    summary: OneLine
    count: OneLine | None
    heard: tuple[Saying, ...]
    quoted: Quotation | None
    quoted_from: OneLine | None
    partner_phone: OneLine | None
    resident_name: OneLine | None
    resident_phone: OneLine | None
    speaks_for_name: OneLine | None
    speaks_for_phone: OneLine | None
    by_post: bool
    script: tuple[OneLine, ...]
    offers: tuple[OneLine, ...] = ()
    doors: tuple[OneLine, ...] = ()
    page: ConsolePage
    take_by: OneLine
    with_name: OneLine | None
    next_name: OneLine | None
    take: LinkTo
