"""Who a mail is from and to, as every channel for mail says it."""

from __future__ import annotations

from notifications.channels import Mail, Refused
from notifications.composing import CannotCompose, wire_address


def wire_addresses(mail: Mail) -> tuple[str, str] | Refused:
    """The sender's and the recipient's address; refused for ever if one of them can be no address."""
    try:
        to = wire_address(mail.to)
    except CannotCompose as never:
        return Refused(0, str(never), recipient_bad=True)
    try:
        return wire_address(mail.sender, "sender's address"), to
    except CannotCompose as never:
        return Refused(0, str(never), recipient_bad=False)
