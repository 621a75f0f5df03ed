"""The records a council's DNS needs so that its mails are believed, and its pages found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.aws.checking import find_identity
from infra.deploy.choices import Choices


@dataclass(frozen=True)
class Record:
    """One record, and what it is for."""

    name: str
    kind: str
    value: str
    why: str


def records(choices: Choices, compute: Mapping[str, str]) -> list[Record]:
    """What is to stand in DNS. SPF and DMARC are what to have if there is none: a domain has one of each, not two.

    Raises `AwsFailed`.
    """
    there = choices.sender_domain
    found = [
        *_signing(choices.sender),
        Record(there, "TXT", "v=spf1 include:amazonses.com ~all", "SPF: Amazon may send for us; add it to yours"),
        Record(
            f"_dmarc.{there}",
            "TXT",
            f"v=DMARC1; p=none; rua=mailto:{choices.alarm_email}",
            "DMARC: what becomes of mails that only pretend; p=quarantine once the reports look right",
        ),
    ]
    if target := compute.get("DomainTarget"):
        found.append(Record(choices.domain, "CNAME", target, "the pages"))
    return found


def _signing(sender: str) -> Iterator[Record]:
    """The three records by which SES shows that it may sign for the domain."""
    identity, known = find_identity(sender)
    signing = (known or {}).get("DkimAttributes", {})
    zone = signing.get("SigningHostedZone") or "dkim.amazonses.com"
    for token in signing.get("Tokens", []):
        yield Record(f"{token}._domainkey.{identity}", "CNAME", f"{token}.{zone}", "DKIM: our mails are signed")
