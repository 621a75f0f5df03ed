"""Several messages to one contact become one: what each would have said, as a list."""

from __future__ import annotations

from collections.abc import Sequence

from domain.messages import MessageKind
from notifications.folded import FoldedWords
from notifications.folded_stand_down import FoldedStandDownWords
from notifications.invitation import InvitationWords
from notifications.reminder import ReminderWords
from notifications.stand_down import StandDownWords
from notifications.words import Words

FOLDED = frozenset({MessageKind.folded, MessageKind.folded_stand_down})
LISTED = 20
ENDS = {"covered": "others have promised it", "withdrawn": "it has been withdrawn", "closed": "it is closed"}


def fold(said: Sequence[Words]) -> Words:
    """One message instead of these, all of them asks and reminders or all of them stand-downs."""
    asks = [words for words in said if isinstance(words, InvitationWords | ReminderWords)]
    return _fold_asks(asks) if asks else _fold_endings([words for words in said if isinstance(words, StandDownWords)])


def _fold_asks(asks: Sequence[InvitationWords | ReminderWords]) -> FoldedWords:
    first, categories = asks[0], {words.category for words in asks}
    return FoldedWords(
        **_shared(asks),
        count=len(asks),
        lines=tuple(_say_ask(words) for words in asks[:LISTED]),
        more=max(0, len(asks) - LISTED),
        reminds=any(isinstance(words, ReminderWords) for words in asks),
        category=first.category if len(categories) == 1 else None,
        own=first.own,
        mute=first.mute if len(categories) == 1 else None,
    )


def _say_ask(words: InvitationWords | ReminderWords) -> str:
    when = f", by {words.when}" if words.when else ""
    answer_by = f"; answer by {words.answer_by}" if words.answer_by else ""
    return f"{words.asked} in {words.where}{when} ({words.need}){answer_by}"


def _fold_endings(endings: Sequence[StandDownWords]) -> FoldedStandDownWords:
    return FoldedStandDownWords(
        **_shared(endings),
        count=len(endings),
        lines=tuple(f"{w.asked} in {w.area} ({w.need}): {ENDS[w.why]}" for w in endings[:LISTED]),
        more=max(0, len(endings) - LISTED),
    )


def _shared(said: Sequence[Words]) -> dict[str, object]:
    """What every message has; the reference is the first need's, and how many more there are."""
    shared = {name: getattr(said[0], name) for name in Words.model_fields}
    return shared | {"need": f"{said[0].need} and {len(said) - 1} more"}
