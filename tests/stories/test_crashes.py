"""C01: killed after any write or any send of a whole response, and started again: nothing lost, nobody asked twice."""

from __future__ import annotations

import json
import multiprocessing
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Lock
from zoneinfo import ZoneInfo

import pytest

from infra.store import MessageState, open_store
from tests.mailserver import MailServer, running
from tests.stories import crashing

pytestmark = pytest.mark.journey  # it kills a process some fifty times

PROCESS = multiprocessing.get_context("forkserver")
PROCESS.set_forkserver_preload(["tests.stories.crashing"])
SECONDS = 30


SENDING = {"claim", "freeze", "sent", "settle"}  # where a mail server makes a difference
IN_MEMORY = Path("/dev/shm")  # noqa: S108  (a kill loses nothing there either, and each life is a third shorter)


@dataclass
class Post:
    """Where the mail goes: a folder, or a server that several stories share."""

    server: MailServer | None
    _lock: Lock = field(default_factory=Lock)
    _read: int = 0
    _sorted: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return self.server.url if self.server else "outbox"

    def mails(self, home: Path, need: str) -> list[bytes]:
        """All that has left about one need, copies included."""
        if self.server is None:
            return [file.read_bytes() for file in (home / "outbox").glob("*.eml")]
        with self._lock:
            rows = self.server.report.read_text().splitlines()[self._read :]
            self._read += len(rows)
            for row in rows:
                raw = str(json.loads(row)["raw"]).encode("utf-8", "surrogateescape")
                about = re.search(rb"need-(N-\w{6})@", raw)
                assert about
                self._sorted.setdefault(about[1].decode(), []).append(raw)
            return self._sorted[need]


@pytest.fixture(params=["outbox", "smtp"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    with ExitStack() as things:
        yield Post(things.enter_context(running("--keep")) if request.param == "smtp" else None)


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Fresh homes, one after the other."""
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else tmp_path) as folder:
        yield lambda: Path(mkdtemp(dir=folder))


def live(home: Path, email: str, crash_at: int = 0) -> bool:
    """One process takes the story up; returns whether it lived to the end."""
    survived = home / "survived"
    survived.unlink(missing_ok=True)
    child = PROCESS.Process(target=crashing.play, args=(str(home), email, crash_at))
    child.start()
    child.join(SECONDS)
    code = child.exitcode
    child.close()
    # 255: the server that forks for us lost the code, as it does now and then with several children at once.
    assert code in (0, -9, 255), f"killed at boundary {crash_at}, the story ended with {code}"
    return survived.exists()


def told(raws: list[bytes], need: str) -> tuple[Counter[str], Counter[str]]:
    """Who was told what, each message once; and how often each message left, all copies being alike."""
    bodies: dict[str, set[bytes]] = {}
    copies: Counter[str] = Counter()
    for raw in raws:
        id = str(message_from_bytes(raw)["Message-ID"])
        copies[id] += 1
        bodies.setdefault(id, set()).add(raw)
    assert all(len(alike) == 1 for alike in bodies.values()), "one message, two wordings"
    mails = [message_from_bytes(alike.pop()) for alike in bodies.values()]
    return Counter(f"{mail['To']}: {mail['Subject']}".replace(need, "REF") for mail in mails), copies


@dataclass
class Ending:
    """All that must be the same however often a story was killed."""

    happened: Counter[str]
    told: Counter[str]
    outcome: str
    widened_after: timedelta
    reminded_after: timedelta
    most_copies: int


def read_ending(post: Post, home: Path) -> Ending:
    store = open_store(f"sqlite:///{home / 'muster.db'}")
    try:
        (row,) = store.needs()
        events = store.story(row.need)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        states = {message.state for message in store.messages(row.need)}
        assert states <= {MessageState.accepted, MessageState.skipped, MessageState.bounced}, states
        situation = store.situation(row.need, ZoneInfo("Europe/London"), "k1")
        assert situation is not None
        assert len({(i.responder, i.cycle) for i in situation.invitations}) == len(situation.invitations)
    finally:
        store.close()
    with closing(sqlite3.connect(home / "muster.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        weeks = dict(db.execute("SELECT responder, taken FROM ledger").fetchall())
    assert weeks == {i.responder: sum(j.responder == i.responder for j in situation.invitations)
                     for i in situation.invitations}  # fmt: skip
    asked = [event for event in events if event.code == "asked"]
    (reminded,) = [event for event in events if event.code == "reminded"]
    said, copies = told(post.mails(home, row.need), row.need)
    return Ending(
        happened=Counter(event.code.value for event in events),
        told=said,
        outcome=str(row.outcome),
        widened_after=asked[1].at - asked[0].at,
        reminded_after=reminded.at - asked[0].at,
        most_copies=max(copies.values()),
    )


def test_killed_at_every_boundary(post: Post, homes: Callable[[], Path]) -> None:
    """C01, C03, C04, C10, T20: at each boundary in turn: 0 lost, 0 extra, copies alike, every deadline kept."""
    calm = homes()
    assert live(calm, post.email)
    expected = read_ending(post, calm)
    assert (expected.outcome, expected.most_copies) == ("met", 1)
    boundaries = (calm / "survived").read_text().split()
    assert len(boundaries) > 60

    def kill_after(crash_at: int, after: str) -> None:
        home = homes()
        assert not live(home, post.email, crash_at), "this boundary was never reached"
        assert live(home, post.email)
        ending = read_ending(post, home)
        where = f"killed after boundary {crash_at} of {len(boundaries)}, {after}"
        assert ending.told == expected.told, where
        assert (ending.happened, ending.outcome) == (expected.happened, expected.outcome), where
        assert ending.most_copies <= (2 if post.server else 1), where
        late = crashing.RESTARTS_WITHIN
        assert abs(ending.widened_after - timedelta(hours=2)) <= late, where
        assert abs(ending.reminded_after - timedelta(hours=1)) <= late, where

    wanted = [(n, name) for n, name in enumerate(boundaries, start=1) if not post.server or name in SENDING]
    with ThreadPoolExecutor(2) as hands:
        list(hands.map(lambda boundary: kill_after(*boundary), wanted))


def test_killed_again_and_again(post: Post, homes: Callable[[], Path]) -> None:
    """C01: killed after some ten writes of each life, many lives long, the story still ends as it must."""
    calm, home = homes(), homes()
    assert live(calm, post.email)
    expected = read_ending(post, calm)
    lives = 1
    while not live(home, post.email, 7 + lives % 5):
        lives += 1
        assert lives < 60, "it gets nowhere"
    ending = read_ending(post, home)
    assert lives > 3
    assert (ending.told, ending.outcome) == (expected.told, "met")
