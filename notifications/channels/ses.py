"""Mails through Amazon SES: several at once, as fast as the account may, nothing tried twice."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from domain.messages import Channel
from notifications.channels import Accepted, AwsClients, Down, Mail, MayGo, Refused, Result, Settle, Unknown, always
from notifications.channels.addressing import wire_addresses
from notifications.channels.amazon import TROUBLE, judge, said
from notifications.channels.batch import Batch
from notifications.channels.pacing import Pace
from notifications.composing import as_seven_bit

LOOK_EVERY = 60.0  # seconds between looks at the account
OF_THE_RATE = 0.8  # the rest is for whoever else sends from the account
FOR_URGENT = 0.05  # of the day's quota
UNTOLD_RATE = 1.0  # what any account may, a second
MOST_HANDS = 16
MESSAGE_TAG, ATTEMPT_TAG = "message", "attempt"

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ABOUT_AN_ADDRESS = re.compile(
    r"(illegal|local|invalid|invalid email) address|missing final|invalid domain|domain (contains|starts|ends)", re.I
)

log = logging.getLogger("muster.ses")


@dataclass(frozen=True, slots=True)
class Account:
    """What this account may send. `a_day` below 0: as much as it likes."""

    rate: float
    a_day: float = -1
    sent: float = 0
    stopped: str | None = None


class SesChannel:
    """Sends through SES. What becomes of a mail comes back as events of the configuration set, found by their tags."""

    name = "ses"
    carries = Channel.email
    tells = True

    def __init__(self, clients: AwsClients, *, configuration_set: str = "", rate: float = 0) -> None:
        self._clients = clients
        self._set = configuration_set
        self._own_rate = rate
        self._pace = Pace(rate)
        self._lock = threading.Lock()
        self._account = Account(UNTOLD_RATE)
        self._looked_at = float("-inf")
        self._sent_since = 0

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Send the mails, urgent first. What SES would say to any mail ends the delivery: the rest come back `Down`."""
        if not mails:
            return
        batch = Batch(mails, settle, may_go)
        account = self._look()
        if account.stopped:
            batch.give_up(account.stopped)
        else:
            rate = self._rate(account)
            self._pace.change(rate)
            batch.share_out(self._work, min(len(mails), max(1, min(MOST_HANDS, int(rate / 2)))), "ses")
        if batch.gave_up:
            log.error("nothing more is sent for now: %s", batch.why_down)
            self._looked_at = float("-inf")
        batch.settle_rest()

    def close(self) -> None:
        """Connections are boto3's, and stay for the next batch."""

    # --- what the account may ---

    def _look(self) -> Account:
        """Ask what the account may, unless that was just asked. Where it cannot be told, the last answer counts."""
        if time.monotonic() - self._looked_at < LOOK_EVERY:
            return self._account
        try:
            self._account = _read_account(self._clients("sesv2").get_account())
            self._sent_since = 0
        except TROUBLE as trouble:
            log.warning("the account's sending quota cannot be read: %s", _why(judge(trouble)))
        self._looked_at = time.monotonic()
        return self._account

    def _rate(self, account: Account) -> float:
        may = account.rate * OF_THE_RATE if account.rate > 1 else account.rate
        return min(self._own_rate, may) if self._own_rate else may

    def _day_is_spent(self, mail: Mail) -> bool:
        """Is what is left of the day's quota for urgent mails alone?"""
        account = self._account
        spent = account.sent + self._sent_since
        return account.a_day >= 0 and not mail.urgent and spent >= account.a_day * (1 - FOR_URGENT)

    # --- one mail ---

    def _work(self, batch: Batch) -> None:
        batch.send_each(self._pace, self._send)

    def _send(self, mail: Mail) -> Result:
        if self._day_is_spent(mail):  # urgent mails were taken first: so it is for all that are left
            return Down("The day's sending quota is nearly used; what is left is for urgent mails.")
        addresses = wire_addresses(mail)
        if isinstance(addresses, Refused):
            return addresses
        sender, to = addresses
        tags = {MESSAGE_TAG: mail.id, ATTEMPT_TAG: str(mail.attempt)}
        if not _TAG.fullmatch(mail.id):
            return Refused(0, "The message's id cannot be a tag of SES's.", recipient_bad=False)
        with self._lock:
            self._sent_since += 1
        try:
            taken = self._clients("sesv2", tries=1).send_email(
                FromEmailAddress=sender,
                Destination={"ToAddresses": [to]},
                Content={"Raw": {"Data": as_seven_bit(mail.raw)}},
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
                **({"ConfigurationSetName": self._set} if self._set else {}),
            )
        except TROUBLE as trouble:
            return _judge(trouble, to, sender)
        provider_id = taken.get("MessageId")
        return Accepted(str(provider_id)) if provider_id else Unknown("SES's answer could not be read.")


def _read_account(answer: dict[str, object]) -> Account:
    quota = answer.get("SendQuota")
    given = quota if isinstance(quota, dict) else {}
    stopped = None
    if answer.get("EnforcementStatus") == "SHUTDOWN" or answer.get("SendingEnabled") is False:
        stopped = "SES has stopped this account from sending; nothing is lost, and AWS Support can say why."
    return Account(
        rate=max(0.1, float(given.get("MaxSendRate", UNTOLD_RATE))),
        a_day=float(given.get("Max24HourSend", -1)),
        sent=float(given.get("SentLast24Hours", 0)),
        stopped=stopped,
    )


def _judge(trouble: Exception, to: str, sender: str) -> Result:
    """As AWS's answers are judged, and what SES says of addresses: the sender's is ours, the recipient's theirs."""
    judged = judge(trouble, to, sender)
    if not isinstance(trouble, ClientError) or not isinstance(judged, Refused):
        return judged
    code, status, words = said(trouble)
    if code == "MessageRejected" and _names(words, sender):  # not verified: so it is for every mail
        return Down(judged.why)
    if code in ("BadRequestException", "MessageRejected") and _ABOUT_AN_ADDRESS.search(words):
        return Refused(status, judged.why, recipient_bad=not _names(words, sender))
    return judged


def _names(words: str, sender: str) -> bool:
    """Do these words name our own address, or its domain as an identity of its own?"""
    domain = re.escape(sender.rpartition("@")[2])
    return sender.lower() in words.lower() or re.search(rf"(^|[\s,:]){domain}($|[\s,.])", words, re.I) is not None


def _why(result: Result) -> str:
    return getattr(result, "why", "")
