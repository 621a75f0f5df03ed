"""The borough's people: they read their mail, open their links over HTTP, and answer each in their own way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import httpx

from cli.demo.borough import Act, DemoNeed
from cli.demo.pages import FormReader, links, read_mail, reference

LOOK_EVERY = 0.3
OFFICER_WHO_TAKES = "ravi"


@dataclass
class People:
    """Everybody with a mailbox. `needs` is filled as needs are recorded: reference to what it is."""

    outbox: Path
    needs: dict[str, DemoNeed] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    tasks_taken: list[str] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)
    _doing: set[asyncio.Task[None]] = field(default_factory=set)
    _plans: dict[tuple[str, str], Act | None] = field(default_factory=dict)

    async def live(self) -> None:
        """Read mail and act on it until cancelled."""
        async with httpx.AsyncClient(timeout=20, follow_redirects=True) as browser:
            while True:
                for path in sorted(self.outbox.glob("*.eml")):
                    if path.name not in self._read:
                        self._read.add(path.name)
                        self._start(self._receive(browser, read_mail(path)))
                await asyncio.sleep(LOOK_EVERY)

    def _start(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._doing.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._doing.discard(task)
        if not task.cancelled() and task.exception():
            self.seen["trouble"] += 1

    async def _receive(self, browser: httpx.AsyncClient, mail: EmailMessage) -> None:
        """The council's mail filter presses everything first; then whoever it is for acts."""
        who = str(mail["To"]).rpartition("<")[2].partition("@")[0]
        found = links(mail)
        for link in dict.fromkeys(found):
            await self._scan(browser, link)
        if not found:
            return
        need = reference(mail)
        if who in ("dana", OFFICER_WHO_TAKES):
            await self._officer(browser, who, found)
        elif need in self.needs and "/s/" in found[0]:
            await self._resident(browser, need, found[0])
        elif need in self.needs and "/r/" in found[0]:
            await self._partner(browser, who, need, mail, found[0])

    async def _scan(self, browser: httpx.AsyncClient, link: str) -> None:
        """A mail scanner: opens every link, tries the likely ones, submits every form just as it is served."""
        self.seen["links pressed by the mail scanner"] += 1
        await browser.head(link)
        page = await browser.get(link)
        await browser.get(link, params={"answer": "accept", "confirm": "yes"})
        await browser.post(link, data=FormReader(page.text).as_served)

    async def _partner(self, browser: httpx.AsyncClient, who: str, need: str, mail: EmailMessage, link: str) -> None:
        called = "standing by" in str(mail["Subject"]) and "can you now" in str(mail["Subject"])
        if (who, need) not in self._plans:
            self._plans[who, need] = self.needs[need].acts.get(who, Act("silent"))
        elif not called:
            return  # reminders, receipts and the like need nothing
        act = self._plans[who, need]
        while act is not None and act.answer != "silent":
            self._plans[who, need] = act.then
            await asyncio.sleep(act.after)
            await self._answer(browser, link, act)
            act = act.then if act.then and act.then.after > act.after and act.answer != "standby" else None

    async def _answer(self, browser: httpx.AsyncClient, link: str, act: Act) -> None:
        """Choose, check, send. Whoever is shown that less is needed by now agrees; who only stands by says so."""
        page = await browser.get(link)
        chosen = {**FormReader(page.text).hidden, **_fields(act)}
        checked = await browser.post(link, data=chosen)
        if checked.status_code == 409 and act.answer != "standby":
            return  # covered in the meantime
        confirmed = FormReader(checked.text).as_served
        if "confirm" not in confirmed:
            self.seen["answers not taken"] += 1
            return
        if act.twice:  # an impatient finger
            await asyncio.gather(*(browser.post(link, data=confirmed) for _ in range(2)))
            self.seen["double clicks"] += 1
            return
        sent = await browser.post(link, data=confirmed)
        if sent.status_code == 409 and act.answer in ("standby", "part"):
            sent = await browser.post(link, data=FormReader(sent.text).as_served)
        self.seen["answers"] += 1

    async def _resident(self, browser: httpx.AsyncClient, need: str, link: str) -> None:
        says = self.needs[need].resident
        page = await browser.get(link)
        if says == "silent" or "yes" not in FormReader(page.text).choices.get("answer", []):
            return
        await asyncio.sleep(1)
        checked = await browser.post(link, data={**FormReader(page.text).hidden, "answer": says})
        await browser.post(link, data=FormReader(checked.text).as_served)
        self.seen["residents' answers"] += 1

    async def _officer(self, browser: httpx.AsyncClient, who: str, found: list[str]) -> None:
        """Dana is in a meeting all morning; Ravi takes what reaches him."""
        take = next((link for link in found if "/t/" in link), None)
        if who != OFFICER_WHO_TAKES or take is None:
            return
        await asyncio.sleep(1)
        form = FormReader((await browser.get(take)).text)
        await browser.post(take, data={**form.as_served, **form.boxes})
        self.tasks_taken.append(take)


def _fields(act: Act) -> Mapping[str, str]:
    answer = "accept" if act.answer == "standby" else act.answer
    fields = {"answer": answer, **{f"quantity-{line}": str(n) for line, n in act.quantities.items()}}
    fields |= {f"ready-by-{line}": when for line, when in act.ready_by.items()}
    if answer == "reject":
        fields["reason"] = "not-available"
    if act.words:
        fields["note"] = act.words
    return fields
