"""Every command on the console: a form, a page that says what will happen and to whom, then it is done, once."""

from __future__ import annotations

import pytest
from council import HOT_MEAL, HOUR, LIFT, PARCEL, Council, hidden
from desk import Desk

from domain.answering import AnswerKind
from domain.capabilities import Accept, Catalogue
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskStatus
from domain.playbooks import Role
from web.console.forms import FORMS


@pytest.fixture
def need(council: Council) -> str:
    """Amina needs 20 parcels; Riverside Kitchen promised 5, Good Neighbours 4, and the Larder has not answered."""
    for name in ("Riverside Kitchen", "Good Neighbours", "Norbiton Larder"):
        council.has(name)
    need = council.needs((PARCEL, 20))
    council.asks(need, "riverside-kitchen", "good-neighbours", "norbiton-larder")
    council.says(need, "riverside-kitchen", AnswerKind.part, offers={1: 5}, agreed={1: (5, 0)})
    council.moment += HOUR / 4
    council.says(need, "good-neighbours", AnswerKind.part, offers={1: 4}, agreed={1: (4, 0)})
    return need


def at(need: str, command: str, partner: str = "") -> str:
    return f"/console/needs/{need}/{command}" + (f"?partner={partner}" if partner else "")


def test_less_is_needed(council: Council, need: str) -> None:
    """The check page says who is told what and how it will stand, and nothing has changed yet; confirmed, it has."""
    desk = Desk(council)
    before = council.situation(need).need
    check = desk.check(at(need, "amend"), **{"amount-food-parcel": "6"})
    for said in (
        "6 food parcels (now 20)",
        "Good Neighbours is told that less is needed.",
        "Norbiton Larder is told that they are no longer needed.",
        "6 of 6 food parcels promised",
    ):
        assert said in check.text
    assert council.situation(need).need == before
    sent = desk.confirm(at(need, "amend"), check)
    assert sent.headers["location"] == f"/console/needs/{need}?done=amend"
    assert "It is changed." in desk.get(sent.headers["location"]).text
    assert council.situation(need).need.lines[0].quantity == 6
    assert council.invitation(need, "good-neighbours").pledged == 1
    assert council.door.store.story(need)[-1].by == "officer:O-Dana-Duty"


def test_more_and_something_else(council: Council, need: str) -> None:
    """A kind of help that was no part of it yet, the words partners read, the place: all in one change."""
    fields = {"more": "lift", "more-count": "2", "summary": "Food and two lifts", "place": "Surbiton"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infra.commands.changing.load_catalogue", _catalogue_with_lifts)
        Desk(council).do(at(need, "amend"), **fields)
    now = council.situation(need).need
    assert [line.what for line in now.lines] == ["food-parcel", "lift"]
    assert (now.summary, now.area) == ("Food and two lifts", "Surbiton")


def _catalogue_with_lifts() -> Catalogue:
    return Catalogue(categories={"food": "Food", "getting-there": "Getting there"}, capabilities=(PARCEL, LIFT))


def test_who_or_where_in_the_summary_is_noticed(council: Council, need: str) -> None:
    """Before it is confirmed, the page says that partners would read a name and a number."""
    check = Desk(council).check(at(need, "amend"), summary="Food for Amina, 020 7946 0111")
    assert "The summary seems to hold a telephone number" in check.text
    assert "The summary seems to hold the resident&#39;s name" in check.text


def test_guessing_whose_need_it_is_leaves_a_trace(council: Council, need: str) -> None:
    """Who typed the resident's name, or their address, and is told so has looked: that is on record, not what it was.
    Who typed another name is not told, and has not."""

    def looks() -> list[tuple[str, str, str]]:
        entries = [entry for _, entry in council.door.store.audit(20) if entry.what == "looked"]
        return [(entry.who, entry.about, entry.detail) for entry in entries]

    resident, desk = council.door.store.resident(need), Desk(council)
    desk.check(at(need, "amend"), summary="Food for Zebedee")
    assert looks() == []
    desk.check(at(need, "amend"), summary=f"Food for {resident.name}")
    assert looks() == [(f"officer:{council.door.store.officers()[0].id}", need, "compared: name")]
    desk.check(at(need, "amend"), address=resident.address or "")
    assert looks()[0][2] == "compared: address"


def test_two_officers_at_once(council: Council, need: str) -> None:
    """A form made from what has changed since is refused, shows the present, and keeps what was typed; then it goes."""
    dana, femi = Desk(council), Desk(council, name="Femi")
    form = dana.get(at(need, "amend"))
    femi.do(at(need, "amend"), **{"amount-food-parcel": "30"})
    for confirm in ({}, {"confirm": "yes"}):
        late = dana.post(at(need, "amend"), **hidden(form.text), **{"amount-food-parcel": "12"}, **confirm)
        assert late.status_code == 409
        assert "This need has changed since you opened this page" in late.text
        assert "9 of 30 food parcels promised" in late.text
        assert 'value="12"' in late.text
    assert council.situation(need).need.lines[0].quantity == 30
    again = dana.post(at(need, "amend"), **hidden(late.text), **{"amount-food-parcel": "12"})
    dana.confirm(at(need, "amend"), again)
    assert council.situation(need).need.lines[0].quantity == 12


def test_confirmed_twice_is_done_once(council: Council, need: str) -> None:
    """The same confirmation sent twice: the second finds that it is so, or that the need has moved on."""
    desk = Desk(council)
    check = desk.check(at(need, "hold"))
    assert desk.confirm(at(need, "hold"), check).status_code == 303
    events = len(council.door.store.story(need))
    assert desk.confirm(at(need, "hold"), check).status_code in (303, 409)
    assert len(council.door.store.story(need)) == events


def test_what_is_so_already_changes_nothing(council: Council, need: str) -> None:
    """A change to what it is already is said to be none."""
    desk = Desk(council)
    assert "Say what changes" in desk.check(at(need, "amend")).text
    assert "It is so already." in desk.check(at(need, "amend"), needed_by="2026-11-24T17:00").text
    assert council.situation(need).need.edition == 1


def test_a_field_typed_wrong_keeps_the_rest(council: Council, need: str) -> None:
    """A quantity that is none, a time that has passed: said at the field and above, in the title; the rest is kept."""
    desk = Desk(council)
    page = desk.check(at(need, "amend"), **{"amount-food-parcel": "many", "summary": "Rice and oil"})
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert 'href="#amount-food-parcel"' in page.text
    assert "Enter a whole number, such as 5" in page.text
    assert "Rice and oil" in page.text
    late = desk.check(at(need, "extend"), needed_by="2020-01-01T09:00")
    assert late.status_code == 422
    assert "is in the past." in late.text
    assert 'value="2020-01-01T09:00"' in late.text
    for odd in ("never", "2026-13-45T99:99", "", "x" * 3000, "9999-12-31T23:59", "0001-01-01T00:00"):
        assert desk.check(at(need, "extend"), needed_by=odd).status_code == 422
    for odd in ("-1", "1e9", "²", "٣", "9" * 400, "0x10"):
        assert desk.check(at(need, "amend"), **{"amount-food-parcel": odd}).status_code == 422


def test_fields_that_are_not_the_forms_are_not_read(council: Council, need: str) -> None:
    """W09: whatever else is sent with a form changes nothing it is not for."""
    more = {
        "status": "closed",
        "by": "officer:O-Ada",
        "exercise": "true",
        "outcome": "met",
        "urgent": "true",
        "id": "X",
    }
    Desk(council).do(at(need, "amend"), **{"amount-food-parcel": "25"}, **more)
    now = council.situation(need).need
    assert (now.status, now.exercise, now.urgent, now.outcome) == (NeedStatus.open, False, False, None)
    assert council.door.store.story(need)[-1].by == "officer:O-Dana-Duty"


def test_a_viewer_can_do_nothing(council: Council, need: str) -> None:
    """Vera Viewer may open no form and send none, whatever she types; the need stays as it is."""
    vera = Desk(council, Role.viewer, "Vera Viewer")
    before = council.situation(need)
    for name in FORMS:
        assert vera.get(at(need, name)).status_code == 403
        assert vera.post(at(need, name), version="1", confirm="yes", outcome="met").status_code == 403
    assert council.situation(need) == before


def test_a_form_without_its_token_is_refused(council: Council, need: str) -> None:
    """W01: a confirmation made up elsewhere does nothing."""
    desk = Desk(council)
    assert desk.client.post(at(need, "withdraw"), data={"confirm": "yes", "version": "1"}).status_code == 403
    assert not council.situation(need).need.closed


def test_more_time(council: Council, need: str) -> None:
    """A time picked in the browser is the council's own; everybody who promised hears of it."""
    Desk(council).do(at(need, "extend"), needed_by="2026-11-27T12:00")
    assert council.situation(need).need.needed_by.isoformat() == "2026-11-27T12:00:00+00:00"


def test_hold_and_go_on(council: Council, need: str) -> None:
    """On hold until a time; then the page offers to let it go on, and that does."""
    desk = Desk(council)
    held = desk.do(at(need, "hold"), until="2026-11-23T18:00")
    assert "On hold until 6pm on Monday 23 November" in held.text
    assert "/hold" not in held.text
    assert desk.get(at(need, "hold")).status_code == 409
    assert "It goes on." in desk.do(at(need, "resume")).text
    assert council.situation(need).need.status is NeedStatus.open


def test_ask_by_name(council: Council, need: str) -> None:
    """Whoever nothing speaks against is offered, anybody can be searched for; who cannot be asked, and why, is said."""
    council.has("Church Hall")
    council.has("Bakers", capabilities=["blanket"])
    desk = Desk(council)
    assert "Church Hall" in desk.get(at(need, "ask")).text
    assert "Bakers" in desk.get(at(need, "ask") + "?search=bake").text
    assert "Nobody of this name." in desk.get(at(need, "ask") + "?search=zzz").text
    check = desk.check(at(need, "ask", "church-hall"), **{"amount-food-parcel": "3"})
    assert "Church Hall is asked to help." in check.text
    desk.confirm(at(need, "ask"), check)
    assert council.invitation(need, "church-hall").shares[0].asked == 3
    refused = desk.check(at(need, "ask", "bakers"))
    assert refused.status_code == 409
    assert "They do not give food parcels." in refused.text


def test_ask_the_next_round(council: Council, need: str) -> None:
    """Nobody was asked in a round yet: that the first has not begun is said, and nothing breaks."""
    page = Desk(council).check(at(need, "next-round"))
    assert page.status_code == 409
    assert "The first round has not begun;" in page.text


def test_an_answer_by_telephone(council: Council, need: str) -> None:
    """The Larder says on the telephone that it brings 6: recorded as an officer's, with a receipt; words private."""
    desk = Desk(council)
    assert "Norbiton Larder" in desk.get(at(need, "answer")).text
    fields = {"said": "part", "amount-food-parcel": "6", "note": "After 3pm only"}
    check = desk.check(at(need, "answer", "norbiton-larder"), **fields)
    assert "Norbiton Larder is sent a receipt for the answer" in check.text
    page = desk.confirm(at(need, "answer"), check)
    shown = desk.get(page.headers["location"]).text
    assert "recorded by an officer" in shown
    assert "After 3pm only" not in shown
    theirs = council.invitation(need, "norbiton-larder")
    assert (theirs.pledged, theirs.answered_by) == (6, "officer:O-Dana-Duty")
    assert "After 3pm only" in council.door.store.notes(need).values()
    assert council.messages(need, MessageKind.receipt)


def test_an_answer_they_changed_meanwhile(council: Council, need: str) -> None:
    """While Dana types what the Larder said, it answers by its link: hers is refused and shown theirs."""
    desk = Desk(council)
    form = desk.get(at(need, "answer", "norbiton-larder"))
    council.says(need, "norbiton-larder", AnswerKind.reject, reason=Reason.not_available)
    late = desk.post(at(need, "answer"), **hidden(form.text), said="yes", confirm="yes")
    assert late.status_code == 409
    assert council.invitation(need, "norbiton-larder").status is InvitationStatus.rejected


def test_somebody_never_asked_has_no_answer(council: Council, need: str) -> None:
    """An answer for somebody who was not asked, or who is nobody, leads to who could be meant."""
    for nobody in ("church-hall", "nobody", "../../x", "%00"):
        page = Desk(council).get(at(need, "answer", nobody))
        assert page.status_code == 200
        assert "Who is it about?" in page.text


def test_go_to_another_need(council: Council, need: str) -> None:
    """Riverside Kitchen is asked to take 3 parcels to another need; a reference that is none is said at its field."""
    other = council.needs((PARCEL, 3))
    desk = Desk(council)
    wrong = desk.check(at(need, "transfer", "riverside-kitchen"), to="N-222222", **{"amount-food-parcel": "3"})
    assert wrong.status_code == 422
    assert 'href="#to"' in wrong.text
    nothing = desk.check(at(need, "transfer", "riverside-kitchen"), to=other)
    assert "Say how many of one kind of help." in nothing.text
    form = desk.get(at(need, "transfer", "riverside-kitchen")).text
    assert "They promised 5 food parcels" in form
    assert f'value="{other}"' in form
    page = desk.do(at(need, "transfer", "riverside-kitchen"), to=other, **{"amount-food-parcel": "3"})
    assert f"asked to go to {other} instead" in page.text
    assert council.messages(need, MessageKind.transfer)
    assert 'value="move"' not in desk.get(at(need, "answer", "norbiton-larder")).text
    desk.do(at(need, "answer", "riverside-kitchen"), said="move")
    assert council.invitation(other, "riverside-kitchen").pledged == 3


def test_only_needs_that_miss_the_same_are_offered(council: Council, need: str) -> None:
    """Riverside Kitchen promised food: a need for a lift is not offered; any reference can be typed all the same."""
    lift = council.needs((LIFT, 1))
    parcels = council.needs((PARCEL, 3))
    desk = Desk(council)
    form = desk.get(at(need, "transfer", "riverside-kitchen")).text
    assert f'value="{parcels}"' in form
    assert lift not in form
    typed = {"to": "another", "to-other": parcels, "amount-food-parcel": "2"}
    assert parcels in desk.check(at(need, "transfer", "riverside-kitchen"), **typed).text


def test_it_becomes_urgent(council: Council, need: str) -> None:
    """The check page says so; from then on it is urgent, its reason is what partners read, and the story says who."""
    desk = Desk(council)
    check = desk.check(at(need, "amend"), urgent_because="The fridge is broken. Call 020 7946 0222")
    assert "It is now: urgent." in check.text
    assert "seems to hold a telephone number" in check.text
    desk.do(at(need, "amend"), urgent_because="The fridge is broken")
    now_is = council.situation(need).need
    assert (now_is.urgent, now_is.urgent_because) == (True, "The fridge is broken")
    again = desk.check(at(need, "amend"), urgent_because="The fridge is broken")
    assert again.status_code == 422


def test_nothing_is_offered_on_a_closed_need(council: Council, need: str) -> None:
    """What is over takes no answer, so nobody is asked to record one."""
    desk = Desk(council)
    assert "Record an answer" in desk.get(f"/console/needs/{need}").text
    desk.do(at(need, "withdraw"))
    page = desk.get(f"/console/needs/{need}").text
    assert "Record an answer" not in page
    assert "What you can do" not in page
    assert desk.get(at(need, "answer", "riverside-kitchen")).status_code == 409


def test_choose_an_offer(council: Council) -> None:
    """Paid meals are the council's to choose: of two offers one is chosen, and the other will be thanked."""
    for name in ("Kingsway Care", "Thames Care"):
        council.has(name, checks=[{"level": "basic"}])
    paid = HOT_MEAL.but(accept=Accept.officer)
    need = council.needs((paid, 4))
    council.asks(need, "kingsway-care", "thames-care")
    for who in ("kingsway-care", "thames-care"):
        council.says(need, who, AnswerKind.accept)
    desk = Desk(council)
    assert "8 hot meals offered, waiting to be chosen" in desk.get(f"/console/needs/{need}").text
    check = desk.check(at(need, "choose", "thames-care"))
    assert "Thames Care is" in check.text
    desk.confirm(at(need, "choose"), check)
    assert council.invitation(need, "thames-care").pledged == 4
    assert council.invitation(need, "kingsway-care").pledged == 0


def test_take_what_waits(council: Council, need: str) -> None:
    """A hand-over that waits is Dana's once she has confirmed; then there is nothing more to take."""
    desk = Desk(council)
    council.raises_task(need, TaskKind.hand_over)
    assert "It is yours." in desk.do(at(need, "take")).text
    task = council.situation(need).tasks[-1]
    assert (task.status, task.officer) == (TaskStatus.taken, "O-Dana-Duty")
    assert desk.get(at(need, "take")).status_code == 409


def test_withdraw_tells_those_who_promised_first(council: Council, need: str) -> None:
    """The check page says that they are told not to set out; confirmed, they are."""
    desk = Desk(council)
    check = desk.check(at(need, "withdraw"))
    assert "2 people are told not to set out: Riverside Kitchen and Good Neighbours." in check.text
    desk.confirm(at(need, "withdraw"), check)
    assert council.situation(need).need.outcome is Outcome.withdrawn
    assert {row.message.to for row in council.messages(need, MessageKind.call_off)} == {
        "responder:riverside-kitchen",
        "responder:good-neighbours",
    }


def test_close_says_how_it_ended(council: Council, need: str) -> None:
    """How it ended has no default: none chosen is said at the field; chosen, it is closed so."""
    desk = Desk(council)
    assert "Select how it ended." in desk.check(at(need, "close")).text
    assert desk.check(at(need, "close"), outcome="exploded").status_code == 422
    assert "Closed: partly met" in desk.do(at(need, "close"), outcome="partly-met").text


def test_going_back_keeps_what_was_typed(council: Council, need: str) -> None:
    """From the check page back to the form: what was typed stands there."""
    desk = Desk(council)
    check = desk.check(at(need, "amend"), **{"amount-food-parcel": "7"}, summary="Rice <b>and</b> oil")
    back = desk.post(at(need, "amend") + "?change", **hidden(check.text))
    assert 'value="7"' in back.text
    assert "Rice &lt;b&gt;and&lt;/b&gt; oil" in back.text


def test_nothing_private_is_in_an_address(council: Council, need: str) -> None:
    """What is typed goes in the body; addresses hold references, ids and codes."""
    desk = Desk(council)
    sent = desk.confirm(at(need, "amend"), desk.check(at(need, "amend"), address="14 Elm Road"))
    assert "Elm" not in sent.headers["location"]
    assert council.door.store.resident(need).address == "14 Elm Road"
