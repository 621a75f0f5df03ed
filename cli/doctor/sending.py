"""The ways out: mail and text messages. What AWS says of them is in infra/aws/checking.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings


def mail(chosen: Settings) -> Iterator[Finding]:
    if chosen.email == "outbox":
        yield Finding("e-mail", True, f"written to {chosen.home / 'outbox'}; nothing is sent to anybody")
    elif chosen.by_ses:
        yield _ses(chosen)
    else:
        yield _smtp(chosen)


def _ses(chosen: Settings) -> Finding:
    """Can it be heard what becomes of mails? Whether SES takes them, only AWS can say."""
    if not chosen.configuration_set:
        said = "Amazon SES, without a configuration set: nobody tells us of mails that come back"
        return Finding("e-mail", False, said, "Set MUSTER_EMAIL=ses://CONFIGURATION-SET; see docs/aws.md.")
    if not chosen.receipts_topic:
        said = "Amazon SES; what it tells of mails is not believed from anywhere"
        return Finding("e-mail", False, said, "Set MUSTER_RECEIPTS_TOPIC to the topic's ARN; see docs/aws.md.")
    return Finding("e-mail", True, f"Amazon SES, configuration set {chosen.configuration_set}; it tells what arrives")


def _smtp(chosen: Settings) -> Finding:
    """Does the mail server answer? Whether it takes a mail is seen when one is sent."""
    import smtplib

    from notifications.channels.smtp import read_server

    do = "Check MUSTER_EMAIL and the mail server."
    try:
        there = read_server(chosen.email)
    except ValueError as wrong:
        return Finding("e-mail", False, str(wrong), do)
    place = f"{there.host}:{there.port}"
    connect = smtplib.SMTP_SSL if there.implicit_tls else smtplib.SMTP
    try:
        with connect(there.host, there.port, timeout=5) as server:
            server.noop()
    except (OSError, ValueError, smtplib.SMTPException) as failed:
        return Finding("e-mail", False, f"{place} does not answer ({type(failed).__name__})", do)
    return Finding("e-mail", True, f"{place} answers")


def texts(chosen: Settings) -> Iterator[Finding]:
    if chosen.texts == "outbox":
        yield Finding("text messages", True, f"written to {chosen.home / 'outbox'}; nothing is sent to anybody")
    elif chosen.texts != "none":
        yield Finding("text messages", True, "sent by Amazon SNS, which does not say whether they arrive")
    else:
        yield Finding("text messages", True, "none are sent; what is urgent goes by e-mail alone")
