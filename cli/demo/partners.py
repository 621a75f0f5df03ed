"""The borough's people: they read their mail, open their links over HTTP, and answer each in their own way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import httpx

from cli.demo.borough import DUTY, MANAGER, SILENT, Act, DemoNeed, Says
from cli.demo.pages import FormReader, links, read_mail, reference

LOOK_EVERY = 0.3
RECORDED_WITHIN = 10  # seconds
LATER = {"can you now": "called", "somewhere else": "move", "Was it done?": "chased"}


@dataclass
class People:
    """Everybody with a mailbox. `needs` is filled as needs are recorded: reference to what it is."""

    outbox: Path
    needs: dict[str, DemoNeed] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    _read: set[str] = field(default_factory=set)
    _doing: set[asyncio.Task[None]] = field(default_factory=set)
    _spare: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    _scanned: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _answered: set[tuple[str, str]] = field(default_factory=set)
    _said: Counter[str] = field(default_factory=Counter)

    @property
    def references(self) -> dict[str, str]:
        """The reference of each need on record, by its label."""
        return {need.label: reference for reference, need in self.needs.items()}

    async def live(self) -> None:
        """Read mail and act on it until cancelled."""
        async with httpx.AsyncClient(timeout=60, follow_redirects=True) as browser:
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
        """The council's mail filter presses the link first; then whoever it is for acts."""
        address = str(mail["To"]).rpartition("<")[2].strip("> ")
        if not (found := links(mail)):
            return
        await self._scan(browser, found[0])
        self._start(self._scan_rest(browser, found[1:]))
        if (need := await self._need(reference(mail))) is None:
            return
        if address == MANAGER:  # Dana is in a meeting all morning; Ravi takes what reaches him
            await self._officer(browser, need, found)
        elif "/s/" in found[0]:
            await self._resident(browser, need, str(mail["Subject"]), found[0])
        elif "/r/" in found[0] and address != DUTY:
            await self._partner(browser, need, address.partition("@")[0], str(mail["Subject"]), found[0])

    async def _need(self, reference: str) -> DemoNeed | None:
        """What the mail is about: it may come before the command that recorded the need has ended."""
        for _ in range(RECORDED_WITHIN):
            if reference in self.needs:
                break
            await asyncio.sleep(1)
        return self.needs.get(reference)

    async def _scan(self, browser: httpx.AsyncClient, link: str) -> None:
        """A mail scanner: opens the link, tries the likely answers, submits the form just as it is served."""
        self.seen["link pressed by the mail scanner"] += 1
        if link not in self._scanned:
            self._scanned.add(link)
            await browser.head(link)
            await browser.get(link, params={"answer": "accept", "confirm": "yes"})
        page = await browser.get(link)
        await browser.post(link, data=FormReader(page.text).as_served)

    async def _scan_rest(self, browser: httpx.AsyncClient, found: list[str]) -> None:
        """Links that lead to no answer are pressed once, when there is time."""
        async with self._spare:
            for link in dict.fromkeys(found):
                if link not in self._scanned:
                    await self._scan(browser, link)

    async def _partner(self, browser: httpx.AsyncClient, need: DemoNeed, who: str, subject: str, link: str) -> None:
        act: Act | None = need.acts.get(who, SILENT)
        if link in self._known:  # reminders, receipts and the like need nothing
            later = next((field for words, field in LATER.items() if words in subject), "")
            act = getattr(act, later, None)
        self._known.add(link)
        while act is not None and act.answer != "silent":
            await self._behind(need, act)
            await asyncio.sleep(act.after)
            await self._answer(browser, link, act)
            self._answered.add((need.label, who))
            act = act.then

    async def _behind(self, need: DemoNeed, act: Act) -> None:
        """Wait for whoever answers first, if it matters."""
        answered = not act.behind
        while not answered:
            await asyncio.sleep(LOOK_EVERY)
            answered = (need.label, act.behind) in self._answered

    async def _answer(self, browser: httpx.AsyncClient, link: str, act: Act) -> None:
        """Choose, check, send. Whoever is shown that less is needed by now agrees; who only stands by says so."""
        page = await browser.get(link)
        chosen = {**FormReader(page.text).hidden, **_fields(act)}
        checked = await browser.post(link, data=chosen)
        if checked.status_code == 409 and act.answer != "standby":
            return  # covered in the meantime
        confirmed = FormReader(checked.text).as_served
        if "confirm" not in confirmed:
            self.seen["answer not taken"] += 1
            return
        if act.twice:  # an impatient finger
            await asyncio.gather(*(browser.post(link, data=confirmed) for _ in range(2)))
            self.seen["double click"] += 1
            return
        sent = await browser.post(link, data=confirmed)
        if sent.status_code == 409 and act.answer in ("standby", "part"):
            sent = await browser.post(link, data=FormReader(sent.text).as_served)
        self.seen["answer"] += 1

    async def _resident(self, browser: httpx.AsyncClient, need: DemoNeed, subject: str, link: str) -> None:
        """Asked whether it happened, the resident says so: each time what comes next."""
        if not subject.startswith("Did you get") or self._said[need.label] >= len(need.says):
            return
        says = need.says[self._said[need.label]]
        self._said[need.label] += 1
        await asyncio.sleep(1)
        page = await browser.get(link)
        checked = await browser.post(link, data={**FormReader(page.text).hidden, **_said_fields(says)})
        await browser.post(link, data=FormReader(checked.text).as_served)
        self.seen["resident's answer"] += 1

    async def _officer(self, browser: httpx.AsyncClient, need: DemoNeed, found: list[str]) -> None:
        """Take the task; then say on its page how it ended, if the need has a button for it."""
        task = next((link for link in found if "/t/" in link), None)
        if task is None or task in self._known:
            return
        self._known.add(task)
        await asyncio.sleep(1)
        form = FormReader((await browser.get(task)).text)
        page = await browser.post(task, data={**form.as_served, **form.boxes})
        self.seen["task taken"] += 1
        offered = FormReader(page.text).choices.get("answer", [])
        if button := next((button for button in need.buttons if button in offered), None):
            await asyncio.sleep(2)
            checked = await browser.post(task, data={"answer": button})
            await browser.post(task, data=FormReader(checked.text).as_served)
            self.seen["task ended"] += 1


def _said_fields(says: Says) -> Mapping[str, str]:
    return {"answer": says.answer, **{f"quantity-{line}": str(n) for line, n in says.got.items()}}


def _fields(act: Act) -> Mapping[str, str]:
    answer = "accept" if act.answer == "standby" else act.answer
    fields = {"answer": answer, **{f"quantity-{line}": str(n) for line, n in act.quantities.items()}}
    fields |= {f"ready-by-{line}": when for line, when in act.ready_by.items()}
    if answer == "reject":
        fields["reason"] = "not-available"
    if act.words:
        fields["note"] = act.words
    if act.name:
        fields["name"] = act.name
    return fields
