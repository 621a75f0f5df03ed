"""Partners in a process of their own: they open links' forms, choose, check and send. `python -m benchmarks.partners`.

Reads from stdin `{"groups": [[[url, fields], …], …], "per_second": 50 or null}` and prints what they met, as JSON. With
a pace, answers come at their times whether or not those before are done; without, each group answers all at once, a
group after the other.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import sys
import time
from typing import Any

import httpx

PATIENCE = 30.0
ELEMENT = re.compile(r"<(?:input|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


class Partners:
    """Everybody who answers, over one pool of connections, and what they met."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.choosing: list[float] = []
        self.sending: list[float] = []
        self.statuses: list[int] = []

    async def choose(self, url: str, fields: dict[str, str], meant_at: float) -> dict[str, str]:
        """Choose; returns the check page's fields. Late is counted from when they meant to."""
        answer = await self.http.post(url, data=fields)
        self.choosing.append(time.monotonic() - meant_at)
        if answer.status_code != 200:
            self.statuses.append(answer.status_code)
            return {}
        return fields_of(answer.text)

    async def send(self, url: str, check: dict[str, str]) -> None:
        """Press send."""
        begun = time.monotonic()
        answer = await self.http.post(url, data=check)
        self.sending.append(time.monotonic() - begun)
        self.statuses.append(answer.status_code)

    async def answer(self, url: str, fields: dict[str, str], meant_at: float) -> None:
        await asyncio.sleep(max(0.0, meant_at - time.monotonic()))
        if check := await self.choose(url, fields, meant_at):
            await self.send(url, check)

    async def answer_steadily(self, answers: list[Any], per_second: float) -> None:
        begun = time.monotonic() + 0.2
        await asyncio.gather(
            *(self.answer(url, fields, begun + n / per_second) for n, (url, fields) in enumerate(answers))
        )

    async def race(self, group: list[Any]) -> None:
        """All have the check page in front of them, then all press send."""
        now = time.monotonic()
        checks = await asyncio.gather(*(self.choose(url, fields, now) for url, fields in group))
        pressing = zip(group, checks, strict=True)
        await asyncio.gather(*(self.send(url, check) for (url, _), check in pressing if check))


def fields_of(page: str) -> dict[str, str]:
    """What pressing a check page's button sends: its hidden fields, and the button's own name and value."""
    found = [dict(ATTRIBUTE.findall(element)) for element in ELEMENT.findall(page)]
    return {a["name"]: html.unescape(a.get("value", "")) for a in found if "name" in a}


async def main() -> None:
    orders = json.load(sys.stdin)
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=2)
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE, limits=limits) as http:
        partners, begun = Partners(http), time.monotonic()
        if orders["per_second"]:
            await partners.answer_steadily([one for group in orders["groups"] for one in group], orders["per_second"])
        else:
            for group in orders["groups"]:
                await partners.race(group)
        seconds = time.monotonic() - begun
    print(json.dumps({"choosing": partners.choosing, "sending": partners.sending, "statuses": partners.statuses,
                      "seconds": seconds}))  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
