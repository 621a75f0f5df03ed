"""Partners in a process of their own: they open links' forms, choose, check and send. `python -m benchmarks.partners`.

Reads from stdin `{"groups": [[[url, fields], …], …], "per_second": 50 or null}` and prints what they met, as JSON. With
a pace, answers come at their times whether or not those before are done; without, each group answers all at once, a
group after the other. Each request is a connection of its own, as from people all over the borough, spoken by hand:
httpx took 6 ms of processor time a request, its pool slowed with its queue, and the figure was the client's own.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import sys
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE = 30.0
ELEMENT = re.compile(r"<(?:input|button)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


class Partners:
    """Everybody who answers, and what they met."""

    def __init__(self) -> None:
        self.choosing: list[float] = []
        self.sending: list[float] = []
        self.statuses: list[int] = []

    async def choose(self, url: str, fields: dict[str, str], meant_at: float) -> dict[str, str]:
        """Choose; returns the check page's fields. Late is counted from when they meant to."""
        status, page = await post(url, fields)
        self.choosing.append(time.monotonic() - meant_at)
        if status != 200:
            self.statuses.append(status)
            return {}
        return fields_of(page)

    async def send(self, url: str, check: dict[str, str]) -> None:
        """Press send."""
        begun = time.monotonic()
        status, _ = await post(url, check)
        self.sending.append(time.monotonic() - begun)
        self.statuses.append(status)

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


async def post(url: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send a form; return the status and the page."""
    parts, body = urlsplit(url), urlencode(fields)
    request = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(request.encode())
            answer = (await reader.read()).decode()
        finally:
            writer.close()
    head, _, page = answer.partition("\r\n\r\n")
    return int(head.split(" ", 2)[1]), page


def fields_of(page: str) -> dict[str, str]:
    """What pressing a check page's button sends: its hidden fields, and the button's own name and value."""
    found = [dict(ATTRIBUTE.findall(element)) for element in ELEMENT.findall(page)]
    return {a["name"]: html.unescape(a.get("value", "")) for a in found if "name" in a}


async def main() -> None:
    orders = json.load(sys.stdin)
    partners, begun = Partners(), time.monotonic()
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
