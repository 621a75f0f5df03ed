"""A mail filter that opens, tries and submits everything it finds, in every mail of a whole story: nothing changes."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.demo.pages import FormReader, links
from domain.needs import Outcome
from infra.playbooks import load_catalogue
from tests.people import playbook, round_of
from tests.town import Town, said

NEIGHBOURS = playbook(
    round_of("neighbours", patience="2h", remind_after="1h"), confirm_after="2h", close_after="1d", take_within="1h"
)
FORBIDDEN = ("OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")
MANGLED = ("{}.", "{}>", "{}=", "{}%3E", "{}?answer=accept&amp;confirm=yes", "{}?utm_source=scan&answer=reject")


class ScannedTown(Town):
    """A town whose council has a zealous mail filter: whatever leaves is pressed before anybody reads it."""

    def __post_init__(self) -> None:
        self.pressed: set[str] = set()
        self.tried: set[str] = set()
        super().__post_init__()

    def settle(self) -> None:
        super().settle()
        for key, mail in self.mails():
            if key not in self.pressed:
                self.pressed.add(key)
                self.scan(mail)
        super().settle()

    def scan(self, mail: EmailMessage) -> None:
        """Press every link of a mail in every way a program would, and find the store as it was."""
        before = dump(self.home)
        addresses = re.findall(r'href="([^"]+)"', mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
        found = [*links(mail), *(html.unescape(a) for a in addresses), *header_links(mail)]
        for link in dict.fromkeys(link for link in found if link.startswith("http")):
            self.press(link, said(mail))
        assert dump(self.home) == before, f"a program changed something through {mail['Subject']}"

    def press(self, link: str, where: str) -> None:
        if "/console/" in link:  # what officers see, they see signed in; nobody signs in without encryption
            assert self.send("GET", link)[0] in (200, 403), where
            return
        for _ in range(3):
            status, page = self.send("GET", link)
            assert status == 200, where
            assert "checked" not in page.replace("unchecked", ""), where  # no answer is chosen for anybody
        assert self.send("HEAD", link)[0] in (200, 204)
        status, again = self.send("GET", link, params={"answer": "accept", "quantity-1": "1", "confirm": "yes"})
        assert (status, FormReader(again).hidden) == (200, FormReader(page).hidden)
        assert self.send("GET", link, headers={"X-HTTP-Method-Override": "POST"}) == (200, page)
        for method in FORBIDDEN:
            answer = self._client.request(method, link)
            assert (answer.status_code, answer.headers["allow"] != "") == (405, True), where
        for shape in MANGLED:
            assert self.send("GET", shape.format(link))[0] == 200, shape
        assert self.send("GET", link.replace("/k1.", "/=3Dk1.") if "/k1." in link else link)[0] == 200
        if "<form" in page:
            status, answer = self.post(link, **FormReader(page).as_served)
            assert status in (409, 422), where
        if link in self.tried:  # unknown links are counted, so each is tried once
            return
        self.tried.add(link)
        for other in "rstu":
            elsewhere = re.sub(r"/[rstu]/", f"/{other}/", link, count=1)
            assert self.send("GET", elsewhere)[0] == (200 if elsewhere == link else 404)


def header_links(mail: EmailMessage) -> list[str]:
    return re.findall(r"<(http[^>]+)>", str(mail.get("List-Unsubscribe", "")))


def dump(home: Path) -> str:
    """Everything the store holds."""
    with closing(sqlite3.connect(home / "muster.db")) as db:
        return "\n".join(db.iterdump())


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[ScannedTown]:
    town = ScannedTown(tmp_path, load_catalogue())
    try:
        yield town
        town.quiet()
    finally:
        town.close()


def test_a_whole_story_through_a_mail_filter(scanned: ScannedTown) -> None:
    """L01-L14, L20, T03: every link of every mail, from ask to thanks, is pressed by a program: people still decide."""
    town = scanned
    town.has_officer("Dana")
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:3", playbook=NEIGHBOURS, needed_by="2026-03-03T09:00")
    town.inbox("Amina").expects("We have your request")
    sam, bob, jane = (town.inbox(name).expects("Can you help") for name in ("Sam", "Bob", "Jane"))
    assert town.story(need) == ["opened", "asked"]
    town.time_passes("1h")
    for name in ("Sam", "Bob", "Jane"):
        town.inbox(name).expects("Reminder")
    sam.and_says_no()
    town.inbox("Sam").expects("you cannot help this time")
    bob.and_says_yes()
    town.inbox("Bob").expects("you have promised 3 food parcels")
    town.inbox("Bob").expects("Private")
    town.inbox("Jane").expects("No longer needed")
    town.inbox("Amina").expects("will help you")
    jane.and_says_yes()
    town.inbox("Jane").expects("standing by")
    bob.and_says_no()
    town.inbox("Bob").expects("you can no longer help")
    town.inbox("Amina").expects("no longer count on all the help")
    town.inbox("Jane").expects("can you now help").and_says_no()
    town.inbox("Jane").expects("cannot help")
    town.inbox("Dana").expects("Nobody left to ask").and_takes_it()
    sam.and_offers(3)
    town.inbox("Sam").expects("you have promised 3 food parcels")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.inbox("Dana").expects("Nothing left to do")
    town.time_passes("26h")
    town.inbox("Amina").expects("Did you get").and_says("yes")
    town.inbox("Amina").expects("You told us")
    town.inbox("Sam").expects("Thank you for 3 food parcels")
    assert town.situation(need).need.outcome == Outcome.met
    assert len(town.pressed) == len(town.mails()) >= 20


def test_one_click_mutes_and_nothing_else(town: Town) -> None:
    """L16, L17, L18: a GET asks first; the mail program's own POST mutes food only, and what is open stays open.

    S05, what a complaint comes to: the category stops, and receipts of the job that is open still go.
    """
    town.has("Sam", "volunteer", "food-parcel", "blanket")
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS)
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Can you help")
    assert sam.last is not None
    (mute,) = header_links(sam.last)
    assert sam.last["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert urlsplit(mute).path.startswith("/u/")
    assert "Stop these requests?" in town.get(mute)
    version = town.situation(need).need.version
    answer = town._client.post(mute, data={"List-Unsubscribe": "One-Click"}, follow_redirects=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    town.settle()
    assert town.situation(need).need.version == version
    sam.and_says_yes()
    town.inbox("Sam").expects("you have promised").lacks("List-Unsubscribe")
    town.inbox("Sam").expects("Private").lacks("List-Unsubscribe")
    town.inbox("Amina").expects("will help you")
    town.resident_needs("Groceries", "food-parcel:1", playbook=NEIGHBOURS, who="Grace")
    town.inbox("Grace").expects("We have your request, and are still looking")
    town.resident_needs("A blanket", "blanket:1", playbook=NEIGHBOURS, who="Ravi")
    town.inbox("Ravi").expects("We have your request")
    town.time_passes("10m")  # another ask so soon waits for company
    town.inbox("Sam").expects("Can you help with 1 blanket")
