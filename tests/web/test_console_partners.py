"""Partners on the console: found, read, passed over, brought in from a file; how to reach them only on the record."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from council import DAY, PARCEL, Council, hidden
from starlette.testclient import TestClient

from domain.answering import AnswerKind
from domain.capabilities import CheckLevel, Sector
from domain.playbooks import Role
from domain.responders import Check
from infra.looking import stands_for
from web.console.bringing_in import MOST_ROWS

CSV = "id,name,sector,capabilities,email\n"
IMPORT = "/console/partners/import"


@pytest.fixture
def ravi(council: Council) -> TestClient:
    return council.signed_in(Role.manager, "Ravi")


def bring_in(council: Council, client: TestClient, text: str, **more: str) -> str:
    """Paste rows; returns the page that follows."""
    page = client.post(IMPORT, data={"csrf": council.csrf_of(client), "csv": text} | more, files={"file": ("", b"")})
    assert page.status_code < 500
    return page.text


def test_partners_are_found(council: Council, ravi: TestClient) -> None:
    """By words of their name, by sector, by what they give; their contacts are on no list."""
    council.has("Good Neighbours", Sector.community)
    council.has("Riverside Kitchen", Sector.business, paused_until=council.moment + DAY)
    every = ravi.get("/console/partners").text
    assert every.index("Good Neighbours") < every.index("Riverside Kitchen")
    assert "@example.org" not in every
    for query in ("search=kitchen", "sector=business", "state=paused", "capability=lift&sector=business"):
        page = ravi.get(f"/console/partners?{query}").text
        assert ("Riverside Kitchen" in page, "Good Neighbours" in page) == (True, False)
    assert "Nobody like that." in ravi.get("/console/partners?search=zzz").text


def test_one_partner(council: Council, ravi: TestClient) -> None:
    """What they do, what they hold and until when, what they were asked and said: no way to reach them."""
    council.has("Good Neighbours", checks=(Check(level=CheckLevel.basic, until=date(2026, 11, 1)),), weekly_limit=5)
    need = council.needs((PARCEL, 20))
    council.asks(need, "good-neighbours")
    council.says(need, "good-neighbours", AnswerKind.part, agreed={1: (5, 0)}, offers={1: 5})
    page = ravi.get("/console/partners/good-neighbours").text
    for said in ("At most 5", "basic (ended 1 November 2026)", "A check has ended", "Said yes to 1 of 1 ask"):
        assert said in page
    assert f"/console/needs/{need}" in page
    assert "5 food parcels" in page
    assert "@example.org" not in page
    for nobody in ("nobody", "a b", "..%2F", "x" * 200):
        assert ravi.get(f"/console/partners/{nobody}").status_code == 404


def test_looking_at_contacts_is_recorded(council: Council) -> None:
    """P06: who may look sees them, and it is on record who looked; a viewer may not."""
    council.has("Sam Example", Sector.volunteer)
    vera = council.signed_in(Role.viewer, "Vera")
    assert vera.get("/console/partners/sam-example/contacts").status_code == 403
    dana = council.signed_in(Role.duty, "Dana")
    assert "sam-example@example.org" in dana.get("/console/partners/sam-example/contacts").text
    looked = [entry for _, entry in council.door.store.audit(10, None) if entry.what == "looked"]
    assert [(entry.who, entry.about) for entry in looked] == [("officer:O-Dana", stands_for("sam-example"))]
    assert "example.org" not in repr(looked)


def test_the_audit_names_partners_who_are_in_the_directory(council: Council, ravi: TestClient) -> None:
    """It keeps what stands for an id; an administrator reads the name, as long as there is one to read."""
    council.has("Sam Example", Sector.volunteer)
    ravi.get("/console/partners/sam-example/contacts")
    ada = council.signed_in(Role.admin, "Ada")
    page = ada.get("/console/settings/audit").text
    assert "Sam Example" in page
    assert "responder:" not in page
    council.door.store.rename_responder("sam-example", "helper-2222")
    assert "Sam Example" not in ada.get("/console/settings/audit").text
    council.has("Jane Example", Sector.volunteer)
    ravi.get("/console/partners/jane-example/contacts")
    assert "Jane Example" in ada.get("/console/settings/audit").text


def test_a_partner_is_passed_over_and_asked_again(council: Council, ravi: TestClient) -> None:
    """Said on a check page first; the same way back. Only who may steer can."""
    council.has("Good Neighbours")
    path = "/console/partners/good-neighbours/change"
    check = ravi.post(path, data=hidden(ravi.get(path).text) | {"what": "pause", "until": "2026-11-30T09:00"})
    assert "Good Neighbours is asked nothing new until 9am on Monday 30 November." in check.text
    before = council.door.store.responder("good-neighbours")
    assert before is not None
    assert before.paused_until is None
    done = ravi.post(path, data=hidden(check.text) | {"confirm": "yes"})
    assert done.status_code == 303
    assert "Asked nothing new until 9am on Monday 30 November" in ravi.get(done.headers["location"]).text
    again = ravi.post(path, data=hidden(ravi.get(path).text) | {"what": "resume", "confirm": "yes"})
    assert again.status_code == 303
    after = council.door.store.responder("good-neighbours")
    assert after is not None
    assert after.paused_until is None
    assert council.signed_in(Role.duty, "Dana").get(path).status_code == 403


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ({}, "what"),
        ({"what": "pause", "until": ""}, "until"),
        ({"what": "pause", "until": "yesterday"}, "until"),
        ({"what": "pause", "until": "2026-11-01"}, "until"),
        ({"what": "limit", "limit": "many"}, "limit"),
        ({"what": "limit", "limit": ""}, "limit"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field(
    council: Council, ravi: TestClient, typed: dict[str, str], place: str
) -> None:
    """Nothing is changed, and what was typed is kept. A helper is never without a limit."""
    council.has("Sam", Sector.volunteer)
    page = ravi.post("/console/partners/sam/change", data={"csrf": council.csrf_of(ravi)} | typed)
    assert page.status_code == 422
    assert f'href="#{place}"' in page.text


def test_a_pause_without_an_end_is_said_so(council: Council, ravi: TestClient) -> None:
    """Whoever asked to be passed over until they say so is not shown with a made-up day."""
    council.has("Sam", paused_until=datetime(9998, 1, 1, tzinfo=UTC))
    assert "Asked nothing new until somebody says otherwise." in ravi.get("/console/partners/sam").text


def test_how_often_they_are_asked(council: Council, ravi: TestClient) -> None:
    """A manager may change the weekly limit."""
    council.has("Sam", Sector.volunteer)
    path = "/console/partners/sam/change"
    check = ravi.post(path, data=hidden(ravi.get(path).text) | {"what": "limit", "limit": "1"})
    assert "Sam is asked at most 1 time a week." in check.text
    ravi.post(path, data=hidden(check.text) | {"confirm": "yes"})
    sam = council.door.store.responder("sam")
    assert sam is not None
    assert sam.weekly_limit == 1


# --- bringing in a file -----------------------------------------------------------


def test_a_file_is_previewed_then_brought_in(council: Council, ravi: TestClient) -> None:
    """Row by row what would come of it; nothing is written until it is confirmed, and then just that."""
    council.has("Sam", Sector.volunteer)
    text = CSV + (
        "sam,Sam Example,volunteer,food-parcel,sam@example.org\n"
        "jane,Jane Example,volunteer,lift,jane@example.org\n"
        "bob,Bob,nonsense,lift,bob@example.org\n"
    )
    check = bring_in(council, ravi, text)
    assert "Changes: name, capabilities." in check
    assert "Jane Example" in check
    assert "Nonsense" not in check.partition("Refused")[0]
    assert council.door.store.count_responders() == 1
    done = ravi.post(IMPORT, data=hidden(check) | {"confirm": "yes"}, files={"x": ("", b"")})
    assert "2 brought in" in done.text
    assert "Line 4, bob" in done.text
    (_, entry), *_ = council.door.store.audit()
    (officer,) = council.door.store.officers()
    assert (entry.who, entry.what) == (f"officer:{officer.id}", "partners-brought-in")
    assert entry.detail == "taken=2,refused=1"
    assert council.door.store.responder_names(["sam", "jane", "bob"]) == {"sam": "Sam Example", "jane": "Jane Example"}
    again = bring_in(council, ravi, text)
    assert "Bring them in" not in again


def test_a_file_is_uploaded(council: Council, ravi: TestClient) -> None:
    """As a browser sends a file, with Excel's mark at its start."""
    raw = ("\ufeff" + CSV + "jane,Jané Example,volunteer,lift,jane@example.org\n").encode()
    page = ravi.post(IMPORT, data={"csrf": council.csrf_of(ravi), "csv": ""}, files={"file": ("p.csv", raw)})
    assert "Jané Example" in page.text
    done = ravi.post(IMPORT, data=hidden(page.text) | {"confirm": "yes"}, files={"x": ("", b"")})
    assert "1 brought in" in done.text


@pytest.mark.parametrize(
    "raw",
    [b"", b"id,name\n", b"{}", b"\xff\xfe\x00", b"\x00\x01\x02", CSV.encode("utf-16"), b"id;name;sector\n1;2;3\n"],
)
def test_what_is_no_csv_is_said(council: Council, ravi: TestClient, raw: bytes) -> None:
    """A sentence at the file, never a fault of ours."""
    page = ravi.post(IMPORT, data={"csrf": council.csrf_of(ravi)}, files={"file": ("p.csv", raw)})
    assert page.status_code == 422
    assert 'href="#file"' in page.text


def test_a_strange_upload_is_refused(council: Council, ravi: TestClient) -> None:
    """Too large, no boundary, half a body, a token missing: refused, and no fault of ours."""
    large = ravi.post(IMPORT, data={"csrf": council.csrf_of(ravi)}, files={"file": ("p.csv", b"x" * (2 * 1024 * 1024))})
    assert large.status_code == 413
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=" + "x" * 9000,
    ):
        sent = ravi.post(IMPORT, content=b"--x\r\nnonsense", headers={"content-type": kind})
        assert sent.status_code in (400, 403)
    assert ravi.post(IMPORT, data={"csv": CSV}, files={"file": ("", b"")}).status_code == 403
    dana = council.signed_in(Role.duty, "Dana")
    assert dana.get(IMPORT).status_code == 403
    elsewhere = ravi.post("/console/partners/sam/change", files={"file": ("p.csv", b"x")})
    assert elsewhere.status_code == 415


def test_a_long_file_is_refused_with_a_way_out(council: Council, ravi: TestClient) -> None:
    """2,000 rows at once are read; one more is refused whole, before anything is looked up, and what to do is said."""
    rows = "".join(f"p{number},P,volunteer,lift,p@example.org\n" for number in range(MOST_ROWS + 1))
    page = bring_in(council, ravi, CSV + rows)
    assert "The file is too long: at most 2,000 rows at once here. Split it" in page
    assert 'href="#file"' in page
    most = rows.removesuffix(f"p{MOST_ROWS},P,volunteer,lift,p@example.org\n")
    assert "too long" not in bring_in(council, ravi, CSV + most)
    assert council.door.store.count_responders() == 0


def test_what_is_typed_does_nothing(council: Council, ravi: TestClient) -> None:
    """A name with markup in it is text on every page."""
    nasty = "<script>alert(1)</script>"
    council.has("Good Neighbours")
    council.door.store.revise("good-neighbours", lambda known: known.but(name=nasty), council.moment)
    pages = ("/console/partners", "/console/partners/good-neighbours", "/console/partners/good-neighbours/change")
    for path in pages:
        assert nasty not in ravi.get(path).text
    assert nasty not in bring_in(council, ravi, CSV + f"x,{nasty},volunteer,lift,x@example.org\n")
