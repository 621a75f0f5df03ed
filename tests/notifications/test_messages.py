"""Every message, of every kind, as its reader gets it: honest in both parts, inert, without tokens, the same twice."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from enum import Enum
from html.parser import HTMLParser
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from jinja2 import meta

from domain.links import ConsolePage, Link, LinkTo, Purpose, address_of, derive_token
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import TaskKind
from notifications.kinds import FOLDERS, KINDS
from notifications.rendering import HERE, HTML, TEXT, CannotRender, Rendered, render
from notifications.words import Words
from tests.norbiton import AMINA
from tests.notifications.letters_of_every_kind import every_letter, url

LETTERS = every_letter()
KEYS = {"k1": b"a secret of at least thirty-two letters"}
ATTACKS = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% for x in y %}",
    '"><img src=x onerror=y>',
    "a\nSubject: b",
    "\u202eevil",
)
to_partners_asked = (
    "invitation",
    "lines-added",
    "reminder",
    "reserve-call",
    "receipt",
    "stand-down",
    "call-off",
    "changed",
    "reduced",
    "transfer",
    "thanks",
)


class Page(HTMLParser):
    """What somebody sees of an HTML mail: its words, its links, and every tag and attribute in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._head = False
        self.title = ""
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "img"):
            self._in.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        assert self._in.pop() == tag, f"<{tag}> is not closed in order"

    def handle_data(self, data: str) -> None:
        if "title" in self._in:
            self.title += data
        elif "head" not in self._in:
            self.said.append(data)


def words_of(text: str) -> list[str]:
    """The words in order, without marks that only lay out: bullets, numbers of a list, quotation marks."""
    plain = re.sub(r"(?m)^(- |> ?|\d+\. )", "", text)
    return [word.rstrip(":") for word in plain.split() if any(c.isalnum() for c in word)]


def real_url(link: Link) -> str:
    return address_of("https://muster.example.gov.uk", KEYS, link)


@pytest.fixture(params=LETTERS, name="words")
def _words(request: pytest.FixtureRequest) -> Words:
    return LETTERS[request.param]


@pytest.fixture(name="rendered")
def _rendered(words: Words) -> Rendered:
    return render(words, real_url)


def test_every_kind_has_its_class_its_folder_and_a_letter_here() -> None:
    """No kind of message is without words, and none is without a reader in these tests."""
    assert set(KINDS) == set(MessageKind)
    assert {type(words) for words in LETTERS.values()} == set(KINDS.values())
    for folder in FOLDERS.values():
        assert {f.name for f in (HERE / folder).iterdir()} >= {"__init__.py", "subject.txt", "body.txt", "body.html"}


def test_every_message_says_who_it_is_from_whom_to_call_and_its_reference(words: Words, rendered: Rendered) -> None:
    """PRACTICE 6.8: council, telephone number and reference, in both parts; the reference in the subject too."""
    for part in (rendered.text, rendered.html):
        assert "Kingston Council" in part
        assert "020 8547 5000" in part
        assert "N-7K3QX2" in part
    assert re.search(r"\(N-7K3QX2(?: and \d+ more)?\)$", rendered.subject)


def test_text_and_html_say_the_same(rendered: Rendered) -> None:
    """E07: the same words in the same order and the same addresses, so that no reader is told less."""
    page = Page(rendered.html)
    assert words_of(rendered.text) == words_of(" ".join(page.said))
    assert list(dict.fromkeys(page.links)) == re.findall(r"https?://\S+", rendered.text)


def test_the_full_address_stands_alone_on_its_line(rendered: Rendered) -> None:
    """PRACTICE: people can see where a link goes, and copy it."""
    for address in re.findall(r"https?://\S+", rendered.text):
        assert address in rendered.text.split("\n")


def test_html_is_accessible_and_fetches_nothing(rendered: Rendered) -> None:
    """E08, E09: language, title as the subject, layout tables that say so, no image, style sheet, script or form."""
    page = Page(rendered.html)
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en-GB"}) in page.tags
    assert page.title == rendered.subject
    assert all(attrs.get("role") == "presentation" for tag, attrs in page.tags if tag == "table")
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert not {"img", "link", "script", "form", "iframe", "style"} & set(tags)
    assert "url(" not in rendered.html


def test_sizes_can_be_read(rendered: Rendered) -> None:
    """E08: no words smaller than 16 pixels."""
    assert min(int(size) for size in re.findall(r"font-size: (\d+)px", rendered.html)) >= 16


def test_what_is_kept_holds_no_token_and_no_address(words: Words) -> None:
    """DESIGN 11, T15: frozen facts name what a link opens, so a copy of the outbox opens nothing."""
    frozen = words.model_dump_json()
    assert "://" not in frozen
    for value in json.loads(frozen).values():
        if isinstance(value, dict) and "purpose" in value:
            token = derive_token(KEYS, value["kid"], Purpose(value["purpose"]), value["target"])
            assert token.split(".")[1] not in frozen


def test_the_same_words_are_the_same_bytes(words: Words, rendered: Rendered) -> None:
    """T20: thawed from JSON after a crash, a message renders byte for byte as before."""
    thawed = type(words).model_validate_json(words.model_dump_json())
    assert thawed == words
    assert render(thawed, real_url) == rendered


def test_no_partner_reads_who_the_resident_is_before_the_mail_that_says_so() -> None:
    """D03, D04: in no part of any mail to those asked: not name, street, full postcode or telephone number."""
    for name, words in LETTERS.items():
        if name.startswith(to_partners_asked):
            rendered = render(words, url)
            for secret in ("Amina", "Elm Road", "KT1 2AB", "07700 900123", AMINA.phone, AMINA.email, "unsteady"):
                assert str(secret) not in rendered.subject + rendered.text + rendered.html


def test_only_the_private_mail_says_where() -> None:
    """DESIGN 10: no mail but private-details holds the address, an officer's neither."""
    told = [name for name, words in LETTERS.items() if "Elm Road" in render(words, url).text]
    assert told == ["private-details", "private-details-door"]


# --- words that would be something else -----------------------------------------


def poisoned(kind: type[Words], attack: str) -> Iterator[Words]:
    """Words of this kind whose every free field is `attack`, in every turn its choices allow."""
    for flag in (True, False):
        for choice in range(7):
            yield kind.model_validate(
                {n: fill(f.annotation, attack, flag, choice) for n, f in kind.model_fields.items()}
            )


def fill(shape: Any, attack: str, flag: bool, choice: int) -> Any:
    match get_origin(shape):
        case None if isinstance(shape, type) and issubclass(shape, Enum):
            options = list(shape)
            return options[choice % len(options)]
        case None if shape is bool:
            return flag
        case None if shape is int:
            return choice
        case None if shape is LinkTo:
            return LinkTo(purpose=Purpose.invite, target="I1", kid="k1")
        case None if shape is ConsolePage:
            return ConsolePage(path="needs/N-7K3QX2")
        case None if isinstance(shape, type) and hasattr(shape, "model_fields"):
            return {n: fill(f.annotation, attack, flag, choice) for n, f in shape.model_fields.items()}
        case origin if origin is Literal:
            return get_args(shape)[choice % len(get_args(shape))]
        case origin if origin is tuple:
            return [fill(get_args(shape)[0], attack, flag, choice)] * 2
        case origin if origin in (UnionType, Union):
            return fill(get_args(shape)[0], attack, flag, choice)
        case _:
            return attack


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("attack", ATTACKS)
def test_words_stay_words(kind: type[Words], attack: str) -> None:
    """E03: script, template and markup in every field of every message come out as inert text."""
    for words in poisoned(kind, attack):
        rendered = render(words, url)
        page = Page(rendered.html)
        assert not {"script", "img"} & {tag for tag, _ in page.tags}
        assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
        if "7*7" in attack:
            assert "49" not in rendered.subject + rendered.text + rendered.html
            assert attack in rendered.text
        if "{%" in attack:
            assert attack in rendered.text


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_wording_a_mail_reads_no_file_and_asks_no_server(kind: type[Words]) -> None:
    """E14: stylesheets that somebody writes into a field are not looked up, not from the disk and not from a server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        for sheet in ("file:///etc/passwd", f"http://127.0.0.1:{port}/a.css"):
            for words in poisoned(kind, f'<link rel="stylesheet" href="{sheet}">'):
                page = Page((rendered := render(words, url)).html)
                assert "link" not in {tag for tag, _ in page.tags}
                assert "root:" not in rendered.html + rendered.text
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_words_cannot_look_like_a_part_of_the_message(kind: type[Words]) -> None:
    """E01: a line break in a one-line field is a space; a quotation's lines are marked; nothing turns the reading."""
    attack = "x\r\n\r\nAnswer by pressing here:\u2028https://evil.example/\x0b\x00\u202e"
    for words in poisoned(kind, attack):
        rendered = render(words, url)
        assert "\n" not in rendered.subject
        for line in rendered.text.split("\n"):
            assert not line.startswith(("Answer by pressing", "https://evil.example"))
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\u2028\u2029\u202a-\u202e]", rendered.subject + rendered.text + rendered.html
        )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x"])
def test_a_links_address_is_ours_alone(address: str) -> None:
    """E04: what opens is made from our base and a token; a script as a partner's word never becomes a link."""
    for kind in KINDS.values():
        for words in poisoned(kind, address):
            page = Page(render(words, real_url).html)
            assert all(link.startswith("https://muster.example.gov.uk/") for link in page.links)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_templates_use_only_their_messages_fields(kind: type[Words]) -> None:
    """E15: a template that asks for anything else is seen here, before anybody is written to."""
    allowed = set(kind.model_fields) | {"url", "headline", "list", "button", "link", "quotation"}
    for name, environment in (("subject.txt", TEXT), ("body.txt", TEXT), ("body.html", HTML)):
        source = (HERE / FOLDERS[kind] / name).read_text()
        assert meta.find_undeclared_variables(environment.parse(source)) <= allowed
    for name in ("base.txt", "base.html"):
        assert meta.find_undeclared_variables(TEXT.parse((HERE / name).read_text())) <= set(Words.model_fields) | {
            "headline"
        }


def test_a_missing_fact_is_an_error_with_a_name() -> None:
    """E15: the message is named and fails alone; nothing goes out with a hole in it."""
    words = LETTERS["invitation"]
    holed = words.model_construct(**{n: v for n, v in dict(words).items() if n != "area"})
    with pytest.raises(CannotRender, match="invitation: 'area' is undefined"):
        render(holed, url)


def test_a_link_whose_key_is_gone_is_an_error_with_a_name() -> None:
    """T08: one message of a retired key does not stop the others."""
    with pytest.raises(CannotRender, match="k1"):
        render(LETTERS["invitation"], lambda link: address_of("https://muster.example.gov.uk", {}, link))


def test_a_long_subject_keeps_its_reference() -> None:
    """E06: what is too long is cut at a word, and the reference stays."""
    words = LETTERS["invitation"].model_copy(update={"asked": "parcels and " * 200})
    subject = render(words, url).subject
    assert len(subject) < 150
    assert subject.endswith("... (N-7K3QX2)")


# --- what each reader must be able to read --------------------------------------


CONSOLE = "https://muster.example.gov.uk/console"
SAYS = {
    "invitation": ["20 food parcels", "9am on Tuesday 3 March", "Where: Norbiton", "run out of food", "free of charge"],
    "invitation-urgent-many": ["This is urgent", "1 care visit", "by 4am on Tuesday 3 March", "from one helper"],
    "lines-added": ["We also need", "2 lifts", "what we asked you for before", "20 food parcels"],
    "reminder": ["only reminder", "Answer by 2pm on Sunday 1 March", "midday on Sunday 1 March"],
    "reserve-call-counted": ["now count on you", "5 food parcels", "If you do nothing, we will rely on you"],
    "reserve-call-asked": ["You offered to stand by", "until you say yes"],
    "receipt-yes": ["You promised", "12 food parcels", "A council officer recorded this", "If this was not you"],
    "receipt-part": ["2 food parcels", "3 food parcels, until 9am on Tuesday 3 March", "separate email", "undo"],
    "receipt-standby": ["standing by with 5 food parcels", "until 9am", "After that time you are free"],
    "receipt-late": ["later than we need it", "ready by 11am on Tuesday 3 March", "do not count on it"],
    "receipt-no": ["cannot help this time: not free at that time"],
    "receipt-withdrew": ["can no longer help", "delete that email"],
    "receipt-question": ["You asked us a question", "An officer will answer it"],
    "receipt-started": ["on your way, or at it", "You promised", "12 food parcels"],
    "receipt-done": ["it is done", "You brought", "9 food parcels", "looking for somebody else for"],
    "receipt-failed": ["could not be done", "Thank you for trying", "delete that email"],
    "receipt-worry": ["worried about somebody", "told at once", "If somebody is in danger now, call 999."],
    "chase": ["12 food parcels", "Was it done?", "call 999", "If we hear nothing by", "We ask only once"],
    "private-details": ["Amina Yusuf", "14 Elm Road", "07700 900123", "12 food parcels", "Delete this email", "999"],
    "receipt-offer": ["you have offered 3 care visits", "not booked yet", "chooses by", "An officer reads"],
    "receipt-word-first": ["You promised", "An officer looks at whom you named first"],
    "chosen": ["You have been chosen: 3 care visits", "framework rate", "in a separate email", "can no longer do it"],
    "chosen-word-first": ["An officer looks at whom you named first", "After that we send you the name and address"],
    "not-chosen": ["Thank you for offering 4 care visits", "you are free", "What else you promised", "2 food parcels"],
    "private-details-door": ["At the door, say these two words:", "asks for them before opening"],
    "resident-covered-door": ["Ask for them before you open", "Kingsway Care:", "do not open, and phone us"],
    "task-call-covered-door": ["Tell them too", "two words", "Kingsway Care:"],
    "task-choose-offers": ["Kingsway Care: 3 care visits. They wrote: From noon"],
    "stand-down": ["Thank you", "no longer need your help", "Others have promised all of it", "do not need to answer"],
    "stand-down-withdrawn": ["The request has been withdrawn"],
    "stand-down-stood-by": ["The request is closed", "do not need to stand by any more"],
    "changed": [
        "still help with 12 food parcels and 1 lift?",
        "- 12 food parcels",
        "by 6am",
        "we go on counting on you",
    ],
    "changed-late": ["later than it is now needed", "- 12 food parcels", "We do not count on it"],
    "reduced": ["please bring 5 food parcels", "- 5 food parcels, instead of 12", "and no more"],
    "reduced-standby": ["please bring 1 lift", "no longer needed", "- 8 food parcels"],
    "reduced-to-nothing": ["Please do not set out", "- 12 food parcels", "delete that email"],
    "transfer": [
        "somewhere else instead with 5 food parcels?",
        "Surbiton",
        "- 12 food parcels",
        "Nothing changes until",
    ],
    "task-unconfirmed": ["Phone Good Neighbours: is it still all right?", "record their yes or no: "
                         f"{CONSOLE}/needs/N-7K3QX2/answer?partner=good"],
    "task-on-hold": ["when does it go on?", f"Let it go on: {CONSOLE}/needs/N-7K3QX2/resume"],
    "call-off-unheard": ["we could not reach you", "We are asking others", "Say if you can still help"],
    "task-transfer-unanswered": [
        "could they go to N-8CFGHJ instead?",
        f"record whether they go there or stay: {CONSOLE}/needs/N-7K3QX2/answer?partner=good",
    ],
    "call-off": ["Please do not set out", "20 food parcels", "delete that email"],
    "thanks": ["Thank you for what you gave", "8 food parcels"],
    "resident-received": ["20 food parcels", "They do not see your name or address"],
    "resident-covered": ["Good Neighbours and 2 local volunteers will help you", "A local volunteer: 8 food parcels"],
    "resident-delayed-officer": ["8 food parcels", "passed your request to a council officer"],
    "resident-delayed-first": ["We have your request", "nobody we could ask straight away", "a council officer"],
    "resident-delayed-again": ["no longer count on all the help that was promised", "12 food parcels"],
    "resident-asked": ["Did it happen?", "say that it is done, we will close", "after 9am on Wednesday 11 March",
                       "Good Neighbours: 12 food parcels"],
    "resident-asked-carefully": ["If you do nothing, somebody from the council will get in touch with you and ask."],
    "resident-closed-met": ["You told us that you got 20 food parcels"],
    "resident-closed-presumed": ["have not heard from you"],
    "resident-closed-partly-met": ["You got part of it"],
    "resident-closed-not-met": ["We are sorry"],
    "resident-closed-withdrawn": ["withdrawn, so nobody will come"],
    "task-hand-over": ["Nobody left to ask for 8 food parcels", "12 of 20 promised", "We asked 3 partners", "Mei Chan",
                       "(not free at that time): Sam Lee", "Bea Novak", "by 1pm", f"{CONSOLE}/needs/N-7K3QX2/answer",
                       f"To see everything, sign in: {CONSOLE}/tasks/"],
    "task-hand-over-soon": ["Due soon and still missing"],
    "task-past-due": ["The time has passed", "Do they still need it?", f"{CONSOLE}/needs/N-7K3QX2/close"],
    "task-past-due-part": ["The time has passed: 1 lift not covered", f"{CONSOLE}/needs/N-7K3QX2/extend",
                           "The rest goes on", f"{CONSOLE}/needs/N-7K3QX2/amend"],
    "task-question": ["> We have a heavy trolley.", "Partner's phone number: 020 8547 5000"],
    "task-resident-says": ["only part of it happened", "> The rest never did."],
    "task-call-covered": ["I am calling from Kingston Council", "Good Neighbours will help you", "07700 900123"],
    "task-call-asked": ["Did it happen: yes, partly or no?", "open the link again and say how it ended"],
    "task-call-person": ["whoever speaks for the resident", "Speaks for the resident: Tom Yusuf", "07700 900124",
                         "the request for 20 food parcels of somebody you speak for"],
    "task-letter": ["Write to the resident: help is found", "What to write:", "Kingston Council writes to you",
                    "phone us: 020 8547 5000", f"{CONSOLE}/needs/N-7K3QX2/private"],
    "task-passed": ["This went to Bea Novak at midday on Sunday 1 March", "You can still take it"],
    "task-over": ["your task to find help is over", "Good Neighbours: 20 food parcels",
                  f"sign in: {CONSOLE}/needs/N-7K3QX2"],
    "task-choose": ["Nobody is booked until you choose", f"{CONSOLE}/needs/N-7K3QX2/choose"],
    "task-vet": ["Good Neighbours has named who comes", "nobody is told the resident's name and address"],
    "task-worry": ["If somebody is in danger now, call 999.", "> The lights were on.", "Amina Yusuf", "020 8547 5000"],
    "task-no-show": ["Did Good Neighbours come?", "We count it as not done"],
    "task-confirm": ["Did it happen: 20 food parcels?", "There is no resident to ask"],
    "task-duplicate": ["Is this the same need as another need?"],
    "task-check-lost": ["no longer holds the check required"],
    "task-call-partner": ["our emails do not reach them"],
    "task-decide": ["failed 5 times in a row"],
    "folded": ["2 requests", "20 food parcels in Norbiton", "See them and answer each", "If you do nothing, we"],
    "folded-many": ["23 requests", "The page lists 3 more", "A no helps too", "Stop being asked for this kind of help"],
    "folded-of-several-kinds": ["2 requests"],
    "folded-stand-down": ["these 2 requests", "others have promised it", "it has been withdrawn"],
    "folded-stand-down-many": ["these 30 requests", "And 10 more"],
    "new-link": ["20 food parcels"],
    "new-link-resident": ["your request for 20 food parcels"],
}  # fmt: skip


@pytest.mark.parametrize("name", LETTERS)
def test_each_letter_says_what_its_reader_needs(name: str) -> None:
    """DESIGN 9, 10: who, what, by when, and what to do, in the reader's words."""
    text = " ".join(render(LETTERS[name], url).text.split())
    for saying in SAYS[name]:
        assert saying in text


def test_no_mail_sends_an_officer_to_a_command_line() -> None:
    """At 02:00 with a phone: what is to be done has a page, and the mail leads there."""
    for name, words in LETTERS.items():
        assert not re.search("muster (need|task|directory|officer)", render(words, url).text), name


def test_residents_never_read_a_volunteers_name() -> None:
    """D11: a person who helps is 'a local volunteer' to the resident."""
    for name, words in LETTERS.items():
        if name.startswith("resident"):
            assert not re.search("Sam|Mei", render(words, url).text)


def test_invitations_say_what_happens_if_you_do_nothing() -> None:
    """DESIGN 9: doing nothing is safe and said so, in every ask."""
    for name in ("invitation", "lines-added", "reminder", "reserve-call-asked", "reserve-call-counted"):
        assert "If you do nothing, we will" in render(LETTERS[name], url).text


def test_no_code_or_raw_number_is_read_by_people() -> None:
    """DESIGN 1: people see labels, never codes."""
    codes = {c.value for c in (*TaskKind, *Outcome, *MessageKind) if "-" in c.value} | {"None", "True", "False", "+44"}
    for words in LETTERS.values():
        rendered = render(words, url)
        said = re.sub(r"https://\S+", "", rendered.subject + rendered.text)
        assert not [code for code in codes if code in said]


def test_rendering_is_fast() -> None:
    """A surge of thousands of mails waits for the mail server, never for words: far above 2,000 a second on one core
    (a third of that here, so that a busy machine does not fail it)."""
    words = LETTERS["invitation"]
    render(words, url)
    began = time.process_time()
    for _ in range(500):
        render(words, url)
    assert 500 / (time.process_time() - began) > 700
