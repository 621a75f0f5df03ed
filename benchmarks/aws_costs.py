"""What Muster costs on AWS a month, as a model: `python -m benchmarks.aws_costs`.

Beside it the same work done as one might otherwise: a Fargate task for each flow run (Prefect's ECS work pool), and a
Step Functions Standard execution for each need. US dollars, Europe (London), without tax. Nothing is asked of AWS. The
always-free part of Lambda, DynamoDB, SQS, SNS and CloudWatch is not taken off, so a small council pays less than this.

Prices as known in November 2026; each constant names the page that has today's. Those marked (derived) are the price of
US East times London's usual surcharge, for London's own is not at hand: look it up before you rely on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MILLION = 1_000_000
MINUTES = 60 * 730  # in a month, as AWS counts one
MEGABYTE = 1 / 1024

# aws.amazon.com/lambda/pricing: requests, and gigabyte-seconds on x86
LAMBDA_REQUEST, LAMBDA_GB_SECOND = 0.20 / MILLION, 0.0000166667
# aws.amazon.com/dynamodb/pricing/on-demand (derived from 0.625, 0.125, 0.25 and 0.20)
DYNAMODB_WRITE, DYNAMODB_READ = 0.7423 / MILLION, 0.1485 / MILLION
DYNAMODB_GB_MONTH, DYNAMODB_BACKUP_GB_MONTH = 0.297, 0.2376
SQS_REQUEST = 0.40 / MILLION  # aws.amazon.com/sqs/pricing; what SNS puts into SQS costs nothing
SNS_PUBLISH = 0.50 / MILLION  # aws.amazon.com/sns/pricing
SES_MAIL = 0.10 / 1000  # aws.amazon.com/ses/pricing
API_REQUEST = 1.16 / MILLION  # aws.amazon.com/api-gateway/pricing, HTTP API (derived)
SCHEDULER_CALL = 1.00 / MILLION  # aws.amazon.com/eventbridge/pricing, Scheduler
LOGS_GB = 0.5985  # aws.amazon.com/cloudwatch/pricing, what is taken in
ALARM, METRIC = 0.10, 0.30  # the same page, each a month
KMS_KEY, KMS_REQUEST = 1.00, 0.03 / 10_000  # aws.amazon.com/kms/pricing
SECRET, SECRET_READ = 0.40, 0.05 / 10_000  # aws.amazon.com/secrets-manager/pricing
FARGATE_CPU_HOUR, FARGATE_GB_HOUR = 0.04656, 0.00511  # aws.amazon.com/fargate/pricing, Linux on x86
STEP_TRANSITION = 0.025 / 1000  # aws.amazon.com/step-functions/pricing, Standard, London


@dataclass(frozen=True)
class Need:
    """What one need uses from being recorded to being closed: eight asked, one reminder each for half, one says yes."""

    mails: int = 16  # eight asks, four reminders, a receipt, the address, a stand-down for some, the resident's two
    pages: int = 30  # partners' and officers', with what they load; mail scanners open links too
    commits: int = 14
    # As `python -m benchmarks aws-units` printed them on 22 November 2026; run it again after a change of the store.
    writes: float = 626
    reads: float = 748
    worker_runs: int = 6  # bells come in bunches, so fewer than commits
    stored_kb: float = 60  # for as long as it is kept


@dataclass(frozen=True)
class Idle:
    """What an empty hour uses: the waker looks each minute; check-promises starts the worker each 15 minutes."""

    looks_a_month: int = MINUTES
    reads_a_look: float = 16  # the same figures: an hour of looks, by sixty
    writes_a_look: float = 2
    worker_runs_a_month: int = MINUTES // 15
    reads_a_run: float = 27  # an hour of looks and audits, less the looks
    writes_a_run: float = 1


NEED, IDLE = Need(), Idle()
WAKER_GB, WAKER_SECONDS = 512 * MEGABYTE, 0.15
WEB_GB, WEB_SECONDS = 1024 * MEGABYTE, 0.12
WORKER_GB, WORKER_SECONDS = 1769 * MEGABYTE, 3.0  # a warm start and what Prefect wants told; a cold one is five more
WORKER_SECONDS_A_NEED = 2.0  # deciding, writing and sending, from the first look to the last
RECEIPTS_GB, RECEIPTS_SECONDS = 512 * MEGABYTE, 0.05
RECEIPTS_A_MAIL = 2  # that it was taken, that it arrived
RECORDS_AT_ONCE = 3
LOG_LINE_GB = 0.7 / MILLION
NEEDS_A_RUN = 20  # in a surge one run serves all that is due
MONTHS_KEPT = 12
FLOW_RUN_SECONDS = 75.0  # a Fargate task: a minute to fetch the image and start, then Prefect's import, then the work
FARGATE_CPU, FARGATE_GB = 0.5, 1.0
TRANSITIONS_A_NEED = 180  # a wait, a choice and a call for each of eight asked, for rounds, reminders, following up


@dataclass(frozen=True)
class Line:
    """One line of the bill."""

    what: str
    dollars: float


def muster(needs: int) -> Iterator[Line]:
    """A month of Muster as `muster deploy` sets it up."""
    runs = IDLE.worker_runs_a_month + worker_runs(needs)
    mails, looks = needs * NEED.mails, IDLE.looks_a_month + needs * NEED.commits
    yield Line("keys, secret, 10 alarms, 2 metrics", KMS_KEY + SECRET + 10 * ALARM + 2 * METRIC)
    yield Line("the clock", IDLE.looks_a_month * SCHEDULER_CALL)
    yield Line("waker", function(looks, WAKER_GB, WAKER_SECONDS))
    work = needs * WORKER_SECONDS_A_NEED * WORKER_GB * LAMBDA_GB_SECOND
    yield Line("worker", function(runs, WORKER_GB, WORKER_SECONDS) + work)
    yield Line("pages", function(needs * NEED.pages, WEB_GB, WEB_SECONDS) + needs * NEED.pages * API_REQUEST)
    told = mails * RECEIPTS_A_MAIL
    yield Line("receipts", function(told / RECORDS_AT_ONCE, RECEIPTS_GB, RECEIPTS_SECONDS) + told * SNS_PUBLISH)
    yield Line("queues", (looks * 3 + told + MINUTES * 3) * SQS_REQUEST)
    yield Line("table, written and read", table(needs, runs, looks))
    kept = needs * NEED.stored_kb / 1024 / 1024 * MONTHS_KEPT
    yield Line("table, kept for a year", kept * (DYNAMODB_GB_MONTH + DYNAMODB_BACKUP_GB_MONTH))
    yield Line("mails", mails * SES_MAIL)
    yield Line("logs", (looks + 8 * runs + needs * NEED.pages * 2 + told) * LOG_LINE_GB * LOGS_GB)


def worker_runs(needs: int) -> float:
    """How often needs start the worker: for each alone while they are few, for many together when they are not."""
    return min(needs * NEED.worker_runs, needs * NEED.worker_runs / NEEDS_A_RUN + 2 * MINUTES)


def table(needs: int, runs: float, looks: float) -> float:
    """What DynamoDB's units cost."""
    writes = needs * NEED.writes + looks * IDLE.writes_a_look + runs * IDLE.writes_a_run
    reads = needs * NEED.reads + looks * IDLE.reads_a_look + runs * IDLE.reads_a_run
    return writes * DYNAMODB_WRITE + reads * DYNAMODB_READ


def function(calls: float, gigabytes: float, seconds: float) -> float:
    """What so many calls of one function cost."""
    return calls * (LAMBDA_REQUEST + gigabytes * seconds * LAMBDA_GB_SECOND)


def with_fargate(needs: int) -> float:
    """The same table, pages and mails; but each flow run is a Fargate task, those of idle hours as well."""
    runs = 2 * IDLE.worker_runs_a_month + needs * NEED.worker_runs
    hour = FARGATE_CPU * FARGATE_CPU_HOUR + FARGATE_GB * FARGATE_GB_HOUR
    rest = sum(line.dollars for line in muster(needs) if line.what not in ("worker", "waker", "the clock"))
    return rest + runs * FLOW_RUN_SECONDS / 3600 * hour


def with_step_functions(needs: int) -> float:
    """The same table, pages, mails; but each need is an execution that waits and calls functions for its effects."""
    rest = sum(line.dollars for line in muster(needs) if line.what not in ("worker", "waker", "the clock"))
    calls = needs * TRANSITIONS_A_NEED / 3
    return rest + needs * TRANSITIONS_A_NEED * STEP_TRANSITION + function(calls, WEB_GB, WEB_SECONDS)


def main() -> None:
    """Print the table that stands in docs/aws.md."""
    sizes = (0, 100, 10_000, MILLION)
    bills = [list(muster(size)) for size in sizes]
    print("| US dollars a month | " + " | ".join(f"{size:,} needs" for size in sizes) + " |")
    print("|---|" + "---:|" * len(sizes))
    for lines in zip(*bills, strict=True):
        print(f"| {lines[0].what} | " + " | ".join(f"{line.dollars:,.2f}" for line in lines) + " |")
    rows = {
        "**Muster, in all**": [sum(line.dollars for line in bill) for bill in bills],
        "with a Fargate task for each flow run": [with_fargate(size) for size in sizes],
        "with a Step Functions execution for each need": [with_step_functions(size) for size in sizes],
    }
    for name, totals in rows.items():
        print(f"| {name} | " + " | ".join(f"{total:,.2f}" for total in totals) + " |")


if __name__ == "__main__":
    main()
