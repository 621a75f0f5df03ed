"""What Amazon SES tells of a mail it took, as it comes out of a queue (SES -> SNS -> SQS)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, alias_generators

from notifications.channels import scrub

LARGEST = 1024 * 1024
OUR_FAULT = ("MessageTooLarge", "ContentRejected", "AttachmentRejected")
NO_COMPLAINT = ("not-spam", "auth-failure")
SUPPRESSED = "OnAccountSuppressionList"
TRIED_OUT = "Successfully validated SNS topic"  # SES says so, once, when its events are switched on
_CERTIFICATE = re.compile(r"https://sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/")


class Foreign(Exception):
    """It does not come from where our events come from. The message is fit for a log."""


@dataclass(frozen=True)
class Source:
    """Where our events come from: the topic (its ARN names the account) and, if any, the configuration set."""

    topic: str
    configuration_set: str = ""

    @property
    def account(self) -> str:
        return self.topic.split(":")[4]


class Fate(StrEnum):
    """What became of a mail."""

    taken = "taken"
    delayed = "delayed"
    arrived = "arrived"
    came_back = "came back"
    refused = "refused for what it says"
    unwanted = "unwanted"


Word = Annotated[str, BeforeValidator(lambda value: value[:1000] if isinstance(value, str) else "")]


class _Told(BaseModel):
    """Of Amazon's words only those that matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=alias_generators.to_camel)


class _Envelope(BaseModel):
    """What SNS puts around a message, unless the subscription delivers it raw."""

    topic: str = Field(alias="TopicArn")
    message: str = Field(alias="Message")
    certificate: str = Field("", alias="SigningCertURL")


class _Recipient(_Told):
    diagnostic_code: Word = ""


class _Bounce(_Told):
    bounce_type: Word = ""
    bounce_sub_type: Word = ""
    bounced_recipients: tuple[_Recipient, ...] = ()


class _Complaint(_Told):
    complaint_sub_type: Word = ""
    complaint_feedback_type: Word = ""


class _Delay(_Told):
    delay_type: Word = ""


class _Mail(_Told):
    message_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9@._=-]{1,200}$")]
    sending_account_id: str
    timestamp: AwareDatetime
    destination: tuple[str, ...] = ()
    tags: dict[str, tuple[str, ...]] = {}


class Event(_Told):
    """One event about one mail."""

    event_type: Word
    mail: _Mail
    bounce: _Bounce = _Bounce()
    complaint: _Complaint = _Complaint()
    delivery_delay: _Delay = _Delay()

    def tag(self, name: str) -> str:
        return next(iter(self.mail.tags.get(name, ())), "")

    @property
    def fate(self) -> Fate | None:
        """What became of the mail; `None` where the event says nothing of that, such as that it was opened."""
        match self.event_type:
            case "Send":
                return Fate.taken
            case "Delivery":
                return Fate.arrived
            case "DeliveryDelay":
                return Fate.delayed
            case "Reject" | "Rendering Failure":  # it was taken, and then found unfit to be sent
                return Fate.refused
            case "Bounce":
                return self._came_back()
            case "Complaint" if self.complaint.complaint_sub_type == SUPPRESSED:
                return Fate.came_back  # a complaint of long ago: this mail was not sent at all
            case "Complaint" if self.complaint.complaint_feedback_type not in NO_COMPLAINT:
                return Fate.unwanted
            case _:
                return None

    def _came_back(self) -> Fate:
        if self.bounce.bounce_sub_type in OUR_FAULT:
            return Fate.refused
        passing = (self.bounce.bounce_type, self.bounce.bounce_sub_type) == ("Transient", "General")
        return Fate.delayed if passing else Fate.came_back  # an out-of-office answer looks like this, too

    @property
    def why(self) -> str:
        """The reason given, without any address."""
        said = (
            self.event_type,
            self.bounce.bounce_type,
            self.bounce.bounce_sub_type,
            *(recipient.diagnostic_code for recipient in self.bounce.bounced_recipients[:1]),
            self.complaint.complaint_sub_type,
            self.complaint.complaint_feedback_type,
            self.delivery_delay.delay_type,
        )
        return scrub(" ".join(filter(None, said)), *self.mail.destination[:5])


def read_event(body: str, source: Source) -> Event | None:
    """Read one record of the queue; `None` if it is about no mail. Raises `Foreign`; `ValueError` or `RecursionError`
    if it cannot be read."""
    if len(body) > LARGEST:
        raise ValueError("too long")
    told = json.loads(body)
    if isinstance(told, dict) and "TopicArn" in told:
        envelope = _Envelope.model_validate(told)
        if envelope.topic != source.topic:
            raise Foreign("another topic")
        if not _CERTIFICATE.match(envelope.certificate):
            raise Foreign("signed with a certificate that is not Amazon's")
        if envelope.message.startswith(TRIED_OUT):
            return None
        told = json.loads(envelope.message)
    if not isinstance(told, dict) or "eventType" not in told:
        if _is_about_a_text(told):
            return None
        raise ValueError("no event")
    event = Event.model_validate(told)
    if event.mail.sending_account_id != source.account:
        raise Foreign("another account")
    if source.configuration_set and event.tag("ses:configuration-set") != source.configuration_set:
        raise Foreign("another configuration set")
    return event


def _is_about_a_text(told: object) -> bool:
    """The delivery status of a text message, as SNS writes it to CloudWatch Logs; it names no message of ours."""
    return isinstance(told, dict) and {"notification", "delivery", "status"} <= told.keys()
