"""Mail servers refuse, stall and hang up: the right person is tried again, the next is asked, nobody is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from infra.playbooks import load_catalogue
from infra.store import MessageState
from tasks.auditing import audit
from tests.mailserver import running
from tests.people import playbook, round_of
from tests.town import Town, town_at

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
    """S03: the server refuses us, not those we write to: no address is spoilt by it, and the auditor says so."""
    town = posted()
    town.has_officer("Dana")
    for name in ("Sam", "Bob", "Jane"):
        town.has(name, "volunteer", "lift", emails=(f"relay-{name.lower()}@good.test", f"{name.lower()}.two@good.test"))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.time_passes("90m")
    assert town.story(need) == ["opened", "asked"]  # nobody is said to be out of reach
    assert attempts(town, need, "bob") == [("invitation", 4, "failed")]
    assert any("could not be sent" in problem for problem in audit(town.door.store, town.moment))
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
    """C04, C05: always cut short: two mails at most, then the auditor says so, and the need goes on in time."""
    town = posted()
    town.has("Sam", "volunteer", "lift", emails=("lost-sam@good.test",))
    need = town.resident_needs("A lift", "lift:1", playbook=ONE_BY_ONE)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.time_passes("30m")
    town.inbox("Sam").expects("Can you help").expects_nothing()
    assert attempts(town, need, "sam") == [("invitation", 2, "failed")]
    assert any("could not be sent" in problem for problem in audit(town.door.store, town.moment))
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
