"""What people read in place of codes, on screens and in mails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.capabilities import Sector
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.needs import LawfulBasis, NeedStatus, Outcome
from domain.officers import MOST_TRIES, Task, TaskKind, TaskOutcome, TaskStatus
from domain.playbooks import Role
from domain.responders import Responder
from domain.rights import Right
from domain.times import say_when

ROLE_LABELS = {
    Role.viewer: "Viewer",
    Role.officer: "Officer",
    Role.duty: "Duty officer",
    Role.manager: "Manager",
    Role.admin: "Administrator",
}
RIGHT_LABELS = {
    Right.look: "See needs, partners, playbooks and figures, nothing private",
    Right.look_private: "See whose need it is and what people wrote",
    Right.respond: "Record needs, and change, answer and end them",
    Right.steer: "Hold everything, change partners, import files",
    Right.keep_house: "Look after officers, keys, and what is known of a person",
}
SECTOR_LABELS = {
    Sector.provider: "Care providers",
    Sector.voluntary: "Voluntary groups",
    Sector.business: "Businesses",
    Sector.community: "Community groups",
    Sector.volunteer: "Helpers",
    Sector.public: "Public services",
}
INVITATION_LABELS = {
    InvitationStatus.requested: "Asked",
    InvitationStatus.accepted: "Said yes",
    InvitationStatus.rejected: "Cannot help this time",
    InvitationStatus.cancelled: "No longer needed",
    InvitationStatus.in_progress: "Under way",
    InvitationStatus.completed: "Done",
    InvitationStatus.failed: "Could not be done",
}
REASON_LABELS = {
    Reason.at_capacity: "nothing left to give",
    Reason.not_available: "not free at that time",
    Reason.out_of_area: "too far away",
    Reason.not_suitable: "not something they do",
    Reason.other: "another reason",
    Reason.withdrew: "said yes, then dropped out",
    Reason.could_not: "said yes, then could not",
    Reason.no_answer: "said yes, then nothing was heard",
    Reason.not_received: "the resident says it did not happen",
    Reason.changed: "asked whether the change is all right",
    Reason.not_chosen: "somebody else was chosen",
    Reason.moved: "went to another request instead",
    Reason.less: "less is needed now",
    Reason.undeliverable: "no address that works",
    Reason.complained: "marked our mail as unwanted",
    Reason.away: "passed over for now",
    Reason.question: "asked a question",
    Reason.reserve_called: "standing by, now needed",
    Reason.covered: "others promised it",
    Reason.closed: "the request is closed",
    Reason.withdrawn: "the request was withdrawn",
}
BASIS_LABELS = {
    LawfulBasis.public_task: "A public task of the council",
    LawfulBasis.vital_interests: "To save somebody's life",
    LawfulBasis.consent: "They have agreed to it",
    LawfulBasis.legal_obligation: "The law requires it",
}
NEED_LABELS = {
    NeedStatus.open: "Looking for help",
    NeedStatus.covered: "Covered",
    NeedStatus.confirming: "Asking how it went",
    NeedStatus.on_hold: "On hold",
    NeedStatus.closed: "Closed",
}
OUTCOME_LABELS = {
    Outcome.met: "Met",
    Outcome.presumed: "Presumed met",
    Outcome.partly_met: "Partly met",
    Outcome.not_met: "Not met",
    Outcome.withdrawn: "Withdrawn",
    Outcome.duplicate: "Duplicate",
}
TASK_LABELS = {
    TaskKind.hand_over: "Find help",
    TaskKind.past_due: "Past its time",
    TaskKind.question: "Answer a question",
    TaskKind.call_resident: "Phone the resident",
    TaskKind.call_partner: "Phone somebody who promised",
    TaskKind.resident_says: "Resident says it did not all happen",
    TaskKind.check_lost: "Check no longer held",
    TaskKind.decide: "Decide what to do",
    TaskKind.choose: "Choose among the offers",
    TaskKind.vet: "Give your word about a helper",
    TaskKind.worry: "A worry about somebody",
    TaskKind.no_show: "Find out whether it was done",
    TaskKind.confirm: "Say whether it happened",
    TaskKind.duplicate: "Look at a possible duplicate",
    TaskKind.on_hold: "Decide when it goes on",
}
TASK_OUTCOME_LABELS = {
    TaskOutcome.yes: "Yes",
    TaskOutcome.partly: "Partly",
    TaskOutcome.no: "No",
    TaskOutcome.met: "It has all happened: close it",
    TaskOutcome.partly_met: "Leave it as it is: close it",
    TaskOutcome.look_again: "Look again for what did not come",
    TaskOutcome.told: "I told them",
    TaskOutcome.posted: "I posted a letter",
    TaskOutcome.no_answer: "Nobody answered",
    TaskOutcome.answered: "I answered the question",
    TaskOutcome.reached: "I reached them",
    TaskOutcome.not_reached: "I could not reach them",
    TaskOutcome.found: "I found help",
    TaskOutcome.nothing_more: "Nothing more can be done",
    TaskOutcome.recorded: "I have seen to it",
    TaskOutcome.different: "These are two different needs",
    TaskOutcome.same: "It is the same need: close this one",
    TaskOutcome.done: "It is done",
    TaskOutcome.not_done: "It was not done",
}
TASK_STATUS_LABELS = {
    TaskStatus.open: "Waiting to be taken",
    TaskStatus.taken: "Taken",
    TaskStatus.done: "Done",
}


def label_need(status: NeedStatus, outcome: Outcome | None = None) -> str:
    """How a need stands: `Looking for help`; a closed one with its end, `Closed: partly met`."""
    return NEED_LABELS[status] + (f": {OUTCOME_LABELS[outcome].lower()}" if outcome else "")


def label_invitation(invitation: Invitation) -> str:
    """How one invitation stands: `Said yes`, or `Standby` where all they offered stands by."""
    if invitation.status is InvitationStatus.failed and invitation.reason is Reason.no_answer:
        return "Has not said whether it was done"
    if invitation.promised and invitation.offered and not invitation.pledged:
        return "Offers"
    if invitation.status is InvitationStatus.accepted and invitation.reserve and not invitation.pledged:
        return "Standby"
    if invitation.open and invitation.reason is Reason.question:
        return "Asked a question"
    return INVITATION_LABELS[invitation.status]


def label_task(task: Task) -> str:
    """How a task stands: `Waiting to be taken`, `Taken; nobody answered (1 of 3)`, `Done: I told them`."""
    tried = f"; nobody answered ({task.attempts} of {MOST_TRIES})" if task.attempts else ""
    ended = f": {TASK_OUTCOME_LABELS[task.outcome]}" if task.outcome else ""
    return TASK_STATUS_LABELS[task.status] + (ended or tried)


def label_responder(responder: Responder) -> str:
    """`Partner`; a person is a `Helper`."""
    return "Helper" if responder.is_person() else "Partner"


def label_code(code: str) -> str:
    """`Personal care` for `personal-care`: a category whose title is not at hand."""
    return code.replace("-", " ").capitalize()


def say_moment(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`9am on Tuesday 3 March`: never with seconds. A moment soon to come is said as the next full minute, so that
    nobody reads of one that is over already."""
    minute = instant.replace(second=0, microsecond=0)
    soon = minute != instant and now <= instant < now + timedelta(minutes=10)
    return say_when(minute + timedelta(minutes=1) if soon else minute, zone)


def begin_great(text: str) -> str:
    """`Everybody near` of `everybody near`: the other letters stay as they are."""
    return text[:1].upper() + text[1:]


def begin_small(text: str) -> str:
    """`said yes` of `Said yes`."""
    return text[:1].lower() + text[1:]


def say_list(items: Iterable[str]) -> str:
    """`A, B and C`."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def say_some(items: Sequence[str], count: int | None = None, *, shown: int = 3, others: str = "more") -> str:
    """`A, B and 3 more`: at most `shown` of `count` items by name; one left over is named too."""
    count = max(count or 0, len(items))
    if count <= shown + 1 and count == len(items):
        return say_list(items)
    return say_list([*items[:shown], f"{count - len(items[:shown])} {others}"])
