"""The demo's course: start everything, record needs, kill the worker halfway, check how each need ended."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live

from cli.demo.borough import (
    CENTRE,
    COUNCIL,
    DUTY,
    INCIDENT,
    MANAGER,
    NEEDS,
    PHONE,
    PLACE,
    DemoNeed,
    Order,
    write_directory,
)
from cli.demo.partners import People
from cli.demo.showing import final_table, progress_table, say_seen
from cli.demo.verdict import check_mails, check_need
from domain.values import plural
from infra.door import Door
from infra.settings import Settings
from infra.showing import need_as_json
from infra.store import open_store

HOME = Path(".muster-demo")
PLAYBOOKS = Path(__file__).parent / "playbooks"
MOST_SECONDS = 200
READY_WITHIN = 120
KILL_AFTER = 16.0
RECORDED_AT_ONCE = 3
LOOK_EVERY, SHOW_EVERY = 0.5, 1.0
OFFICERS = (("Dana Duty", DUTY, "duty", "07700 900101"), ("Ravi Manager", MANAGER, "manager", "07700 900102"))
MUSTER = (sys.executable, "-m", "cli.main")


@dataclass
class Demo:
    """One run of the demo."""

    port: int
    prefect_port: int
    console: Console = field(default_factory=lambda: Console(width=None if sys.stdout.isatty() else 150))
    people: People = field(default_factory=lambda: People(HOME / "outbox"))
    killed: int | None = None
    trouble: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "PREFECT_"))}
        return clean | {
            "MUSTER_HOME": str(HOME.resolve()),
            "MUSTER_BASE_URL": f"http://127.0.0.1:{self.port}",
            "MUSTER_COUNCIL": COUNCIL,
            "MUSTER_PHONE": PHONE,
        }

    def run_command(self, *words: str) -> Any:
        """Run one `muster` command, as an officer would; returns what it prints as JSON."""
        done = subprocess.run(  # noqa: S603 - our own command
            [*MUSTER, *words], env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        if done.returncode != 0:
            raise RuntimeError(f"muster {' '.join(words[:2])}: {done.stderr.strip()}")
        return json.loads(done.stdout) if "--json" in words else done.stdout

    @contextmanager
    def everything_up(self) -> Iterator[subprocess.Popen[bytes]]:
        """`muster up`, until the block ends; then it and all it started are gone."""
        with (HOME / "up.log").open("wb") as log:
            up = subprocess.Popen(  # noqa: S603 - our own command
                [*MUSTER, "up", "--port", str(self.port), "--prefect-port", str(self.prefect_port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield up
        finally:
            up.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                up.wait(15)
            if up.poll() is None:
                up.kill()
                self.trouble.append("muster up did not end within 15 seconds")

    def wait_until_ready(self, up: subprocess.Popen[bytes]) -> None:
        """Until `/readyz` says 200: the store answers, a sweep has run and the next is planned."""
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if up.poll() is not None:
                raise RuntimeError(f"muster up ended: {(HOME / 'up.log').read_text().strip()[-500:]}")
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.5)
        raise RuntimeError(f"Muster was not ready within {READY_WITHIN} seconds; see {HOME}/up.log and {HOME}/logs")

    def open_incident(self) -> str:
        words = ("--name", INCIDENT, "--place", PLACE, "--lead", MANAGER)
        return str(self.run_command("incident", "open", "--json", *words)["incident"])

    def record(self, need: DemoNeed, number: int) -> str:
        """An officer records a need on the command line."""
        words = ["need", "open", "--json", "--summary", need.summary, "--needed-by", need.due, "--area", "Ambleford"]
        words += ["--at", f"{CENTRE[0]},{CENTRE[1]}", "--playbook", str(PLAYBOOKS / f"{need.playbook}.yaml")]
        words += [word for line in need.lines for word in ("--line", line)]
        if need.urgent:
            words.append("--urgent")
        if need.at_incident:
            words += ["--incident", self.open_incident()]
        else:
            email = f"{need.label.replace(' ', '-').lower()}@example.org"
            words += ["--resident-name", need.resident, "--resident-email", email]
            words += ["--address", f"{number} Example Road, Ambleford"]
        return str(self.run_command(*words)["need"])

    async def course(self, up: subprocess.Popen[bytes], door: Door) -> dict[str, Any]:
        """Let it happen, and show it happening; returns how every need stands at the end."""
        living = asyncio.create_task(self.people.live())
        officer = asyncio.create_task(self.officers_day(up, door))
        began, standing = time.monotonic(), dict[str, Any]()
        with Live(console=self.console, refresh_per_second=4, transient=True) as live:
            while time.monotonic() - began < MOST_SECONDS:
                standing |= await asyncio.to_thread(self.standing, door, standing)
                live.update(
                    progress_table(self.people.needs, standing, self.people.seen, time.monotonic() - began, self.killed)
                )
                if (
                    officer.done()
                    and len(standing) == len(NEEDS)
                    and all(need["status"] == "closed" for need in standing.values())
                ):
                    break
                await asyncio.sleep(SHOW_EVERY)
        if officer.done() and officer.exception():
            self.trouble.append(str(officer.exception()))
        officer.cancel()
        await asyncio.sleep(3)  # the last mails leave
        living.cancel()
        return await asyncio.to_thread(self.standing, door, {})

    def standing(self, door: Door, known: Mapping[str, Any]) -> dict[str, Any]:
        """How every need stands that is not `known` to be closed."""
        closed = {need for need, now in known.items() if now["status"] == "closed"}
        return {n: need_as_json(door.store, door.situation(n)) for n in list(self.people.needs) if n not in closed}

    async def officers_day(self, up: subprocess.Popen[bytes], door: Door) -> None:
        """Needs are recorded, a few at a time; officers give their orders; the worker is killed."""
        desk = asyncio.Semaphore(RECORDED_AT_ONCE)
        recording = [self._record(need, number, desk) for number, need in enumerate(NEEDS, 1)]
        orders = [self._give_orders(need, door) for need in NEEDS if need.orders]
        await asyncio.gather(*recording, *orders, self._kill_worker_later(up))

    async def _record(self, need: DemoNeed, number: int, desk: asyncio.Semaphore) -> None:
        async with desk:
            self.people.needs[await asyncio.to_thread(self.record, need, number)] = need

    async def _kill_worker_later(self, up: subprocess.Popen[bytes]) -> None:
        await asyncio.sleep(KILL_AFTER)
        self.kill_worker(up)

    async def _give_orders(self, need: DemoNeed, door: Door) -> None:
        """One after another, each when the need's story has come to it."""
        for order in need.orders:
            come = False
            while not come:
                await asyncio.sleep(LOOK_EVERY)
                come = await asyncio.to_thread(self._has_come_to, need, order, door)
            await asyncio.sleep(order.after)
            references = self.people.references
            words = [references.get(word, word) for word in order.words]
            await asyncio.to_thread(self.run_command, *words, "--officer", MANAGER)

    def _has_come_to(self, need: DemoNeed, order: Order, door: Door) -> bool:
        reference = self.people.references.get(need.label)
        story = door.store.story(reference) if reference else []
        return sum(1 for event in story if event.code == order.once) >= order.time

    def kill_worker(self, up: subprocess.Popen[bytes]) -> None:
        """SIGKILL, in the middle of everything: `muster up` notices and starts another."""
        for pid in _children(up.pid):
            if "worker" in Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0"):
                os.kill(pid, signal.SIGKILL)
                self.killed = pid
                return
        self.trouble.append("there was no worker to kill")


def play(port: int, prefect_port: int) -> int:
    """Run the demo; returns 0 only if every need ended as it must."""
    demo = Demo(port, prefect_port)
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir()
    try:
        return _play(demo)
    except (RuntimeError, OSError) as wrong:
        demo.console.print(f"[red]The demo could not run:[/red] {wrong}")
        return 1
    except KeyboardInterrupt:
        demo.console.print("Stopped.")
        return 1


def _play(demo: Demo) -> int:
    say = demo.console.print
    say(f"[bold]Muster's demo.[/bold] Ambleford does not exist; everything else is real. Its things are in {HOME}/.")
    count = write_directory(HOME / "responders.csv")
    demo.run_command("directory", "import", str(HOME / "responders.csv"))
    for name, email, role, phone in OFFICERS:
        demo.run_command("officer", "add", "--name", name, "--email", email, "--role", role, "--phone", phone)
    say(f"{count} responders and 2 officers are on record. Starting Prefect, the worker and the pages …")
    settings = Settings(home=HOME.resolve(), base_url=demo.environment["MUSTER_BASE_URL"], council=COUNCIL, phone=PHONE)
    began = time.monotonic()
    with demo.everything_up() as up:
        demo.wait_until_ready(up)
        say(f"Ready after {time.monotonic() - began:.0f} seconds. {len(NEEDS)} needs come in, each with its own story.")
        door = Door(open_store(settings.store_url), settings)
        standing = asyncio.run(demo.course(up, door))
        demo.trouble += [
            f"{reference}: {fault}"
            for reference, need in demo.people.needs.items()
            for fault in check_need(need, standing[reference])
        ]
        missing = len(NEEDS) - len(standing)
        demo.trouble += [f"{plural(missing, 'need was', 'needs were')} never recorded"] if missing else []
        demo.trouble += check_mails(HOME / "outbox", demo.people)
        door.store.close()
    return _report(demo, standing)


def _report(demo: Demo, standing: dict[str, Any]) -> int:
    say = demo.console.print
    needs = dict(sorted(demo.people.needs.items(), key=lambda recorded: NEEDS.index(recorded[1])))
    say(final_table(needs, standing, demo.console.width))
    mails, texts = (len(list((HOME / "outbox").glob(f"*.{suffix}"))) for suffix in ("eml", "sms"))
    say(
        f"{plural(mails, 'mail', 'mails')}, {plural(texts, 'text message', 'text messages')}; "
        f"{say_seen(demo.people.seen)}. The worker ({demo.killed}) was killed halfway and replaced; "
        "nobody was asked twice."
    )
    say(
        f"Look further:  MUSTER_HOME={HOME} .venv/bin/muster need list    "
        f"MUSTER_HOME={HOME} .venv/bin/muster need show {next(iter(needs), 'N-…')}    mails: {HOME}/outbox/"
    )
    say("[bold]make up[/bold] starts Muster for you to try.")
    for fault in demo.trouble:
        say(f"[red]✗ {fault}[/red]")
    say(
        "[red]The demo did not end as it must.[/red]"
        if demo.trouble
        else "[green]Every need ended as it must. Nothing is left running.[/green]"
    )
    return 1 if demo.trouble else 0


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
