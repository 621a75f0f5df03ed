"""Text messages through Amazon SNS, one at a time: they are few, and urgent."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import phonenumbers
from botocore.exceptions import ClientError

from domain.messages import Channel
from notifications.channels import (
    Accepted,
    AwsClients,
    Mail,
    MayGo,
    Refused,
    Result,
    Settle,
    Unknown,
    always,
    read_text,
)
from notifications.channels.amazon import TROUBLE, judge, said
from notifications.channels.batch import Batch
from notifications.channels.pacing import Pace

A_SECOND = 10.0  # half of what an account may send
DEAREST = "0.50"  # US dollars: a text that would cost more goes to a number of another kind
_ABOUT_THE_MESSAGE = ("InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "ValidationException")

log = logging.getLogger("muster.sns")


class SnsChannel:
    """Sends each text to one mobile. Nobody who has opted out is texted. SNS tells nothing later of what it took."""

    name = "sns"
    carries = Channel.sms
    tells = False

    def __init__(self, clients: AwsClients, *, sender: str = "") -> None:
        self._clients = clients
        self._sender = sender
        self._pace = Pace(A_SECOND)

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Send the texts, urgent first. What SNS would say to any text ends the delivery: the rest come back `Down`."""
        batch = Batch(mails, settle, may_go)
        batch.share_out(self._work, 1, "sns")
        batch.settle_rest()

    def close(self) -> None:
        """Connections are boto3's, and stay for the next batch."""

    def _work(self, batch: Batch) -> None:
        batch.send_each(self._pace, self._send)

    def _send(self, mail: Mail) -> Result:
        number = _e164(mail.to)
        if number is None:
            return Refused(0, "This is not a telephone number that can be texted.", recipient_bad=True)
        if self._has_opted_out(number):
            return Refused(0, "They have asked for no text messages.", recipient_bad=True)
        try:
            taken = self._clients("sns", tries=1).publish(
                PhoneNumber=number, Message=read_text(mail.raw)[1], MessageAttributes=self._attributes()
            )
        except TROUBLE as trouble:
            return _judge(trouble, number)
        provider_id = taken.get("MessageId")
        return Accepted(str(provider_id)) if provider_id else Unknown("SNS's answer could not be read.")

    def _has_opted_out(self, number: str) -> bool:
        """Whoever texted STOP. If that cannot be told, SNS itself keeps the text from them."""
        try:
            return bool(self._clients("sns").check_if_phone_number_is_opted_out(phoneNumber=number).get("isOptedOut"))
        except TROUBLE as trouble:
            log.warning("cannot be told who has opted out: %s", type(trouble).__name__)
            return False

    def _attributes(self) -> dict[str, dict[str, str]]:
        chosen = {"SMSType": "Transactional", **({"SenderID": self._sender} if self._sender else {})}
        texts = {name: ("String", value) for name, value in chosen.items()} | {"MaxPrice": ("Number", DEAREST)}
        return {
            f"AWS.SNS.SMS.{name}": {"DataType": kind, "StringValue": value} for name, (kind, value) in texts.items()
        }


def _judge(trouble: Exception, number: str) -> Result:
    """As AWS's answers are judged, and what SNS says of the number itself."""
    judged = judge(trouble, number)
    if isinstance(trouble, ClientError) and isinstance(judged, Refused):
        code, status, words = said(trouble)
        bad = code in _ABOUT_THE_MESSAGE and ("phone" in words.lower() or number in words)
        return Refused(status, judged.why, recipient_bad=bad)
    return judged


def _e164(number: str) -> str | None:
    """The number as networks write it, `+447700900123`."""
    try:
        parsed = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
