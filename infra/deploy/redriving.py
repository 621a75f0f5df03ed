"""Dead letters, put back into their queue once what killed them is mended."""

from __future__ import annotations

from typing import Any

from infra.aws import client
from infra.aws.failing import explained

HELD_SECONDS = 60
AT_ONCE = 10


def redrive(dead: str, alive: str) -> int:
    """Move every message from one queue's URL to another's. Returns how many; each is in one of the two at any time.

    Cut short, a message may be in both: it is then heard twice, which changes nothing. SQS's own move is not used: the
    clock's letters were never in another queue, and it moves those back to nowhere.
    """
    sqs, moved = client("sqs"), 0
    with explained("Moving dead letters back"):
        while found := _receive(dead):
            for letter in found:
                sqs.send_message(QueueUrl=alive, MessageBody=letter["Body"])
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=letter["ReceiptHandle"])
                moved += 1
    return moved


def _receive(queue: str) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(
        QueueUrl=queue, MaxNumberOfMessages=AT_ONCE, VisibilityTimeout=HELD_SECONDS, WaitTimeSeconds=1
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found
