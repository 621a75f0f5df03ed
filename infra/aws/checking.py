"""Is AWS as it must be? Each look by itself, with what to do; used by `muster doctor` and before a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from infra import clock
from infra.aws import client
from infra.aws.failing import AwsFailed, code_of, explained
from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings

SKEW = timedelta(seconds=60)  # at five minutes AWS refuses what was signed
ALMOST_ALL = 0.8
SAFETY = "table's safety"
LEFT_FOR_OTHERS = 100  # the functions that AWS keeps unreserved
ASK_SES = "Ask for production access in the SES console (Account dashboard); AWS answers within a day."


def who_asks() -> tuple[str, str, timedelta]:
    """The account, who we are in it, and how far our clock is from AWS's. Raises `AwsFailed`."""
    with explained("Asking AWS who we are"):
        answer = client("sts").get_caller_identity()
    return answer["Account"], answer["Arn"], _skew(answer)


def region() -> str:
    """Where we are. Raises `AwsFailed`."""
    with explained("Choosing a region"):
        return str(client("dynamodb").meta.region_name)


def examine_aws(chosen: Settings) -> Iterator[Finding]:
    """Everything of AWS that these settings use; nothing when they use none of it."""
    uses_table, uses_texts = chosen.store.startswith("dynamodb://"), chosen.texts.startswith("sns")
    if not (uses_table or chosen.by_ses or uses_texts or chosen.bell):
        return
    yield from each("AWS", credentials)
    if uses_table:
        yield from each("table", lambda: table(chosen.store.removeprefix("dynamodb://")))
    if chosen.by_ses:
        yield from each("e-mail", sending)
        yield from each("sender", lambda: sender(chosen.email_from))
    if uses_texts:
        yield from each("text messages", texting)
    if chosen.bell:
        yield from each("queues", lambda: queues(chosen.bell))


def each(about: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look finds; what it could not see is a finding too."""
    try:
        yield from look()
    except AwsFailed as why:
        yield Finding(about, False, *_split(str(why)))


def credentials() -> Iterator[Finding]:
    """Does AWS know us, and do our clocks agree?"""
    account, arn, skew = who_asks()
    yield Finding("AWS", True, f"account {account} in {region()}, as {arn.rpartition(':')[2]}")
    good = abs(skew) < SKEW
    do = "" if good else "Set this machine's clock: from five minutes on AWS refuses everything."
    yield Finding("AWS's clock", good, f"{abs(skew).total_seconds():.0f} seconds from ours", do)


def table(name: str) -> Iterator[Finding]:
    """Is the table there, whole, backed up and protected?"""
    from infra.store.dynamodb.table import ENDS_AT, INDEXES

    dynamodb = client("dynamodb")
    with explained(f"Looking at the table {name}"):
        found = dynamodb.describe_table(TableName=name)["Table"]
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    ready = {
        i["IndexName"] for i in found.get("GlobalSecondaryIndexes", []) if i.get("IndexStatus", "ACTIVE") == "ACTIVE"
    }
    missing = [index for index in INDEXES if index not in ready]
    whole = found["TableStatus"] == "ACTIVE" and not missing
    said = f"{name} is {found['TableStatus'].lower()}" + (f", without {', '.join(missing)}" if missing else "")
    yield Finding("table", whole, said, "" if whole else "Wait until AWS is done, or run `muster deploy`.")
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
    protected, swept = found.get("DeletionProtectionEnabled", False), ttl.get("AttributeName") == ENDS_AT
    lacks = [
        f"no {what}"
        for what, there in (("backups", recovery), ("deletion protection", protected), ("time to live", swept))
        if not there
    ]
    do = "Run `muster deploy`: it switches them on." if lacks else ""
    yield Finding(SAFETY, not lacks, ", ".join(lacks) or "every second of 35 days can be restored", do)


def sending() -> Iterator[Finding]:
    """May this account send, and how much more today?"""
    with explained("Asking SES what it may send"):
        account = client("sesv2").get_account()
    quota = account.get("SendQuota", {})
    most, sent, rate = (float(quota.get(key, 0)) for key in ("Max24HourSend", "SentLast24Hours", "MaxSendRate"))
    status = account.get("EnforcementStatus", "HEALTHY")
    if not account.get("SendingEnabled", True) or status == "SHUTDOWN":
        yield Finding(
            "e-mail", False, "AWS has stopped this account's sending", "Read AWS's mail to you, and answer it."
        )
        return
    if not account.get("ProductionAccessEnabled", False):
        said = "SES is in its sandbox: mails reach only addresses verified in SES"
        yield Finding("SES's sandbox", False, said, ASK_SES)
    room = most < 0 or sent < most * ALMOST_ALL
    left = "without limit" if most < 0 else f"{max(0, most - sent):,.0f} of {most:,.0f} left today"
    said = f"SES sends; {left}, {rate:g} a second" + (f"; {status.lower()}" if status != "HEALTHY" else "")
    do = "" if room else "Ask for a higher daily quota (Service Quotas, SES)."
    yield Finding(
        "e-mail", room and status == "HEALTHY", said, do or ("" if status == "HEALTHY" else "See SES's console.")
    )


def sender(address: str) -> Iterator[Finding]:
    """May mails come from this address? SES itself watches DNS for DKIM; nobody here looks up SPF and DMARC."""
    identity, found = find_identity(address)
    if found is None:
        yield Finding("sender", False, f"SES knows neither {address} nor its domain", "Run `muster deploy`.")
        return
    do = "Put the records that `muster deploy outputs` shows into DNS; SES looks again by itself."
    if not found.get("VerifiedForSendingStatus", False):
        yield Finding("sender", False, f"{identity} is not verified", do)
        return
    dkim = found.get("DkimAttributes", {}).get("Status", "NOT_STARTED")
    signed = dkim == "SUCCESS" or "@" in identity
    said = f"{identity} is verified; DKIM {dkim.lower().replace('_', ' ')}. SPF and DMARC are not looked at here"
    yield Finding("sender", signed, said, "" if signed else do)


def find_identity(address: str) -> tuple[str, dict[str, Any] | None]:
    """The identity in SES that this address may send as: itself, or its domain, or one above that."""
    host = address.rpartition("@")[2].split(".")
    candidates = [address, *(".".join(host[start:]) for start in range(max(1, len(host) - 1)))]
    for identity in candidates:
        if (found := read_identity(identity)) is not None:
            return identity, found
    return "", None


def read_identity(identity: str) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    with explained(f"Asking SES about {identity}"):
        try:
            found: dict[str, Any] = client("sesv2").get_email_identity(EmailIdentity=identity)
        except ClientError as refused:
            if code_of(refused) == "NotFoundException":
                return None
            raise
    return found


def texting() -> Iterator[Finding]:
    """May this account send texts to anybody, and for how much a month?"""
    with explained("Asking SNS what it may send"):
        sns = client("sns")
        sandbox = sns.get_sms_sandbox_account_status().get("IsInSandbox", False)
        limit = sns.get_sms_attributes(attributes=["MonthlySpendLimit"]).get("attributes", {}).get("MonthlySpendLimit")
    do = "Leave the sandbox in SNS's console (Text messaging); until then only verified numbers get texts."
    spends = f", at most {limit} US dollars a month" if limit else ""
    said = "SNS is in its sandbox" if sandbox else f"SNS sends texts{spends}"
    yield Finding("text messages", not sandbox, said, do if sandbox else "")


def queues(bell: str) -> Iterator[Finding]:
    """Is the bell heard, and has anything died?"""
    stem = bell.removesuffix("-bell")
    for name in ("bell", "receipts"):
        waiting, dead = depth(f"{stem}-{name}"), depth(f"{stem}-{name}-dead")
        age = oldest(f"{stem.rpartition('/')[2]}-{name}-dead") if dead else None
        since = f", the oldest for {age}" if age else ""
        said = f"{waiting:,} waiting" + (f"; {dead:,} given up{since}" if dead else "")
        do = "See the function's log, then `muster deploy redrive`." if dead else ""
        yield Finding(f"queue {name}", not dead, said, do)


def depth(queue: str) -> int:
    """How many messages a queue (its URL) holds, about."""
    with explained(f"Looking into the queue {queue.rpartition('/')[2]}"):
        attributes = client("sqs").get_queue_attributes(
            QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        )["Attributes"]
    return sum(int(number) for number in attributes.values())


def oldest(queue: str) -> timedelta | None:
    """How long its oldest message has waited, as CloudWatch saw it last; `None` where it has not looked yet."""
    now = clock.now()
    with explained(f"Asking how old {queue}'s messages are"):
        seen = client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SQS", MetricName="ApproximateAgeOfOldestMessage",
            Dimensions=[{"Name": "QueueName", "Value": queue}],
            StartTime=now - timedelta(minutes=30), EndTime=now, Period=300, Statistics=["Maximum"],
        )["Datapoints"]  # fmt: skip
    last = max(seen, key=lambda point: point["Timestamp"], default=None)
    return timedelta(seconds=round(last["Maximum"])) if last else None


def unreserved() -> int:
    """How many functions at once this account runs that nobody has reserved."""
    with explained("Asking how many functions may run at once"):
        limits = client("lambda").get_account_settings()["AccountLimit"]
    return int(limits["UnreservedConcurrentExecutions"])


def _skew(answer: dict[str, Any]) -> timedelta:
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return clock.now() - parsedate_to_datetime(said).astimezone(UTC) if said else timedelta(0)


def _split(sentence: str) -> tuple[str, str]:
    """What is wrong, and what to do: the last sentence."""
    said, _, do = sentence.rstrip(".").rpartition(". ")
    return (said, f"{do}.") if said else (sentence, "")
