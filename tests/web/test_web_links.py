"""Tokens and lost links: what opens nothing tells nothing, and a new link goes to the address on file only."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from council import AMINA, BLANKET, DAY, NOW, PARCEL, Council, hidden
from httpx import Response
from pydantic import SecretStr

from domain.closing import close, hear_resident, stand_down
from domain.events import EventCode
from domain.holding import hold
from domain.links import Purpose, take_target
from domain.messages import MessageKind
from domain.needs import Outcome, read_reference
from domain.reopening import reopen
from domain.responders import Contact, Responder
from domain.steps import Reopen
from web.security import Limit

Asked = tuple[Council, str, str]


def is_neutral(page: Response) -> bool:
    return page.status_code == 404 and "We cannot find this page" in page.text and "/r/new" in page.text


def test_every_flipped_character_opens_nothing(asked: Asked) -> None:
    """T01: each character of a token changed: the same neutral page, letter for letter."""
    council, _, link = asked
    pages = set()
    for place in range(len("/r/"), len(link)):
        council.client = council.visitor(f"10.0.{place}.1")
        flipped = "A" if link[place] != "A" else "B"
        page = council.get(link[:place] + flipped + link[place + 1 :])
        assert is_neutral(page), place
        pages.add(page.text)
    assert len(pages) == 1


@pytest.mark.parametrize(
    "path", ["/r/", "/r/x", "/r/%00", "/r/k9." + "a" * 43, "/r/../s/", "/r/" + "a" * 5000, "/r/%ff"]
)
def test_whatever_is_no_link_gets_the_same_page(asked: Asked, path: str) -> None:
    """T08: empty, malformed, of a retired key, endless: neutral."""
    page = asked[0].get(path)
    assert is_neutral(page)
    assert page.text == asked[0].get("/r/k1." + "b" * 43).text


def test_a_nul_in_a_link_opens_nothing(asked: Asked) -> None:
    """`%00` after a good token: the neutral page."""
    assert is_neutral(asked[0].get(asked[2] + "%00"))


def test_a_link_opens_only_what_it_is_for(asked: Asked) -> None:
    """T03: every link under every other address: 404, GET and POST."""
    council, need, invite = asked
    council.has_officer()
    task = council.raises_task(need)
    links = [
        invite,
        council.link(Purpose.status, need),
        council.link(Purpose.take, take_target(task.id, task.officer)),
        council.link(Purpose.unsubscribe, "riverside-kitchen|food"),
    ]
    before = council.version(need)
    for link in links:
        for path in ("/r/", "/s/", "/t/", "/u/"):
            if not link.startswith(path):
                assert is_neutral(council.get(path + link[3:]))
                page = council.post(path + link[3:], answer="accept", confirm="yes")
                assert is_neutral(page)
    assert council.version(need) == before


def test_two_councils_do_not_know_each_others_links(asked: Asked, tmp_path_factory: pytest.TempPathFactory) -> None:
    """T04: another council has other keys."""
    keys = SecretStr("k1:" + "b" * 40)
    other = Council(tmp_path_factory.mktemp("other"), changed={"keys": keys})
    assert is_neutral(other.get(asked[2]))
    other.door.store.close()


def test_old_links_outlive_a_new_key(tmp_path_factory: pytest.TempPathFactory) -> None:
    """T07: with a new key first and the old one kept, links made before still open."""
    home = tmp_path_factory.mktemp("home")
    before = Council(home)
    before.has("Riverside Kitchen")
    need = before.needs((PARCEL, 20))
    (link,) = before.asks(need, "riverside-kitchen")
    before.close()
    after = Council(home, changed={"keys": SecretStr("k2:" + "c" * 40 + ",k1:" + "a" * 40)})
    after.has("Sam")
    (new,) = after.asks(need, "sam") and [after.link(Purpose.invite, after.invitation(need, "sam").id, "k2")]
    assert after.get(link).status_code == 200
    assert after.get(new).status_code == 200
    after.close()
    retired = Council(home, changed={"keys": SecretStr("k2:" + "c" * 40)})
    assert is_neutral(retired.get(link))
    retired.close()


def test_no_token_is_in_the_store(asked: Asked) -> None:
    """T15: a copy of the file opens nothing."""
    council, _, link = asked
    secret = link.partition(".")[2].encode()
    for file in council.home.rglob("*"):
        if file.is_file() and file.name != "keys":
            assert secret not in file.read_bytes()


# --- too many tries -----------------------------------------------------------


def test_a_thousand_unknown_links(asked: Asked) -> None:
    """T11: after sixty a minute from one neighbourhood: 429 with Retry-After; good links and others are served."""
    council, _, link = asked
    guesser, neighbour, other = (council.visitor(a) for a in ("203.0.113.7", "203.0.113.99", "198.51.100.1"))
    statuses = [guesser.get(f"/r/k1.{n:043}").status_code for n in range(200)]
    assert statuses == [404] * 60 + [429] * 140
    refused = neighbour.get("/r/k1." + "x" * 43)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert guesser.get(link).status_code == 200
    assert other.get("/r/k1." + "x" * 43).status_code == 404


def test_memory_of_tries_is_bounded() -> None:
    """T11: however many addresses try, so many are remembered; a minute later the counting starts anew."""
    moment = 0.0
    limit = Limit(2, keys=100, timer=lambda: moment)
    for n in range(5000):
        limit.wait(f"10.{n}")
    assert len(limit) == 100
    assert [limit.wait("me") for _ in range(3)] == [0, 0, 60]
    moment = 61.0
    assert limit.wait("me") == 0


def test_good_links_from_one_address_are_not_limited(asked: Asked) -> None:
    """A whole organisation may sit behind one address."""
    assert {asked[0].get(asked[2]).status_code for _ in range(300)} == {200}


def test_one_link_is_not_answered_without_end(asked: Asked) -> None:
    """Sixty POSTs a minute to one link, then 429."""
    statuses = [asked[0].post(asked[2], answer="accept").status_code for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2


@pytest.mark.parametrize(("proxy", "limited"), [("", True), ("127.0.0.1", False)])
def test_only_the_proxy_we_know_says_who_asks(
    tmp_path_factory: pytest.TempPathFactory, proxy: str, limited: bool
) -> None:
    """X-Forwarded-For from anybody else is a claim, not a fact."""
    council = Council(tmp_path_factory.mktemp("home"), changed={"proxy": proxy})
    pages = [council.get("/r/k1." + "x" * 43, headers={"X-Forwarded-For": f"1.1.1.1, 198.51.{n}.1"}) for n in range(70)]
    assert (pages[-1].status_code == 429) is limited
    council.close()


# --- a new link ---------------------------------------------------------------


def test_a_new_link_goes_to_the_address_on_file(asked: Asked) -> None:
    """T13: asked with an address on file: queued to that address; with any other: nothing; the same reply."""
    council, need, _ = asked
    known = council.post("/r/new", email="Riverside-Kitchen@example.org", reference=need)
    (row,) = council.messages(need, MessageKind.new_link)
    assert row.message.to == "responder:riverside-kitchen"
    stranger = council.post("/r/new", email="someone@else.example.org", reference=need)
    nowhere = council.post("/r/new", email="someone@else.example.org", reference="N-222222")
    assert known.status_code == stranger.status_code == nowhere.status_code == 200
    assert known.text == stranger.text == nowhere.text
    assert len(council.messages(need, MessageKind.new_link)) == 1


def test_the_second_address_on_file_gets_its_own_link(asked: Asked) -> None:
    """The message goes to the contact that asked, not to another of the same organisation."""
    council, need, _ = asked
    kitchen = council.door.store.responder("riverside-kitchen")
    assert isinstance(kitchen, Responder)
    contacts = [Contact(email="first@kitchen.example.org"), Contact(email="second@kitchen.example.org")]
    council.door.store.put_responders([(kitchen, contacts)], NOW)
    council.post("/r/new", email="second@kitchen.example.org", reference=need)
    (row,) = council.messages(need, MessageKind.new_link)
    assert row.message.contact == 1


@pytest.mark.parametrize("address", ["rıverside-kitchen@example.org", "riverside-kitchen@exаmple.org"])
def test_lookalike_letters_are_other_letters(asked: Asked, address: str) -> None:
    """A dotless i or a Cyrillic a is nobody's address on file."""
    council, need, _ = asked
    assert council.post("/r/new", email=address, reference=need).status_code in (200, 422)
    assert council.messages(need, MessageKind.new_link) == []


def test_a_new_link_is_not_sent_again_at_once(asked: Asked) -> None:
    """At most one every ten minutes for each, and the reply does not say so."""
    council, need, _ = asked
    pages = [council.post("/r/new", email="riverside-kitchen@example.org", reference=need).text for _ in range(3)]
    assert len(set(pages)) == 1
    assert len(council.messages(need, MessageKind.new_link)) == 1
    council.moment += timedelta(minutes=9, seconds=59)
    council.post("/r/new", email="riverside-kitchen@example.org", reference=need)
    assert len(council.messages(need, MessageKind.new_link)) == 1
    council.moment += timedelta(seconds=1)
    council.post("/r/new", email="riverside-kitchen@example.org", reference=need)
    assert len(council.messages(need, MessageKind.new_link)) == 2


def test_the_resident_gets_theirs(asked: Asked) -> None:
    """The resident's own address brings the link to their own need."""
    council, need, _ = asked
    council.post("/r/new", email=str(AMINA.email), reference=f"  {need.lower().replace('-', ' ')} ")
    (row,) = council.messages(need, MessageKind.new_link)
    assert row.message.to == "resident"
    assert [e.code for e in council.door.store.story(need)][-1] is EventCode.new_link


def test_nothing_is_sent_about_a_closed_need(asked: Asked) -> None:
    """A21: closed wins."""
    council, need, _ = asked
    council.change(need, lambda s, now: close(s, Outcome.not_met, "officer", now))
    council.post("/r/new", email="riverside-kitchen@example.org", reference=need)
    assert council.messages(need, MessageKind.new_link) == []


def test_asking_for_links_has_a_limit(asked: Asked) -> None:
    """Ten a minute from one address, then 429 with Retry-After."""
    council = asked[0]
    pages = [council.post("/r/new", email="a@example.org", reference="N-222222") for _ in range(11)]
    assert [p.status_code for p in pages] == [200] * 10 + [429]
    assert "retry-after" in pages[-1].headers


@pytest.mark.parametrize(
    ("typed", "place"),
    [({"email": "nonsense"}, "email"), ({"reference": "N-1"}, "reference"), ({"email": ""}, "email")],
)
def test_a_slip_is_pointed_out(asked: Asked, typed: dict[str, str], place: str) -> None:
    """What cannot be an address or a reference is said by the field; what was typed is kept."""
    page = asked[0].post("/r/new", **({"email": "a@example.org", "reference": "N-222222"} | typed))
    assert page.status_code == 422
    assert f'href="#{place}"' in page.text


def test_references_as_people_type_them() -> None:
    """Spaces, small letters, no hyphen."""
    assert {read_reference(t) for t in ("N-7K3QX2", "n7k3qx2", " n 7k3 qx2 ", "7K3QX2", "n-7k3-qx2")} == {"N-7K3QX2"}
    assert {read_reference(t) for t in ("", "N-", "7K3QXÜ", "N-7K3QX2X", "<script>")} == {None}


# --- the other links ------------------------------------------------------------


def test_one_click_mutes_the_category_only(asked: Asked) -> None:
    """L16 L18: RFC 8058: 200, no redirect, no cookie; the open invitation stays open and answerable."""
    council, need, invite = asked
    link = council.link(Purpose.unsubscribe, "riverside-kitchen|food")
    page = council.client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert council.door.store.responder("riverside-kitchen").muted == ("food",)  # type: ignore[union-attr]
    assert council.invitation(need, "riverside-kitchen").open
    assert council.client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert "You said yes to 20" in council.answer(invite, answer="accept").text


def test_muting_by_hand_asks_first(asked: Asked) -> None:
    """L17: a GET is a question; the form as served changes nothing; ticked and sent, it does."""
    council = asked[0]
    link = council.link(Purpose.unsubscribe, "riverside-kitchen|food")
    assert "Stop these requests?" in council.get(link).text
    assert council.post(link).status_code == 422
    assert council.door.store.responder("riverside-kitchen").muted == ()  # type: ignore[union-attr]
    assert council.post(link, confirm="yes").status_code == 200
    assert council.door.store.responder("riverside-kitchen").muted == ("food",)  # type: ignore[union-attr]


def test_an_officer_takes_a_task(asked: Asked) -> None:
    """Shown, ticked, taken; twice is the same; the page holds nothing private."""
    council, need, _ = asked
    council.has_officer("Dana")
    task = council.raises_task(need)
    link = council.link(Purpose.take, take_target(task.id, task.officer))
    page = council.get(link)
    for words in (need, "20 food parcels", "Dana", "5pm on Tuesday 24 November"):
        assert words in page.text
    for private in ("Amina", "Elm Road", "7946 0111", "@"):
        assert private not in page.text
    assert council.post(link, **hidden(page.text)).status_code == 422
    assert council.situation(need).tasks[0].status == "open"
    assert council.post(link, confirm="yes").status_code == 303
    assert council.post(link, confirm="yes").status_code == 303
    assert council.situation(need).tasks[0].status == "taken"
    assert council.situation(need).tasks[0].officer == task.officer
    assert "Taken" in council.get(link).text


def test_a_task_of_nobody_is_not_taken(asked: Asked) -> None:
    """A link of nobody on the list takes nothing: said, not recorded."""
    council, need, _ = asked
    link = council.link(Purpose.take, take_target(council.raises_task(need).id, None))
    page = council.post(link, confirm="yes")
    assert page.status_code == 409
    assert "no longer on the council" in page.text
    assert council.situation(need).tasks[0].status == "open"


# --- the resident -----------------------------------------------------------------


def test_the_resident_sees_their_own_need(council: Council) -> None:
    """D11: how it stands, who will help (organisations by name, volunteers by number), no personal phone."""
    council.has("Riverside Kitchen")
    council.has("Sam Adebayo", "volunteer")
    need = council.needs((PARCEL, 20), (BLANKET, 4))
    council.asks(need, "riverside-kitchen", "sam-adebayo")
    link = council.link(Purpose.status, need)
    assert "We are looking for help" in council.get(link).text
    council.says(need, "riverside-kitchen", offers={1: 20, 2: 0})
    council.says(need, "sam-adebayo")
    page = council.get(link).text
    assert "Help is arranged" in page
    assert "Riverside Kitchen" in page
    assert "1 volunteer" in page
    assert "Sam" not in page
    assert 'name="answer"' not in page


def covered_and_due(council: Council) -> tuple[str, str]:
    from domain.closing import stand_down

    council.has("Riverside Kitchen")
    council.has_officer()
    need = council.needs((PARCEL, 20))
    council.asks(need, "riverside-kitchen")
    council.says(need, "riverside-kitchen")
    council.change(need, stand_down)
    council.moment = NOW + 2 * DAY
    return need, council.link(Purpose.status, need)


def test_the_resident_says_it_happened(council: Council) -> None:
    """Choose, check, send; then it is closed as met; a second click is the same answer."""
    need, link = covered_and_due(council)
    page = council.get(link).text
    assert "Has it happened?" in page
    assert "checked" not in page
    assert council.post(link, **hidden(page)).status_code == 422
    check = council.post(link, answer="yes")
    assert "Check your answer" in check.text
    assert not council.situation(need).need.closed
    for _ in range(2):
        assert council.post(link, **hidden(check.text), confirm="yes").status_code == 303
    assert council.situation(need).need.outcome is Outcome.met
    assert "Done" in council.get(link).text


def test_the_resident_says_it_did_not(council: Council) -> None:
    """A44: no, and why: an officer's urgent task; the words stay private; the page says who acts."""
    need, link = covered_and_due(council)
    check = council.post(link, answer="no", note="Nobody came")
    council.post(link, **hidden(check.text), confirm="yes")
    assert [t.kind for t in council.situation(need).tasks] == ["resident-says"]
    page = council.get(link).text
    assert "it did not happen" in page
    assert "will contact you" in page
    assert "Nobody came" not in page


def test_on_hold_the_resident_may_still_say_how_it_went(council: Council) -> None:
    """She said that nothing came, so it is looked for again; on hold she may say that it came after all, as before."""
    need, link = covered_and_due(council)
    council.change(need, lambda situation, now: hear_resident(situation, "no", now))
    council.change(need, lambda situation, now: reopen(situation, Reopen((1,), ""), now))
    assert 'name="answer"' in council.get(link).text
    council.change(need, lambda situation, now: hold(situation, None, "officer:ola", now))
    assert 'name="answer"' in council.get(link).text


def test_the_resident_is_not_asked_too_early(asked: Asked) -> None:
    """While help is still sought, an answer is refused in a sentence; nothing is written."""
    council, need, _ = asked
    before = council.version(need)
    page = council.post(council.link(Purpose.status, need), answer="yes", confirm="yes")
    assert page.status_code == 409
    assert "too early" in page.text
    assert council.version(need) == before


def test_a_status_link_is_readable_for_thirty_days_after_closing(asked: Asked) -> None:
    """T05: a second before, at, and after."""
    council, need, _ = asked
    council.change(need, lambda s, now: close(s, Outcome.not_met, "officer", now))
    end, link = NOW + 30 * DAY, council.link(Purpose.status, need)
    for moment, status in ((end - timedelta(seconds=1), 200), (end, 404), (end + timedelta(seconds=1), 404)):
        council.moment = moment
        assert council.get(link).status_code == status


def test_links_are_made_of_the_base_address_only(asked: Asked) -> None:
    """E18 W15: a forged Host or `next` changes no link and no redirect."""
    council, _, link = asked
    page = council.client.get(link + "?next=//evil.test", headers={"Host": "evil.test"})
    assert "evil.test" not in page.text
    sent = council.client.post(link + "?next=//evil.test", data={"answer": "accept", "confirm": "yes"})
    assert sent.headers["location"] == link
    assert not re.search(r"https?://", page.text)


def test_a_closed_need_is_closed_whatever_the_resident_said_before(council: Council) -> None:
    """M9: after "partly" an officer closes it: the page says what our mail says, and promises no call any more."""
    council.has("Riverside Kitchen")
    need = council.needs((PARCEL, 20))
    council.asks(need, "riverside-kitchen")
    council.says(need, "riverside-kitchen")
    council.change(need, stand_down)
    council.change(need, lambda s, now: hear_resident(s, "partly", now))
    council.change(need, lambda s, now: close(s, Outcome.partly_met, "officer", now))
    page = council.get(council.link(Purpose.status, need)).text
    assert "Part of this happened." in page
    assert "will contact you" not in page
