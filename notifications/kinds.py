"""Which class words which kind of message."""

from __future__ import annotations

from domain.messages import MessageKind
from notifications.call_off import CallOffWords
from notifications.changed import ChangedWords
from notifications.chase import ChaseWords
from notifications.chosen import ChosenWords
from notifications.folded import FoldedWords
from notifications.folded_stand_down import FoldedStandDownWords
from notifications.invitation import InvitationWords
from notifications.lines_added import LinesAddedWords
from notifications.new_link import NewLinkWords
from notifications.not_chosen import NotChosenWords
from notifications.officer_task import OfficerTaskWords
from notifications.private_details import PrivateDetailsWords
from notifications.receipt import ReceiptWords
from notifications.reduced import ReducedWords
from notifications.reminder import ReminderWords
from notifications.reserve_call import ReserveCallWords
from notifications.resident_asked import ResidentAskedWords
from notifications.resident_closed import ResidentClosedWords
from notifications.resident_covered import ResidentCoveredWords
from notifications.resident_delayed import ResidentDelayedWords
from notifications.resident_received import ResidentReceivedWords
from notifications.stand_down import StandDownWords
from notifications.task_over import TaskOverWords
from notifications.task_passed import TaskPassedWords
from notifications.thanks import ThanksWords
from notifications.transfer import TransferWords
from notifications.words import Words

KINDS: dict[MessageKind, type[Words]] = {
    MessageKind.invitation: InvitationWords,
    MessageKind.lines_added: LinesAddedWords,
    MessageKind.reminder: ReminderWords,
    MessageKind.reserve_call: ReserveCallWords,
    MessageKind.receipt: ReceiptWords,
    MessageKind.chase: ChaseWords,
    MessageKind.new_link: NewLinkWords,
    MessageKind.private_details: PrivateDetailsWords,
    MessageKind.chosen: ChosenWords,
    MessageKind.not_chosen: NotChosenWords,
    MessageKind.stand_down: StandDownWords,
    MessageKind.call_off: CallOffWords,
    MessageKind.changed: ChangedWords,
    MessageKind.reduced: ReducedWords,
    MessageKind.transfer: TransferWords,
    MessageKind.thanks: ThanksWords,
    MessageKind.resident_received: ResidentReceivedWords,
    MessageKind.resident_covered: ResidentCoveredWords,
    MessageKind.resident_delayed: ResidentDelayedWords,
    MessageKind.resident_asked: ResidentAskedWords,
    MessageKind.resident_closed: ResidentClosedWords,
    MessageKind.officer_task: OfficerTaskWords,
    MessageKind.task_passed: TaskPassedWords,
    MessageKind.task_over: TaskOverWords,
    MessageKind.folded: FoldedWords,
    MessageKind.folded_stand_down: FoldedStandDownWords,
}
FOLDERS: dict[type[Words], str] = {words: kind.value.replace("-", "_") for kind, words in KINDS.items()}
KIND_OF: dict[type[Words], MessageKind] = {words: kind for kind, words in KINDS.items()}
