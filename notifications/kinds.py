"""Which class words which kind of message."""

from __future__ import annotations

from domain.messages import MessageKind
from notifications.call_off import CallOffWords
from notifications.invitation import InvitationWords
from notifications.lines_added import LinesAddedWords
from notifications.new_link import NewLinkWords
from notifications.officer_task import OfficerTaskWords
from notifications.private_details import PrivateDetailsWords
from notifications.receipt import ReceiptWords
from notifications.reminder import ReminderWords
from notifications.reserve_call import ReserveCallWords
from notifications.resident_asked import ResidentAskedWords
from notifications.resident_closed import ResidentClosedWords
from notifications.resident_covered import ResidentCoveredWords
from notifications.resident_delayed import ResidentDelayedWords
from notifications.resident_received import ResidentReceivedWords
from notifications.stand_down import StandDownWords
from notifications.thanks import ThanksWords
from notifications.words import Words

KINDS: dict[MessageKind, type[Words]] = {
    MessageKind.invitation: InvitationWords,
    MessageKind.lines_added: LinesAddedWords,
    MessageKind.reminder: ReminderWords,
    MessageKind.reserve_call: ReserveCallWords,
    MessageKind.receipt: ReceiptWords,
    MessageKind.new_link: NewLinkWords,
    MessageKind.private_details: PrivateDetailsWords,
    MessageKind.stand_down: StandDownWords,
    MessageKind.call_off: CallOffWords,
    MessageKind.thanks: ThanksWords,
    MessageKind.resident_received: ResidentReceivedWords,
    MessageKind.resident_covered: ResidentCoveredWords,
    MessageKind.resident_delayed: ResidentDelayedWords,
    MessageKind.resident_asked: ResidentAskedWords,
    MessageKind.resident_closed: ResidentClosedWords,
    MessageKind.officer_task: OfficerTaskWords,
}
FOLDERS: dict[type[Words], str] = {words: kind.value.replace("-", "_") for kind, words in KINDS.items()}
