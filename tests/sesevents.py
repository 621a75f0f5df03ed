"""SES's events as they come out of the queue: made up for a mail of ours, as Amazon documents them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from infra import clock

TOPIC = "arn:aws:sns:eu-west-2:123456789012:muster-test-receipts"
CERTIFICATE = "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

DETAILS: dict[str, dict[str, Any]] = {
    "Send": {"send": {}},
    "Delivery": {"delivery": {"recipients": ["sam@example.org"], "smtpResponse": "250 ok", "reportingMTA": "a.b"}},
    "DeliveryDelay": {"deliveryDelay": {"delayType": "TransientCommunicationFailure"}},
    "Complaint": {"complaint": {"complaintSubType": None, "complaintFeedbackType": "abuse"}},
    "Reject": {"reject": {"reason": "Bad content"}},
    "Open": {"open": {"ipAddress": "192.0.2.1"}},
}


def bounce(kind: str = "Permanent", sub_type: str = "General") -> dict[str, Any]:
    diagnosis = "smtp; 550 5.1.1 <sam@example.org>: user sam unknown"
    recipient = {"emailAddress": "sam@example.org", "action": "failed", "status": "5.1.1", "diagnosticCode": diagnosis}
    return {"bounce": {"bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": [recipient]}}


def event(
    message: str, kind: str, *, ses_id: str = "0100-1", at: datetime | None = None, **details: Any
) -> dict[str, Any]:
    """One event about the mail of this message."""
    return {
        "eventType": kind,
        "mail": {
            "timestamp": (at or clock.now()).isoformat(),
            "messageId": ses_id,
            "source": "muster@example.org",
            "sourceArn": "arn:aws:ses:eu-west-2:123456789012:identity/example.org",
            "sendingAccountId": "123456789012",
            "destination": ["sam@example.org"],
            "headersTruncated": False,
            "headers": [{"name": "Subject", "value": "Can you help?"}],
            "tags": {
                "ses:configuration-set": ["muster-test"],
                "ses:from-domain": ["example.org"],
                "message": [message],
                "attempt": ["1"],
            },
        },
        **(details or (bounce() if kind == "Bounce" else DETAILS[kind])),
    }


def enclosed(told: object, topic: str = TOPIC, certificate: str = CERTIFICATE) -> str:
    """As SNS puts it into the queue."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "b0e5e3f4",
            "TopicArn": topic,
            "Message": told if isinstance(told, str) else json.dumps(told),
            "Timestamp": "2026-03-02T09:00:00.000Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertURL": certificate,
        }
    )


def record(message: str, kind: str, **more: Any) -> str:
    """A record of the queue."""
    return enclosed(event(message, kind, **more))
