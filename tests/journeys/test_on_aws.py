"""A whole response on AWS's stand-in: `muster deploy` with the real zips, then no process of ours but functions.

ministack is table, queues, scheduler, SES and the HTTP API; Prefect's server is the only thing that is our own to run.
What it cannot show: SES publishes no events there, so the one receipt is put onto the topic by hand.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.demo.pages import FormReader
from infra.deploy.building import Built
from infra.store.dynamodb.table import MESSAGE, need_key
from tests import standins
from tests.journeys.conftest import AT_PREFECT, PLAYBOOK, ROOT, eventually, run_muster
from tests.standins import REGION, aws_environment

pytestmark = pytest.mark.journey
ACCOUNT = "000000000000"
NAME = "kingston"
COLD = 120.0  # seconds: functions that start for the first time, on a machine with much else to do


@dataclass
class Kingston:
    """One council on AWS: its officers' commands, its pages, and what was sent."""

    home: Path
    aws: str
    prefect_url: str
    known: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What an officer's terminal has, as docs/aws.md says."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_", "AWS_"))}
        ours = {"MUSTER_HOME": str(self.home), "PYTHONPATH": str(ROOT), "PREFECT_API_AUTH_STRING": AT_PREFECT}
        return inherited | aws_environment(self.aws) | ours | self.known

    def command(self, *words: str) -> str:
        """Run `muster WORDS…`; its complaint fails the test."""
        return run_muster(words, self.environment, within=300)

    def json(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json"))

    def call(self, service: str, operation: str, **given: Any) -> Any:
        """Ask AWS's stand-in, as the console of AWS would."""
        import boto3

        where = {"endpoint_url": self.aws, "region_name": REGION}
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return getattr(boto3.client(service, **where, **keys), operation)(**given)

    def deploys(self, built: Built) -> None:
        """From nothing to an address. What commands need to know of it is in `known` from then on."""
        self.home.mkdir()
        chosen = {
            "name": NAME,
            "council": "Kingston Council",
            "phone": "020 8547 5000",
            "sender": "help@kingston.example.org",
            "alarm_email": "dana@example.org",
            "prefect_api_url": self.prefect_url,
        }
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in chosen.items())
        (self.home / "deploy.toml").write_text(text)
        self.command("deploy", "--yes", "--built", str(built.light.path.parent))
        lines = [shlex.split(line)[1] for line in self.command("deploy", "settings").splitlines()]
        self.known = dict(line.split("=", 1) for line in lines)

    def page(self, path: str) -> str:
        """Where a path of the HTTP API is found on the stand-in, which has no names in DNS."""
        api = self.call("apigatewayv2", "get_apis")["Items"][0]["ApiId"]
        return f"{self.aws}/_aws/execute-api/{api}/$default{path}"

    def awaits(self, to: str, need: str, seconds: float = COLD) -> str:
        """The link in the first ask that SES took for somebody about a need, as soon as it is there."""
        found = eventually(lambda: [one for one in self._sent(to) if need in one["Subject"]], seconds)
        assert found, f"{to} got no mail about {need}: {[one['Subject'] for one in self._sent(to)]}{self.logs()}"
        words: str = found[0]["BodyText"]
        return next(word for word in words.split() if word.startswith("https://") and "/r/" in word)

    def _sent(self, to: str) -> list[dict[str, Any]]:
        taken = httpx.get(f"{self.aws}/_ministack/ses/messages", trust_env=False).json()["messages"]
        return [one for account in taken.values() for one in account if to in str(one["To"])]

    def answers(self, link: str, **fields: str) -> str:
        """Open the mail's link through the HTTP API, choose, check, send; returns the last page."""
        where = self.page("/r/" + link.partition("/r/")[2])
        with httpx.Client(trust_env=False, timeout=60) as browser:
            page = browser.get(where)
            assert page.status_code == 200, page.text
            checked = browser.post(where, data={**FormReader(page.text).hidden, **fields})
            assert checked.status_code == 200, checked.text
            sent = browser.post(where, data=FormReader(checked.text).as_served)
            assert sent.status_code in (200, 303), sent.text
            return browser.get(where).text

    def logs(self) -> str:
        """What the functions said last, should something go wrong."""
        found = []
        for part in ("web", "waker", "worker", "receipts"):
            group = f"/aws/lambda/muster-{NAME}-{part}"
            events = self.call("logs", "filter_log_events", logGroupName=group)["events"][-15:]
            found += [f"{part}: {event['message'].strip()[:500]}" for event in events]
        return "\n" + "\n".join(found)

    def knows(self, what: str) -> list[str]:
        """Two who can give one kind of help: Sam for the first round, The Larder for the second."""
        sam, larder = f"{what}.sam@example.org", f"{what}.larder@example.org"
        rows = ["id,name,sector,email,capabilities,weekly_limit", f"{what}-sam,Sam Secret,volunteer,{sam},{what},99"]
        rows.append(f"{what}-larder,The Larder Secret,voluntary,{larder},{what},99")
        (self.home / "people.csv").write_text("\n".join(rows) + "\n")
        self.command("directory", "import", str(self.home / "people.csv"))
        return [sam, larder]

    def opens(self, what: str) -> str:
        """Dana records Amina's need."""
        (self.home / "patient.yaml").write_text(PLAYBOOK.replace("patience: 8s, remind_after: 4s", "patience: 1h"))
        return str(
            self.json(
                "need", "open", "--summary", "Something for a family", "--line", f"{what}:1", "--area", "Norbiton",
                "--needed-by", "+1d", "--resident-name", "Amina Example", "--resident-email", "amina@example.org",
                "--address", "12 Example Road, KT1 1ZZ", "--playbook", str(self.home / "patient.yaml"),
            )["need"]
        )  # fmt: skip


@pytest.fixture(scope="module")
def kingston(tmp_path_factory: pytest.TempPathFactory, built: Built, prefect_url: str) -> Iterator[Kingston]:
    """Kingston, deployed, with Dana on duty."""
    try:
        with standins.ministack() as address:
            council = Kingston(tmp_path_factory.mktemp("aws") / "home", address, prefect_url)
            council.deploys(built)
            council.command("officer", "add", "--name", "Dana Duty", "--email", "dana@example.org", "--role", "duty")
            yield council
    except standins.Absent as absent:
        pytest.skip(standins.say_absent(absent))


def test_a_need_is_covered_with_nobody_s_machine_running(kingston: Kingston) -> None:
    """Amina's need is recorded; the bell has Sam asked by mail; he says yes on his page, and it is covered."""
    sam, larder = kingston.knows("food-parcel")
    need = kingston.opens("food-parcel")
    link = kingston.awaits(sam, need)
    assert "Thank you" in kingston.answers(link, answer="accept")
    shown = eventually(lambda: _if(kingston.json("need", "show", need), status="covered"), COLD)
    assert shown, kingston.json("need", "show", need)
    assert not kingston._sent(larder)
    told = eventually(lambda: [one for one in kingston._sent("amina@example.org") if need in one["Subject"]], COLD)
    assert told, kingston.logs()


def test_a_mail_that_comes_back_asks_the_next(kingston: Kingston) -> None:
    """Sam's address is dead: SES's receipt goes topic, queue, function; The Larder is asked at once, not in an hour."""
    sam, larder = kingston.knows("blanket")
    need = kingston.opens("blanket")
    kingston.awaits(sam, need)
    kingston.call("sns", "publish", TopicArn=_topic(kingston), Message=json.dumps(_bounce(kingston, sam, need)))
    assert kingston.awaits(larder, need)


def test_all_is_well_and_says_so(kingston: Kingston) -> None:
    """The clock's look keeps `/readyz` content while nothing is due; no bell and no receipt lies dead."""
    ready = eventually(lambda: httpx.get(kingston.page("/readyz"), trust_env=False, timeout=60).status_code == 200, 90)
    assert ready, httpx.get(kingston.page("/readyz"), trust_env=False).text
    for queue in ("bell-dead", "receipts-dead"):
        url = kingston.call("sqs", "get_queue_url", QueueName=f"muster-{NAME}-{queue}")["QueueUrl"]
        names = ["ApproximateNumberOfMessages"]
        left = kingston.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=names)["Attributes"]
        assert left == {"ApproximateNumberOfMessages": "0"}


def test_the_functions_logs_hold_nothing_private(kingston: Kingston) -> None:
    """Ids and numbers: no name, no address, no link of anybody who was part of it."""
    said = "".join(
        event["message"]
        for part in ("web", "waker", "worker", "receipts")
        for event in kingston.call("logs", "filter_log_events", logGroupName=f"/aws/lambda/muster-{NAME}-{part}")[
            "events"
        ]
    )
    assert "looked" in said
    for private in ("Amina", "Sam Secret", "@example.org", "Example Road", "/r/k"):
        assert private not in said


def _if(shown: dict[str, Any], status: str) -> dict[str, Any]:
    return shown if shown["status"] == status else {}


def _topic(kingston: Kingston) -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:muster-{NAME}-receipts"


def _bounce(kingston: Kingston, to: str, need: str) -> dict[str, Any]:
    """As SES tells of a mail that came back for good: the tags are those that it was sent with."""
    sent = next(one for one in kingston._sent(to) if need in one["Subject"])
    begins = {":pk": {"S": need_key(need)[0]}, ":sk": {"S": MESSAGE}}
    condition = "pk = :pk AND begins_with(sk, :sk)"
    rows = kingston.call(
        "dynamodb", "query", TableName=f"muster-{NAME}", KeyConditionExpression=condition,
        ExpressionAttributeValues=begins,
    )["Items"]  # fmt: skip
    message = next(row["sk"]["S"].removeprefix(MESSAGE) for row in rows if sent["MessageId"] in str(row))
    return {
        "eventType": "Bounce",
        "mail": {
            "messageId": sent["MessageId"],
            "sendingAccountId": ACCOUNT,
            "timestamp": "2026-01-01T00:00:00.000Z",
            "tags": {"ses:configuration-set": [f"muster-{NAME}"], "message": [message], "need": [need]},
        },
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": to}]},
    }
