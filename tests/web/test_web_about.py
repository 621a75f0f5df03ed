"""What holds for every public page: the notices in its footer, one heading, no script, errors by their fields."""

from __future__ import annotations

import re

import pytest
from council import NOW, PARCEL, Council

from domain.keeping import Length, Periods
from domain.links import Purpose, take_target
from domain.times import say_when
from infra.store import StoreError
from web.about import say_keeping

Asked = tuple[Council, str, str]


@pytest.fixture
def pages(asked: Asked) -> dict[str, str]:
    """Every kind of public page there is, by a name, with its text."""
    council, need, link = asked
    council.has_officer()
    council.has("Sam")
    task = council.raises_task(need)
    (promised,) = council.asks(council.needs((PARCEL, 3)), "sam")
    council.says(next(r.need for r in council.door.store.needs() if r.need != need), "sam")
    own, mute = council.link(Purpose.partner, "sam"), council.link(Purpose.unsubscribe, "sam|food")
    take, status = council.link(Purpose.take, take_target(task.id, task.officer)), council.link(Purpose.status, need)
    shown = {
        **{f"GET {path.split('/')[1]}": council.get(path).text for path in (link, own, mute, take, status)},
        "promised": council.get(promised).text,
        "check": council.post(link, answer="accept").text,
        "no answer": council.post(link).text,
        "own check": council.post(own, answer="pause-week").text,
        "muted": council.post(mute, confirm="yes").text,
        **{path: council.get(path).text for path in ("/", "/r/new", "/privacy", "/accessibility", "/nowhere")},
        "sent": council.post("/r/new", email="a@example.org", reference=need).text,
        "unknown": council.get("/r/unknown").text,
        "refused": council.client.put(link).text,
    }
    assert len(shown) == 18
    return shown


def test_every_footer_leads_to_both_notices(pages: dict[str, str]) -> None:
    """And every page says whom to phone, errors too."""
    for name, page in pages.items():
        footer = page.partition("<footer")[2]
        for there in ('href="/privacy"', 'href="/accessibility"', "Kingsbourne Council"):
            assert there in footer, name
        assert "020 7946 0100" in page, name


def test_every_page_is_well_made(pages: dict[str, str]) -> None:
    """One first heading, a title that says what it is and whose, the language, landmarks, a way past the header."""
    for name, page in pages.items():
        assert len(re.findall("<h1", page)) == 1, name
        assert re.search(r"<title>[^<]{4,} – Kingsbourne Council</title>", page), name
        for part in ('<html lang="en-GB"', "<header", "<main", "<footer", 'href="#main-content"', 'id="main-content"'):
            assert part in page, name
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name


def test_no_page_needs_a_script_or_fetches_anything(pages: dict[str, str]) -> None:
    """B05, T17, W11: no script, no inline style, nothing from elsewhere; the stylesheets and the icon are our own."""
    for name, page in pages.items():
        for absent in ("<script", "javascript:", " style=", "<style", "http://", "https://", "onclick", "url("):
            assert absent not in page, f"{name}: {absent}"
        fetched = re.findall(r'<link [^>]*href="([^"]+)"', page) + re.findall(r'src="([^"]+)"', page)
        assert {address.split("?")[0] for address in fetched} == {
            "/static/govuk-frontend.css",
            "/static/muster.css",
            "/static/muster.svg",
        }, name


def test_a_mistake_is_said_first_and_by_its_field(asked: Asked) -> None:
    """B07: the title begins with it, the summary is focused and leads to the field, and the field says it again."""
    council, _, link = asked
    wrong = {
        link: ({"answer": "part", "quantity-1": "lots"}, "quantity-1"),
        council.link(Purpose.partner, "riverside-kitchen"): ({"answer": "limit", "limit": "no"}, "limit"),
        council.link(Purpose.unsubscribe, "riverside-kitchen|food"): ({}, "confirm"),
        "/r/new": ({"email": "a@example.org", "reference": "N-1"}, "reference"),
    }
    for path, (typed, place) in wrong.items():
        page = council.post(path, **typed)
        assert page.status_code == 422
        assert "<title>Error: " in page.text
        assert re.search(r'<div class="govuk-error-summary" tabindex="-1" autofocus', page.text)
        assert f'<a href="#{place}">' in page.text
        assert re.search(rf'id="{place}"[^>]*(aria-describedby="[^"]*{place}-error|)', page.text)
        assert f'id="{place}-error"' in page.text


def test_mistakes_come_in_the_order_of_the_page(council: Council) -> None:
    """The reference is asked for first."""
    page = council.post("/r/new", email="x", reference="x").text
    assert page.index('href="#reference"') < page.index('href="#email"')


def test_the_privacy_notice_keeps_to_this_councils_periods(council: Council) -> None:
    """Whoever changes how long something is kept changes what people are told."""
    assert "90 days" in council.get("/privacy").text
    council.door.store.set_periods(Periods(contact=Length(days=61)))
    page = council.get("/privacy").text
    for said in ("61 days", "6 years", "public interest", "Information Commissioner", "020 7946 0100"):
        assert said in page


@pytest.mark.parametrize(
    ("length", "said"),
    [(Length(years=6), "6 years"), (Length(days=1), "1 day"), (Length(years=1, days=30), "1 year and 30 days")],
)
def test_lengths_as_people_say_them(length: Length, said: str) -> None:
    """In calendar lengths, as the retention periods are set."""
    assert say_keeping(length) == said


def test_it_says_what_comes_of_doing_nothing(asked: Asked) -> None:
    """By when, and that nobody holds it against them: others are asked, and the link still works."""
    council, need, link = asked
    page = council.get(link).text
    assert "If you do nothing" in page
    assert "We may remind you once. After that we ask others." in page
    assert say_when(council.invitation(need, "riverside-kitchen").answer_by, council.door.settings.zone) in page
    council.says(need, "riverside-kitchen")
    assert "If you do nothing" not in council.get(link).text


@pytest.mark.parametrize("path", ["/r/k1.x", "/p/k1.x", "/s/k1.x", "/u/k1.x", "/r/ics/k1.x", "/privacy"])
def test_a_store_that_is_away_is_a_kind_page(council: Council, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """C14: whoever opens a link then is told to try again, and whom to phone."""

    def away(*_: object) -> None:
        raise StoreError("the disk is gone")

    store = type(council.door.store)
    monkeypatch.setattr(store, "find_token", away)
    monkeypatch.setattr(store, "periods", away)
    page = council.get(path.replace("k1.x", "k1." + "x" * 43))
    assert page.status_code == 503
    assert "Please try again in a moment" in page.text
    assert "020 7946 0100" in page.text
    assert council.get("/accessibility").status_code == 200


def test_markup_is_words_everywhere(council: Council) -> None:
    """Names, units and whatever is typed, with brackets, quotes and percent signs: shown as typed, once escaped."""
    odd = '</textarea><script>x</script>" onfocus=x %s %(a)s'
    kitchen = council.has("Kitchen")
    who = council.door.store.responder(kitchen)
    assert who is not None
    council.door.store.put_responders(
        [(who.but(name='A "B" & <i>C</i> 50%'), council.door.store.contacts(kitchen))], NOW
    )
    need = council.needs((PARCEL.but(title="<b>Parcels</b> 10%", units='"parcels" <i>'), 20))
    (link,) = council.asks(need, kitchen)
    own = council.link(Purpose.partner, kitchen)
    shown = [
        council.get(link),
        council.post(link, **{"answer": "part", "quantity-1": odd, "ready-by-1": odd, "note": odd, "name": odd}),
        council.post(link, answer="question", note=odd, name=odd),
        council.get(own),
        council.post(own, answer="limit", limit=odd),
        council.post("/r/new", reference=odd, email=odd),
        council.get(council.link(Purpose.status, need)),
    ]
    assert [page.status_code for page in shown] == [200, 422, 200, 200, 422, 422, 200]
    for page in shown:
        for absent in ("<script", "<i>", "<b>", '" onfocus', "&amp;amp;", "&amp;lt;"):
            assert absent not in page.text
