"""Mail servers refuse, stall and hang up: the right person is tried again, the next is asked, nobody is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from cli.doctor.waiting import refused, tasks
from cli.showing import show_need
from domain.messages import Channel
from domain.needs import Outcome
from infra.door import NoSuchNeed
from infra.playbooks import load_catalogue
from infra.store import MessageState
from infra.sweeps import SWEPT
from notifications.channels import Mail, MayGo, Settle, always
from notifications.channels.outbox import OutboxChannel
from tasks import consequences
from tasks.checking_promises import find_broken_promises
from tasks.delivering import Deliverer
from tasks.hearing import News, hear
from tests.mailserver import running
from tests.people import GROUPS, playbook, round_of
from tests.town import Town, town_at
from web.health import what_wants_a_person

ONE_BY_ONE = playbook(round_of("neighbours", ask=1, patience="2h"))
TOGETHER = playbook(round_of("neighbours", patience="2h"))

Posted = Callable[..., Town]


@pytest.fixture
def posted(tmp_path: Path) -> Iterator[Posted]:
    """A town whose mail leaves through a mail server in a process of its own, with these habits."""
    with ExitStack() as things:

        def begin(*habits: str) -> Town:
            server = things.enter_context(running("--keep", *habits))
            return things.enter_context(town_at(tmp_path, load_catalogue(), server))

        yield begin


def attempts(town: Town, need: str, to: str) -> list[tuple[str, int, str]]:
    """What became of the asks to somebody: the contact's number is in the id, so each contact has a row of its own."""
    return [(row.message.kind.value, row.attempt, row.state.value) for row in town.rows(need, to=f"responder:{to}")]


def test_a_dead_address_is_a_no(posted: Posted) -> None:
    """A37: a dead address is never tried again: Bob has no other, so Jane is asked at once; Sam's second is used."""
    town = posted()
    town.has("Bob", "volunteer", "lift", emails=("dead-bob@good.test",))
    town.has("Jane", "volunteer", "lift")
    town.has("Sam", "volunteer", "lift", emails=("dead-sam@good.test", "sam.at.work@good.test"))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Jane").expects("Can you help").and_says_no()
    town.inbox("Jane").expects("you cannot help")
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.time_passes("1d")
    town.quiet()
    assert attempts(town, need, "bob") == [("invitation", 1, "bounced")]
    assert attempts(town, need, "sam")[:2] == [("invitation", 1, "bounced"), ("invitation", 1, "accepted")]
    assert [c for c in town.story(need) if c in ("undeliverable", "next-contact")] == ["undeliverable", "next-contact"]
    assert "No address we have for Bob works, so we count it as a no." in town.says(need)


def test_our_own_fault_in_what_follows_is_seen(posted: Posted, monkeypatch: pytest.MonkeyPatch) -> None:
    """A14: a fault of ours when Bob's dead address is acted upon stops the run for all to see; Sam's mail, sent
    together with his, is on record, and once the fault is mended Bob counts as unable."""
    town = posted()
    town.has("Bob", "volunteer", "food-parcel", emails=("dead-bob@good.test",))
    town.has("Sam", "volunteer", "food-parcel")
    need = town.resident_needs("Food", "food-parcel:2", playbook=TOGETHER, look=False)
    town.decides()
    with monkeypatch.context() as broken:
        broken.setattr(consequences, "record_undeliverable", lambda *_, **__: {}["no such key"])
        with pytest.raises(KeyError):
            town.settle()
    assert attempts(town, need, "sam") == [("invitation", 1, "accepted")]
    town.settle()
    assert attempts(town, need, "bob") == [("invitation", 2, "bounced")]
    assert attempts(town, need, "sam") == [("invitation", 1, "accepted")]
    assert "undeliverable" in town.story(need)


def test_nothing_follows_for_a_need_that_is_gone(posted: Posted, monkeypatch: pytest.MonkeyPatch) -> None:
    """P02: a need goes while its mail is on the way, and that comes back: there is nothing to do, and it is over."""
    town = posted()
    town.has("Bob", "volunteer", "food-parcel", emails=("dead-bob@good.test",))
    need = town.resident_needs("Food", "food-parcel:2", playbook=TOGETHER, look=False)
    town.decides()

    def gone(*_: object, **__: object) -> None:
        raise NoSuchNeed(need)

    monkeypatch.setattr(consequences, "record_undeliverable", gone)
    town.settle()
    assert attempts(town, need, "bob") == [("invitation", 1, "bounced")]


def test_a_server_that_is_busy_three_times(posted: Posted) -> None:
    """A37: not this time, three times: the fourth attempt is taken, after growing pauses, and Sam has one mail."""
    town = posted("--misbehave", "3")
    town.has("Sam", "volunteer", "lift", emails=("busy-sam@good.test",))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    for length in ("30s", "10m", "59m59s"):
        town.time_passes(length)
        town.inbox("Sam").expects_nothing()
    town.time_passes("1s")
    town.inbox("Sam").expects("Can you help")
    town.quiet()
    assert attempts(town, need, "sam") == [("invitation", 4, "accepted")]


def test_a_server_that_stays_busy(posted: Posted) -> None:
    """A37: after three retries Sam counts as out of reach, and Bob is asked at once."""
    town = posted()
    town.has("Bob", "volunteer", "lift", emails=("busy-bob@good.test",))
    town.has("Sam", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.time_passes("1h10m29s")
    town.inbox("Sam").expects_nothing()
    town.time_passes("1s")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("1h")
    town.quiet()
    assert attempts(town, need, "bob") == [("invitation", 4, "bounced")]


def test_one_of_three_fails(posted: Posted) -> None:
    """A38: Bob's server is busy once; Sam and Jane have theirs at once and are not written to again."""
    town = posted("--misbehave", "1")
    town.has("Bob", "volunteer", "food-parcel", emails=("busy-bob@good.test",))
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Jane", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:4", playbook=TOGETHER)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.inbox("Jane").expects("Can you help")
    town.inbox("Bob").expects_nothing()
    town.time_passes("30s")
    town.inbox("Bob").expects("Can you help")
    town.time_passes("20m")
    town.quiet()
    assert [attempts(town, need, who)[0][1] for who in ("sam", "jane", "bob")] == [1, 1, 2]


def test_our_own_fault_is_nobodys_address(posted: Posted) -> None:
    """S03: the server refuses us, not those we write to: no address is spoilt by it, and it is said."""
    town = posted()
    town.has_officer("Dana")
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "lift", emails=(f"relay-{name.lower()}@good.test", f"{name.lower()}.two@good.test"))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.time_passes("90m")
    assert town.story(need) == ["opened", "asked"]  # nobody is said to be out of reach
    assert attempts(town, need, "bob") == [("invitation", 4, "failed")]
    assert any("could not be sent" in problem for problem in find_broken_promises(town.door.store, town.moment))
    town.time_passes("30m")
    town.inbox("Dana").expects("Nobody left to ask").and_takes_it()  # no path ends in silence
    town.inbox("Amina").expects("We are still looking")
    town.quiet()


def test_the_server_is_down_for_a_while(posted: Posted) -> None:
    """C08: nothing can be sent for ten minutes: no mail is lost, none counts against an address, none comes twice."""
    town = posted()
    assert town.server is not None
    town.server.stop()
    town.has("Sam", "volunteer", "lift")
    town.has("Bob", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=TOGETHER)
    town.time_passes("10m")
    assert {row.state for row in town.door.store.messages(need)} == {MessageState.pending}
    with running("--keep", port=town.server.port) as town.server:
        town.time_passes("15s")
        town.inbox("Amina").expects("We have your request")
        town.inbox("Sam").expects("Can you help").and_says_yes()
        town.inbox("Sam").expects("you have promised")
        town.inbox("Sam").expects("Private")
        town.inbox("Bob").expects("Can you help")
        town.inbox("Bob").expects("No longer needed")
        town.inbox("Amina").expects("will help you")
        town.time_passes("1d")
        town.quiet()
        town.channel.close()


def test_cut_short_after_it_was_taken(posted: Posted) -> None:
    """T20, C04, C07: the reply to the last dot is lost: once more, the same bytes, though much has changed."""
    town = posted("--misbehave", "1")
    town.has("Sam", "volunteer", "food-parcel", emails=("lost-sam@good.test",))
    town.has("Bob", "volunteer", "food-parcel")
    need = town.resident_needs("Groceries", "food-parcel:4", playbook=TOGETHER)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help with 4 food parcels")
    assert attempts(town, need, "sam") == [("invitation", 1, "unknown")]
    town.inbox("Bob").expects("Can you help").and_offers(3)
    town.inbox("Bob").expects("you have promised 3 food parcels")
    town.inbox("Bob").expects("Private")
    town.time_passes("1m59s")
    town.inbox("Sam").expects_nothing()
    town.time_passes("1s")
    town.inbox("Sam").expects("Can you help with 4 food parcels")
    assert town.server is not None
    first, second = [mail["raw"] for mail in town.server.received() if mail["to"] == "lost-sam@good.test"]
    assert first == second
    town.time_passes("1h")
    town.quiet()
    assert attempts(town, need, "sam") == [("invitation", 2, "accepted")]


def test_cut_short_before_it_was_taken(posted: Posted) -> None:
    """C03, C05: the connection drops after the last dot and nothing was kept: Sam has his mail after a pause, once."""
    town = posted("--misbehave", "1")
    town.has("Sam", "volunteer", "lift", emails=("drop-sam@good.test",))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects_nothing()
    town.time_passes("2m")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("10m")
    town.quiet()
    assert attempts(town, need, "sam") == [("invitation", 2, "accepted")]


def test_never_more_than_twice(posted: Posted) -> None:
    """C04, C05: always cut short: two mails at most, then that is said, and the need goes on in time."""
    town = posted()
    town.has("Sam", "volunteer", "lift", emails=("lost-sam@good.test",))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("30m")
    town.inbox("Sam").expects("Can you help").expects_nothing()
    assert attempts(town, need, "sam") == [("invitation", 2, "failed")]
    assert any("could not be sent" in problem for problem in find_broken_promises(town.door.store, town.moment))
    town.time_passes("90m")
    town.inbox("Amina").expects("We are still looking")
    town.quiet()


def test_a_resident_out_of_reach_is_phoned(posted: Posted) -> None:
    """Amina's address is dead: Dana is asked to phone her with the news, once for each."""
    town = posted()
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "lift")
    town.resident_needs("A lift", "lift:1", playbook=TOGETHER, email="dead-amina@good.test", phone="07700 900001")
    town.inbox("Sam").expects("Can you help")
    town.inbox("Dana").expects("Phone the resident", "Resident: Amina", "07700 900001").and_takes_it()
    town.time_passes("30m")
    town.quiet()


def test_a_list_that_comes_back(posted: Posted) -> None:
    """S01, S02, A40: one mail carried three asks and its address is dead: each ask goes on, together, to the second."""
    town = posted()
    town.has("Sam", "volunteer", "lift", weekly_limit=9, emails=("dead-sam@good.test", "sam.at.work@good.test"))
    needs = [
        town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE, who=who, look=False) for who in ("Ada", "Bea")
    ]
    town.settle()
    town.inbox("Ada").expects("We have your request")
    town.inbox("Bea").expects("We have your request")
    town.inbox("Sam").expects("2 requests", *needs)
    town.quiet()
    for need in needs:
        assert "next-contact" in town.story(need)


def test_a_list_for_somebody_out_of_reach(posted: Posted) -> None:
    """S01: no address works: for each of the needs it is a no, and each asks the next."""
    town = posted()
    circles = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS, patience="2h"))
    town.has("Bob", "volunteer", "lift", weekly_limit=9, emails=("dead-bob@good.test",))
    town.has("Dial A Ride", "voluntary", "lift")
    needs = [town.resident_needs("A lift", "lift:1", playbook=circles, who=who, look=False) for who in ("Ada", "Bea")]
    town.settle()
    town.inbox("Ada").expects("We have your request")
    town.inbox("Bea").expects("We have your request")
    for need in needs:
        assert "undeliverable" in town.story(need)
    town.inbox("Dial A Ride").expects("2 requests", *needs)
    town.quiet()


class Dying:
    """A channel in whose hands the process ends, before any mail is out."""

    name = "dying"
    carries = Channel.email
    tells = False

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        raise KeyboardInterrupt

    def close(self) -> None:
        """Nothing is held open."""


def test_killed_after_folding(tmp_path: Path) -> None:
    """C01, C11, T20, A40: the list was fixed, its mail not sent: after the restart it leaves once."""
    with town_at(tmp_path, load_catalogue()) as town:
        town.has("Sam", "volunteer", "lift", weekly_limit=9)
        needs = [town.resident_needs("A lift", f"lift:{n}", playbook=TOGETHER, email=None, phone="07700 900001",
                                     look=False) for n in (1, 2, 3)]  # fmt: skip
        town.decides()
        with pytest.raises(KeyboardInterrupt):
            Deliverer(town.door, Dying()).deliver_due()
        [carrier] = [row for need in needs for row in town.rows(need, "invitation") if row.frozen]
        fixed = carrier.frozen
        assert carrier.state is MessageState.sending
        town.officer_closes(needs[0], Outcome.withdrawn)  # the one that carries is no longer wanted; the others are
        town.inbox("Sam").expects("3 requests", *needs)
        town.inbox("Sam").expects("No longer needed")
        assert fixed is not None
        assert [town.rows(need, "invitation")[0].attempt for need in needs] == [2, 1, 1]
        town.quiet()


def test_refused_mails_are_seen_by_whoever_looks(posted: Posted, capsys: pytest.CaptureFixture[str]) -> None:
    """S03, M4: the server will not take the mails to the only duty officer: health, doctor and the need itself say so,
    and that nobody has taken the task; nobody reads that an officer has it."""
    town = posted()
    town.has_officer("Spam-Dana")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request, and are still looking")
    assert what_wants_a_person(town.door.store) == [
        "Messages that were refused and have not arrived: 1, to officers: 1.",
    ]
    found = [*tasks(town.door.store, town.door.settings), *refused(town.door.store, town.door.settings)]
    assert [(finding.about, finding.ok) for finding in found] == [("tasks", True), ("messages refused", False)]
    assert f"1 have not arrived, 1 of them to officers ({need})" in found[1].sentence
    show_need(town.door, town.situation(need), private=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "A message to Spam-Dana has not arrived (5.6.0 Mail for [address] refused for its content); it is tried"
        in shown
    )
    assert "An officer has been asked, and has not taken it yet." in shown
    town.time_passes("61m")
    assert "Tasks that every officer has let pass: 1." in what_wants_a_person(town.door.store)
    assert [finding.ok for finding in tasks(town.door.store, town.door.settings)] == [False]
    town.quiet()


def test_an_urgent_ask_that_is_held_up_goes_to_the_next_contact(posted: Posted) -> None:
    """S04: Sam's server says "later": his second address has it at once, and one link answers for both."""
    town = posted("--misbehave", "1")
    town.has("Sam", "volunteer", "lift", emails=("busy-sam@good.test", "sam.at.work@good.test"))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE, urgent=True, needed_by="+1d")
    town.inbox("Amina").expects("We have your request")
    sam = town.inbox("Sam").expects("Urgent: can you help")
    assert "A mail to Sam was held up, so we wrote to contact 2 on their list." in town.says(need)
    town.time_passes("30s")
    sam.expects_nothing()
    assert attempts(town, need, "sam") == [("invitation", 1, "skipped"), ("invitation", 1, "accepted")]
    sam.and_says_yes().expects("you have promised")
    sam.expects("Private")
    town.inbox("Amina").expects("will help you")
    town.quiet()


def test_what_is_not_urgent_waits_for_its_first_contact(posted: Posted) -> None:
    """S04: nothing is lost by half a minute: the first address is tried again, and nobody else is bothered."""
    town = posted("--misbehave", "1")
    town.has("Sam", "volunteer", "lift", emails=("busy-sam@good.test", "sam.at.work@good.test"))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects_nothing()
    town.time_passes("30s")
    town.inbox("Sam").expects("Can you help")
    assert [row.message.contact for row in town.rows(need, "invitation")] == [0]
    town.quiet()


def test_an_address_the_provider_will_not_write_to(posted: Posted) -> None:
    """S06: a provider that keeps an address from us says so for good: as a dead one, and the reason can be read."""
    town = posted()
    town.has("Bob", "volunteer", "lift", emails=("dead-bob@good.test",))
    town.has("Jane", "volunteer", "lift")
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Jane").expects("Can you help")
    (row,) = town.rows(need, "invitation", "responder:bob")
    assert row.state is MessageState.bounced
    assert row.why
    assert "dead-bob" not in row.why
    (bob,) = [i for i in town.situation(need).invitations if i.responder == "bob"]
    assert (bob.status, bob.reason) == ("rejected", "undeliverable")
    town.quiet()


def test_mail_that_somebody_does_not_want(tmp_path: Path) -> None:
    """S05: Bob marks our ask as unwanted: the next is asked, Ola phones him, and he is asked for no more lifts. Sam has
    promised and marks his receipt: he still hears that he is not to set out."""
    with town_at(tmp_path, load_catalogue()) as town:
        town.has_officer("Ola")
        town.has("Bob", "volunteer", "lift")
        town.has("Sam", "volunteer", "lift")
        need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
        town.inbox("Amina").expects("We have your request")
        town.inbox("Bob").expects("Can you help")
        (ask,) = town.rows(need, "invitation")
        for news in (MessageState.complained, MessageState.complained, MessageState.delivered):  # and in any order
            hear(town.door, need, ask.message.id, News(news))
        town.settle()
        assert town.rows(need, "invitation", "responder:bob")[0].state is MessageState.complained
        town.inbox("Ola").expects("Phone Bob: they marked our email as unwanted").and_takes_it()
        town.inbox("Sam").expects("Can you help").and_says_yes()
        town.inbox("Sam").expects("you have promised")
        town.inbox("Sam").expects("Private")
        town.inbox("Amina").expects("will help you")
        hear(town.door, need, town.rows(need, "receipt", "responder:sam")[0].message.id, News(MessageState.complained))
        town.settle()
        town.inbox("Ola").expects("Phone Sam: they marked our email as unwanted")
        town.officer_closes(need, Outcome.withdrawn)
        town.inbox("Sam").expects("do not set out")
        town.inbox("Amina").expects("withdrawn")
        another = town.resident_needs("Another lift", "lift:1", playbook=ONE_BY_ONE, who="Ada")
        town.inbox("Ada").expects("We have your request, and are still looking")
        town.inbox("Ola").expects("Nobody to ask")
        assert "asked" not in town.story(another)
        town.quiet()


class Telling(OutboxChannel):
    """A channel that promises to say later what became of each mail."""

    tells = True


def test_a_channel_that_has_gone_quiet(tmp_path: Path) -> None:
    """S08: a provider that tells what becomes of mail has told nothing for a quarter of an hour: the check of promises
    says so in one sentence, with what to look at; of mail it has told of, and of a channel that promises nothing, not a
    word."""
    with town_at(tmp_path, load_catalogue()) as town:
        town.has_officer("Ola")
        town.door.store.mark(SWEPT, town.moment)
        town.channel = Telling(town.home)
        town.has("Sam", "volunteer", "lift")
        need = town.resident_needs("A lift", "lift:1", playbook=TOGETHER)
        town.inbox("Amina").expects("We have your request")
        town.inbox("Sam").expects("Can you help")
        town.time_passes("15m")
        town.door.store.mark(SWEPT, town.moment)
        assert find_broken_promises(town.door.store, town.moment, [Channel.email]) == []
        town.time_passes("1m")
        (warning,) = find_broken_promises(town.door.store, town.moment, [Channel.email])
        assert need in warning
        assert "do the provider's delivery events reach us" in warning
        assert find_broken_promises(town.door.store, town.moment) == []
        for row in town.rows(need):
            hear(town.door, need, row.message.id, News(MessageState.delivered))
        assert find_broken_promises(town.door.store, town.moment, [Channel.email]) == []
        town.quiet()
