"""A partner's own page: everything they were asked, and being passed over for a while; opening it changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.answering import AnswerKind
from domain.closing import close
from domain.links import Purpose
from domain.needs import Outcome
from domain.responders import Responder
from infra.store import Store
from tests.web.council import AMINA, BLANKET, DAY, HOUR, LIFT, NOW, PARCEL, Council, hidden

WEEK = timedelta(days=7)


def sam(store: Store) -> Responder:
    found = store.responder("sam")
    assert found is not None
    return found


@pytest.fixture
def home(council: Council) -> str:
    """Sam, asked for parcels (promised) and for a lift (waiting); the link of his own page."""
    council.has("Sam")
    parcels, lift = council.needs((PARCEL, 12)), council.needs((LIFT, 1))
    council.asks(parcels, "sam")
    council.asks(lift, "sam")
    council.says(parcels, "sam", AnswerKind.accept)
    return council.link(Purpose.partner, "sam")


def test_it_lists_what_waits_and_what_is_promised(council: Council, home: str) -> None:
    """A40: each open ask leads to its own answer page; what he promised says when, and where by its area alone."""
    page = council.get(home).text
    waiting, promised = page.split("What you have promised")
    assert "1 lift" in waiting
    assert "Answer by 10am on Monday 23 November" in waiting
    assert "12 food parcels" in promised
    assert "Norbiton" in promised
    assert "5pm" in promised
    links = re.findall(r'href="(/r/[^"]+)"', page)
    assert len(links) == 2
    assert "1 lift" in council.get(links[0]).text


def test_nothing_private_is_on_it(council: Council, home: str) -> None:
    """D03, D11: neither the resident nor anybody else who was asked."""
    council.has("Bea Novak")
    page = council.get(home).text
    for secret in (AMINA.name, AMINA.email, AMINA.phone, AMINA.address, "Elm Road", "KT2", "Bea"):
        assert str(secret) not in page


def test_two_in_one_mailbox_see_their_own(council: Council, home: str) -> None:
    """D10: what Sam was asked is not on Toy Library's page, though their mail goes to the same hall."""
    council.has("Toy Library")
    blankets = council.needs((BLANKET, 3))
    council.asks(blankets, "toy-library")
    theirs = council.get(council.link(Purpose.partner, "toy-library")).text
    assert "3 blankets" in theirs
    assert "lift" not in theirs
    assert "blanket" not in council.get(home).text


def test_opening_it_changes_nothing(council: Council, home: str) -> None:
    """L01, L02, L03: HEAD, a hundred GETs and a tempting query leave everything as it was."""
    before = sam(council.door.store)
    assert council.client.head(home).status_code == 200
    for _ in range(100):
        assert council.get(home).status_code == 200
    page = council.get(f"{home}?answer=pause&confirm=yes")
    assert page.status_code == 200
    assert "checked" not in page.text
    assert sam(council.door.store) == before


def test_the_form_as_served_is_refused_by_its_field(council: Council, home: str) -> None:
    """L05, B07: nothing is chosen for him; the error is linked to the first choice, and nothing is written."""
    before = sam(council.door.store)
    page = council.post(home, **hidden(council.get(home).text))
    assert page.status_code == 422
    assert '<a href="#answer">Select what you would like us to do.</a>' in page.text
    assert 'id="answer"' in page.text
    assert sam(council.door.store) == before


@pytest.mark.parametrize(
    ("wish", "until"),
    [("pause-week", NOW + WEEK), ("pause-fortnight", NOW + 2 * WEEK), ("pause-month", NOW + timedelta(days=30))],
)
def test_choose_check_send(council: Council, home: str, wish: str, until: object) -> None:
    """L20: only the check page's button passes him over; it says until when."""
    check = council.post(home, answer=wish)
    assert check.status_code == 200
    assert "until 9am on" in check.text
    assert sam(council.door.store).paused_until is None
    sent = council.post(home, **hidden(check.text), confirm="yes")
    assert (sent.status_code, sent.headers["location"]) == (303, home)
    assert sam(council.door.store).paused_until == until
    assert "We are not asking you" in council.get(home).text


def test_until_i_say_so_and_again(council: Council, home: str) -> None:
    """Without an end, until he says so himself on the same page."""
    council.post(home, answer="pause", confirm="yes")
    council.moment = NOW + 400 * DAY
    page = council.get(home).text
    assert "until you tell us otherwise" in page
    assert "Ask me again" in page
    council.post(home, answer="resume", confirm="yes")
    assert sam(council.door.store).paused_until is None
    assert "Ask me again" not in council.get(home).text


def test_kinds_are_muted_and_heard_again(council: Council, home: str) -> None:
    """One kind of request less, and back; the other kind is untouched."""
    council.post(home, answer="mute-food", confirm="yes")
    assert sam(council.door.store).muted == ("food",)
    page = council.get(home).text
    assert "Ask me about food and meals again" in page
    assert 'value="mute-food"' not in page
    council.post(home, answer="unmute-food", confirm="yes")
    assert sam(council.door.store).muted == ()


def test_after_a_no_that_kind_can_still_be_muted(council: Council, home: str) -> None:
    """He says no to the lift, and then to all lifts: it is something he does, so it is there to choose."""
    (lift,) = [i.need for i in council.door.store.invitations_of("sam") if i.open]
    council.says(lift, "sam", AnswerKind.reject)
    assert 'value="mute-transport"' in council.get(home).text
    council.post(home, answer="mute-transport", confirm="yes")
    assert sam(council.door.store).muted == ("transport",)


def test_what_was_never_offered_cannot_be_sent(council: Council, home: str) -> None:
    """W09: a kind he does not do, or a word of one's own, is no choice."""
    for wish in ("mute-everything", "pause-10-years", "mute-", "banana", ""):
        assert council.post(home, answer=wish, confirm="yes").status_code == 422
    assert sam(council.door.store).muted == ()


def test_change_my_choice_brings_it_back(council: Council, home: str) -> None:
    """The check page's other button: his choice is still there, nothing is written."""
    page = council.client.post(f"{home}?change", data={"answer": "pause-week"})
    assert page.status_code == 200
    assert re.search(r'value="pause-week"[^>]* checked', page.text)
    assert sam(council.door.store).paused_until is None


def test_a_double_click_is_the_same(council: Council, home: str) -> None:
    """L12: sent twice, it is one pause."""
    for _ in range(2):
        assert council.post(home, answer="pause-week", confirm="yes").status_code == 303
    assert sam(council.door.store).paused_until == NOW + WEEK


@pytest.mark.parametrize(
    ("first", "twice"), [("pause", "resume"), ("pause-week", "resume"), ("", "mute-food"), ("mute-food", "unmute-food")]
)
def test_every_choice_pressed_twice_is_the_same(council: Council, home: str, first: str, twice: str) -> None:
    """L12: what is so already is not offered any more, and the second press of its button is still no mistake."""
    if first:
        council.post(home, answer=first, confirm="yes")
    assert council.post(home, answer=twice, confirm="yes").status_code == 303
    once = sam(council.door.store)
    assert council.post(home, answer=twice, confirm="yes").status_code == 303
    assert sam(council.door.store) == once


def test_a_pause_leaves_promises_and_open_asks(council: Council, home: str) -> None:
    """L18: what he promised stands, what waits stays answerable."""
    council.post(home, answer="pause", confirm="yes")
    page = council.get(home).text
    assert "12 food parcels" in page
    assert "1 lift" in page
    link = re.findall(r'href="(/r/[^"]+)"', page)[0]
    assert council.answer(link, answer="accept").status_code == 200
    assert "Nothing is waiting for your answer" in council.get(home).text


def test_other_tokens_open_nothing_here(council: Council, home: str) -> None:
    """T01, T03: an invitation's token, the resident's, a broken one, one of another council: the same neutral page."""
    need = council.needs((PARCEL, 1))
    [invite] = council.asks(need, "sam")
    wrong = [
        "/p/" + invite.removeprefix("/r/"),
        "/p/" + council.link(Purpose.status, need).removeprefix("/s/"),
        home[:-1] + ("A" if home[-1] != "A" else "B"),
        "/r/" + home.removeprefix("/p/"),
        "/p/",
    ]
    pages = [council.get(path) for path in wrong]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


def test_nobody_keeps_or_indexes_it(council: Council, home: str) -> None:
    """T16, T18, W11: no-store, noindex, no-referrer and the content policy, as on every page of ours."""
    headers = council.get(home).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers


def test_other_methods_are_refused(council: Council, home: str) -> None:
    """L13, L14: 405 with Allow, and an override header on GET changes nothing."""
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        assert council.client.request(method, home).status_code == 405
    override = {"X-HTTP-Method-Override": "POST"}
    assert council.client.get(f"{home}?answer=pause&confirm=yes", headers=override).status_code == 200
    assert sam(council.door.store).paused_until is None


def test_a_form_of_another_website_is_refused(council: Council, home: str) -> None:
    """W01: a press elsewhere passes nobody over."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert council.client.post(home, data={"answer": "pause", "confirm": "yes"}, headers=headers).status_code == 403
    assert sam(council.door.store).paused_until is None


def test_what_is_closed_is_gone_from_it(council: Council, home: str) -> None:
    """P02: a need that is closed is on nobody's page; with nothing asked the page still works."""

    for row in council.door.store.needs():
        council.change(row.need, lambda s, now: close(s, Outcome.withdrawn, "officer", now))
    page = council.get(home).text
    assert "Nothing is waiting for your answer" in page
    assert "food parcels" not in page
    assert council.post(home, answer="pause-week").status_code == 200


def test_the_answer_page_leads_here(council: Council) -> None:
    """Whoever is asked finds the way to be passed over from the page they answer on."""
    council.has("Sam")
    [invite] = council.asks(council.needs((PARCEL, 1)), "sam")
    council.moment = NOW + HOUR
    assert f'href="{council.link(Purpose.partner, "sam")}"' in council.get(invite).text
