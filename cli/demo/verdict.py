"""How each need must have ended, checked against what really happened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from cli.demo.borough import DemoNeed
from cli.demo.pages import links, read_mail, reference
from cli.demo.partners import People


def check_need(need: DemoNeed, standing: dict[str, Any]) -> list[str]:
    """What is not as it must be with one need, in sentences."""
    faults = []
    if (standing["status"], standing["outcome"]) != ("closed", need.outcome):
        faults.append(
            f"{need.label}: should be closed as {need.outcome}, is {standing['status']} ({standing['outcome']})"
        )
    gave = {
        i["responder"]: i["pledged"] for i in standing["invitations"] if i["pledged"] and i["status"] == "completed"
    }
    if need.helpers and gave != need.helpers:
        faults.append(f"{need.label}: should be helped by {dict(need.helpers)}, was by {gave}")
    if need.outcome in ("met", "presumed"):
        faults += [
            f"{need.label}: {line['pledged']} of {line['quantity']} {line['what']}"
            for line in standing["lines"]
            if line["pledged"] != line["quantity"]
        ]
    happened = Counter(event["code"] for event in standing["story"])
    missing = Counter(need.must_say) - happened
    faults += [f"{need.label}: its story lacks {code}" for code in missing]
    stories = [event["because"] for event in standing["story"]]
    faults += [f"{need.label}: an event without its because" for because in stories if not because]
    if any(i["responder"] == "quick-care" for i in standing["invitations"]):
        faults.append(f"{need.label}: care was asked of a provider without the check")
    return faults


def check_mails(outbox: Path, people: People) -> list[str]:
    """Nobody asked twice by one link, nobody outside the borough written to, nothing private in an invitation."""
    faults = []
    asked: Counter[tuple[str, str, str]] = Counter()
    for path in outbox.glob("*.eml"):
        mail = read_mail(path)
        to, subject, raw = str(mail["To"]), str(mail["Subject"]), path.read_text(errors="replace")
        if not to.strip("<> ").endswith("@example.org"):
            faults.append(f"{path.name} went outside the borough, or to a dead address")
        if "an you help with" in subject and not subject.startswith("Reminder"):
            label = reference(mail)
            asked[to, label, next(iter(links(mail)), "")] += 1
            resident = people.needs[label].resident if label in people.needs else ""
            if "Example Road" in raw or (resident and resident in raw):
                faults.append(f"{path.name}: an invitation names the resident")
    faults += [f"{need}: somebody was asked {count} times" for (_, need, _), count in asked.items() if count > 1]
    if not list(outbox.glob("*.sms")):
        faults.append("no officer was sent a text message")
    if people.seen["trouble"]:
        faults.append(f"{people.seen['trouble']} of the borough's people met an error page or none at all")
    return faults
