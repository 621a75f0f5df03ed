"""Text messages: what somebody must hear at once, wherever they are; short, without content, with a link."""

from __future__ import annotations

import re

from domain.needs import Outcome
from infra.store import MessageState
from tests.mobile_network import segments
from tests.people import playbook, round_of
from tests.town import Town

MOBILE, LANDLINE = "+447700900010", "+441632960001"
OPT_OUT = re.compile(r"\b(cancel|end|quit|remove|stop)\b", re.IGNORECASE)
ONE_ROUND = playbook(round_of("everybody", patience="2h"))


def needs_food(town: Town) -> str:
    """Amina needs food; if nobody is there to be asked, an officer has it at once and she is told so."""
    need = town.resident_needs("Food for a family", "food-parcel:2", playbook=ONE_ROUND)
    at_once = ", and are still looking" if town.situation(need).with_officer else ""
    town.inbox("Amina").expects(f"We have your request{at_once}")
    return need


def test_an_officer_is_texted_what_cannot_wait(town: Town) -> None:
    """A need nobody can meet: Ola gets a mail and, on her mobile, a line with a link that takes the task."""
    town.has_officer("Ola", phone=MOBILE)
    need = needs_food(town)
    mail = town.inbox("Ola").expects("food parcel", need)
    text = town.phone(MOBILE)
    assert text.startswith("Ambleford Council: ")
    assert mail.link in text
    assert need in text
    assert segments(text) <= 2
    assert "food" not in text
    assert not OPT_OUT.search(text)
    assert [row.state for row in town.rows(need, "officer-task")] == [MessageState.accepted] * 2


def test_the_link_in_a_text_takes_the_task(town: Town) -> None:
    """Ola taps the link on her phone: it is the same page, and it works."""
    town.has_officer("Ola", phone=MOBILE)
    needs_food(town)
    mail = town.inbox("Ola").expects("food parcel")
    found = re.search(r"http\S+", town.phone(MOBILE))
    assert found
    assert found[0] == mail.link
    mail.and_takes_it()


def test_please_do_not_set_out_comes_both_ways(town: Town) -> None:
    """A21: the need is withdrawn: Sam, who promised, is told by mail and by text, and where it stands is a tap away."""
    town.has("Sam", "volunteer", "food-parcel", phone=MOBILE)
    need = needs_food(town)
    town.inbox("Sam").expects("Can you help").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    town.officer_closes(need, Outcome.withdrawn)
    town.inbox("Amina").expects("Your request")
    town.inbox("Sam").expects("Please do not set out")
    text = town.phone(MOBILE)
    assert "please do not set out" in text
    assert need in text
    assert "food" not in text
    assert "Norbiton" not in text
    assert segments(text) <= 2
    assert not OPT_OUT.search(text)


def test_an_ordinary_ask_is_not_texted(town: Town) -> None:
    """Asks, receipts and thanks go by e-mail alone: a text is for what cannot wait."""
    town.has("Sam", "volunteer", "food-parcel", phone=MOBILE)
    needs_food(town)
    town.inbox("Sam").expects("Can you help").and_says_no()
    town.inbox("Sam").expects("you cannot help")
    town.inbox("Amina").expects("We are still looking")
    assert town.texted() == []


def test_who_has_no_mobile_is_not_texted(town: Town) -> None:
    """S18: no number, or a landline: the text is skipped, the mail has gone, and the reason is on record."""
    town.has_officer("Ola")
    need = needs_food(town)
    town.inbox("Ola").expects("food parcel")
    mail, text = town.rows(need, "officer-task")
    assert (mail.state, text.state, text.why) == (
        MessageState.accepted,
        MessageState.skipped,
        "no phone number on file",
    )


def test_a_landline_is_not_texted(town: Town) -> None:
    """S18: an office's telephone takes no text messages."""
    town.has_officer("Ola", phone=LANDLINE)
    need = needs_food(town)
    town.inbox("Ola").expects("food parcel")
    assert [row.why for row in town.rows(need, "officer-task")] == [None, "a landline is not texted"]


def test_a_file_a_text(town: Town) -> None:
    """The outbox holds `To: +44…`, an empty line and the words; the mailbox page shows it among the mails."""
    town.has_officer("Ola", phone=MOBILE)
    needs_food(town)
    town.inbox("Ola").expects("food parcel")
    [file] = (town.home / "outbox").glob("*.sms")
    to, empty, words, end = file.read_text().split("\n")
    assert (to, empty, end) == (f"To: {MOBILE}", "", "")
    assert town.phone(MOBILE) == words
