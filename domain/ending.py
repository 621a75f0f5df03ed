"""A promise ends: let go of whole, in one place, whoever ends it and why. Pure.

Nothing of it stands by or waits any more: not to be chosen, not to be confirmed, not to move; and no officer is left
with a task about it. What is missing by it is looked for by whoever ends it (`reopening.look_for_others`).
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.changes import Draft
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.needs import Need
from domain.officers import TaskKind, TaskStatus


def end_promise(
    draft: Draft,
    invitation: Invitation,
    status: InvitationStatus,
    reason: Reason | None,
    shares: Iterable[Share] | None = None,
) -> Invitation:
    """End it so, and keep it. `shares` say what of it still counts, as what was brought does; without, nothing does,
    and what had counted is kept as `was`. A page that shows it as it stood is old from here on."""
    before = draft.situation.by_id[invitation.id]
    left = [share.but(pledged=0, was=share.pledged or share.was) for share in invitation.shares]
    ended = invitation.but(
        status=status,
        reason=reason,
        version=before.version + 1,
        shares=tuple(share.but(reserve=0, offered=0) for share in (left if shares is None else shares)),
        confirm_by=None,
        moving=None,
    )
    keep_promise(draft, ended)
    return ended


def keep_promise(draft: Draft, invitation: Invitation) -> None:
    """Keep what is left of it. Where that is nothing to vet, no officer is asked for their word about who comes."""
    draft.put(invitation)
    if not is_to_be_vetted(draft.need, invitation):
        finish_tasks_about(draft, invitation, TaskKind.vet)


def is_to_be_vetted(need: Need, invitation: Invitation) -> bool:
    """Do they still promise something that counts, of what is sensitive? Whoever was asked for something sensitive that
    is still needed has named who comes, and knows what is behind that door, whichever part of it they promise."""
    counting = [share for share in invitation.shares if share.pledged]
    known = [share for share in invitation.shares if invitation.visitor and need.line(share.line).quantity]
    sensitive = need.sensitive or any(need.line(share.line).capability.sensitive for share in (*counting, *known))
    return invitation.promised and bool(counting) and sensitive


def finish_tasks_about(draft: Draft, invitation: Invitation, *kinds: TaskKind) -> None:
    """Nothing is left to do for these kinds of task about this invitation."""
    for task in draft.situation.tasks:
        if task.kind in kinds and task.invitation == invitation.id and task.status is not TaskStatus.done:
            draft.put_task(task.but(status=TaskStatus.done))
