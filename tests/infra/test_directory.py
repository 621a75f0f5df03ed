"""Imports: plain CSVs and Open Referral UK, row by row; nothing garbled, deleted, or fetched from elsewhere."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.hours import Weekday
from domain.responders import Check
from domain.values import Point
from infra.directory import Imported, import_directory
from infra.directory import feed as feed_module
from infra.playbooks import load_catalogue
from infra.store import PostcodeRow, Store, open_store
from infra.tables import FileWrong

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared sample data (../shared/data) is not here")
HEAD = "id,name,sector,email,phone,capabilities,lat,lon,radius_km,areas,capacity,checks,weekly_limit\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'muster.db'}")
    yield opened
    opened.close()


@pytest.fixture
def take(store: Store, tmp_path: Path) -> Any:
    """Import this text, or this file or feed."""

    def run(
        content: str | bytes | Path | dict[str, Any] | list[Any], contacts: str = "", now: datetime = NOW
    ) -> Imported:
        beside = None
        if contacts:
            beside = tmp_path / "contacts.csv"
            beside.write_text(contacts)
        if isinstance(content, (dict, list)):
            content = json.dumps(content)
        if isinstance(content, str) and "://" in content[:8]:
            return import_directory(store, content, load_catalogue(), now, beside)
        source = content if isinstance(content, Path) else tmp_path / "file"
        if not isinstance(content, Path):
            source.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_directory(store, str(source), load_catalogue(), now, beside)

    return run


# --- plain CSV ------------------------------------------------------------------


def test_every_column_is_read(store: Store, take: Any) -> None:
    """What a council's list says is what Muster knows."""
    done = take(
        HEAD
        + "dial,Dial A Ride,provider,d@example.org,07700 900001,lift;accessible-lift,51.4,-0.3,12.5,KT1;Norbiton,4,"
        "basic;enhanced,20\n"
    )
    assert (done.taken, done.refused, done.doubtful) == (1, [], [])
    dial = store.responder("dial")
    assert dial is not None
    assert (dial.sector, dial.capabilities, dial.areas) == (
        Sector.provider,
        ("lift", "accessible-lift"),
        ("KT1", "Norbiton"),
    )
    assert (dial.radius_km, dial.capacity, dial.weekly_limit) == (12.5, 4, 20)
    assert [check.level for check in dial.checks] == [CheckLevel.basic, CheckLevel.enhanced]
    assert dial.point is not None
    assert store.contacts("dial")[0].phone == "+447700900001"


def test_what_people_want_is_read(store: Store, take: Any) -> None:
    """Days off, quiet hours, exercises, when a check ends; the place by postcode where no coordinates are given."""
    store.put_postcodes([PostcodeRow("KT26QN", 51.41, -0.29, None)])
    done = take(
        "id,name,sector,email,capabilities,postcode,lat,lon,checks,days_off,quiet,exercises\n"
        "a,Ann,volunteer,a@example.org,lift,kt26qn,,,basic; enhanced:2027-03-31,Tuesdays;sun,21:00-08:00,yes\n"
        "b,Bob,volunteer,b@example.org,lift,KT2 6QN,51.5,-0.1,,,,\n"
        "c,Cy,volunteer,c@example.org,lift,KT9 9ZZ,,,enhanced:2026-11-20,,,no\n"
    )
    ann, bob, cy = (store.responder(id) for id in "abc")
    assert ann is not None
    assert bob is not None
    assert cy is not None
    assert ann.point == Point(lat=51.41, lon=-0.29)
    assert ann.checks == (
        Check(level=CheckLevel.basic),
        Check(level=CheckLevel.enhanced, until=date(2027, 3, 31)),
    )
    assert (ann.days_off, str(ann.quiet), ann.exercises) == ((Weekday.tuesday, Weekday.sunday), "21:00-08:00", True)
    assert (bob.point, bob.days_off, bob.quiet, bob.exercises) == (Point(lat=51.5, lon=-0.1), (), None, False)
    assert cy.point is None
    assert [(entry.id, entry.warnings) for entry in done.doubtful] == [
        (
            "c",
            [
                "the postcode 'KT9 9ZZ' is not among those we know; taken without a place",
                "the enhanced check ended on 2026-11-20",
            ],
        )
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("enhanced:soon,,,", "checks: 'soon' is not a day; write enhanced:2027-03-31"),
        ("advanced:2027-03-31,,,", "checks: 'advanced' is none of"),
        (",someday,,", "days_off: 'someday' is none of"),
        (",t,,", "days_off: 't' is none of"),
        (",,at night,", "quiet: 'at night' are not quiet hours; write them as 21:00-08:00"),
        (",,,perhaps", "exercises: 'perhaps' is neither yes nor no"),
    ],
)
def test_what_cannot_be_read_of_their_wishes_is_refused(store: Store, take: Any, cells: str, said: str) -> None:
    """A wish that is guessed at is worse than a row that is mended."""
    done = take(f"id,name,sector,email,capabilities,checks,days_off,quiet,exercises\na,A,volunteer,,lift,{cells}\n")
    assert [said in (entry.refused or "") for entry in done.refused] == [True], done.refused
    assert store.count_responders() == 0


def test_wishes_outlive_a_file_that_does_not_speak_of_them(store: Store, take: Any) -> None:
    """A list without these columns keeps them; an empty cell takes them back."""
    head = "id,name,sector,email,capabilities"
    take(f"{head},days_off,quiet,exercises\na,Ann,volunteer,a@example.org,lift,tuesday,21-8,yes\n")
    take(f"{head}\na,Ann,volunteer,a@example.org,lift\n")
    ann = store.responder("a")
    assert ann is not None
    assert (ann.days_off, str(ann.quiet), ann.exercises) == ((Weekday.tuesday,), "21:00-08:00", True)
    take(f"{head},days_off,quiet,exercises\na,Ann,volunteer,a@example.org,lift,,,\n")
    ann = store.responder("a")
    assert ann is not None
    assert (ann.days_off, ann.quiet, ann.exercises) == ((), None, False)


def test_columns_come_in_any_order_and_some_may_be_missing(store: Store, take: Any) -> None:
    """A spreadsheet is taken as it is, with Excel's mark at its head and its titles in capitals."""
    done = take(
        "\ufeffCapabilities,NAME,Id,Sector,email2,e-mail\r\nLift in a car; Blanket,Sam,s1,Volunteer,b@example.org,\r\n"
    )
    assert done.taken == 1
    sam = store.responder("s1")
    assert sam is not None
    assert (sam.capabilities, sam.weekly_limit) == (("lift", "blanket"), 3)
    assert "column 'e_mail' is not read: there is no key 'e_mail'; did you mean email" in done.notes[0]
    assert [contact.email for contact in store.contacts("s1")] == ["b@example.org"]


def test_a_bad_row_never_stops_the_rest(store: Store, take: Any) -> None:
    """Each row is refused for all its own reasons, with its line; the good ones around it are taken."""
    done = take(
        "id,name,sector,email,phone,capabilities,capacity\n"
        "good1,Ann,volunteer,ann@example.org,,food-parcel,2\n"
        'two,Bob,volunteer,"b@example.org, c@example.org",,food-parcel,\n'
        'crlf,"Bob\r\nBcc: x@example.org",volunteer,b@example.org,,food-parcel,\n'
        "nul,B\x00b,volunteer,b@example.org,,food-parcel,\n"
        "many,Carl,neighbour,c@example.org,12,food-parcel,lots\n"
        ",Dora,volunteer,d@example.org,,food-parcel,\n"
        "good1,Again,volunteer,e@example.org,,food-parcel,\n"
        'stray,"Eve,volunteer,e@example.org,,food-parcel,\n'
        "wide,Fay,volunteer,f@example.org,,food-parcel,1,2,3\n"
        "odd,Gus,volunteer,g@example.org,,soup,\n"
        "\n"
        "good2,Hal,volunteer,h@example.org,,food-parcel,5\n"
    )
    assert [r.id for r in store.responders()] == ["good1", "good2"]
    refused = {entry.place: entry.refused for entry in done.refused}
    assert list(refused) == [f"line {n}" for n in (3, 4, 6, 7, 8, 9, 10, 11, 12)]
    assert "must be one e-mail address" in refused["line 3"]
    assert "a cell holds a line break (lines 4 to 5)" in refused["line 4"]
    assert "must be one line of ordinary text" in refused["line 6"]
    assert refused["line 7"] == (
        "phone: is not a telephone number; an example is 07700 900123; sector: 'neighbour' is none of provider, voluntary, "  # noqa: E501
        "business, community, volunteer, public; capacity: 'lots' is not a whole number"
    )
    assert "already" in refused["line 9"]
    assert "opened and not closed" in refused["line 10"]
    assert store.responder_names(["good1"]) == {"good1": "Ann"}


@pytest.mark.parametrize(
    ("lat", "lon"), [("100", "0"), ("51.4", ""), ("51,4", "x"), ("nan", "0"), ("inf", "0"), ("0", "0")]
)
def test_an_impossible_place_is_dropped_and_the_record_kept(store: Store, take: Any, lat: str, lon: str) -> None:
    """Latitude 100 is no reason to lose somebody who would help."""
    done = take(f'id,name,sector,capabilities,email,lat,lon\na,Ann,volunteer,lift,a@example.org,"{lat}",{lon}\n')
    assert done.taken == 1
    assert "taken without a place" in done.doubtful[0].warnings[0]
    ann = store.responder("a")
    assert ann is not None
    assert ann.point is None


def test_doubtful_rows_are_taken_and_said(store: Store, take: Any) -> None:
    """No contact, no known help in part, a name that is not what it seems: taken, and pointed out."""
    done = take(
        "id,name,sector,email,capabilities\n"
        "a,Nobody Home,community,,lift\n"
        "b,King\u0455ton Foodbank,voluntary,b@example.org,food-parcel\n"
        "c,\ud55c\uc778\ud68c Foodbank,voluntary,c@example.org,food-parcel;food-parcle\n"
        "d,Caf\u00c3\u00a9 Norbiton,business,d@example.org,hot-meal\n"
        "e,Zo\u00eb \u0141\u00f3d\u017a,volunteer,e@example.org,lift\n"
    )
    said = {entry.id: " ".join(entry.warnings) for entry in done.doubtful}
    assert sorted(said) == ["a", "b", "c", "d"]
    assert "cannot be asked" in said["a"]
    assert "mixes alphabets" in said["b"]
    assert "did you mean food-parcel" in said["c"]
    assert "mixes" not in said["c"]
    assert "garbled" in said["d"]
    assert done.cannot_be_asked == 1


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ((HEAD + "1,Caf\u00e9 Nero,business,,,lift,,,,,,,\n").encode("cp1252"), "line 2 is probably Windows-1252 \\('Caf\u00e9 Nero'\\)"),  # noqa: E501
        (HEAD.encode("utf-16"), "UTF-16"),
        (b"", "is empty"),
        (b"id;name;sector;capabilities\n", "semicolons"),
        (b"id,name\n1,x\n", "no column sector and no column capabilities"),
        (b"id,id,name,sector,capabilities\n", "two columns called 'id'"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "JSON nested"),
        (b'{"total_items": 3}', "holds no services"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_as_a_whole_is_refused_whole(store: Store, take: Any, raw: bytes, said: str) -> None:
    """One sentence says what it is and what to do; nothing is taken, nothing is garbled."""
    with pytest.raises(FileWrong, match=said):
        take(raw)
    assert store.count_responders() == 0


def test_the_same_file_twice_changes_nothing(store: Store, take: Any) -> None:
    """An import may be repeated without thinking."""
    text = HEAD + "a,Ann,volunteer,a@example.org,,lift,51.4,-0.3,5,KT1,2,basic,2\n"
    take(text)
    before = store.responders(), store.contacts("a")
    take(text, now=NOW + timedelta(days=1))
    assert (store.responders(), store.contacts("a")) == before


def test_an_import_never_deletes(store: Store, take: Any) -> None:
    """Who is not in a file stays, and what a file has no column for stays."""
    take(
        HEAD
        + "a,Ann,volunteer,a@example.org,,lift,51.4,-0.3,5,KT1,2,basic,2\nb,Bob,volunteer,b@example.org,,lift,,,,,,,\n"
    )
    take("id,name,sector,capabilities\na,Ann Lee,volunteer,lift;blanket\n")
    ann = store.responder("a")
    assert ann is not None
    assert (ann.name, ann.capabilities, ann.capacity, ann.checks) == (
        "Ann Lee",
        ("lift", "blanket"),
        2,
        (Check(level=CheckLevel.basic),),
    )
    assert (ann.contacts, ann.weekly_limit, ann.areas) == (1, 2, ("KT1",))
    assert ann.point is not None
    assert store.contacts("a")[0].email == "a@example.org"
    assert store.responder("b") is not None


def test_a_large_directory_is_imported_soon(store: Store, take: Any) -> None:
    """2,000 rows in a few seconds, so 20,000 in well under half a minute."""
    rows = (f"r{n},Helper {n},volunteer,h{n}@example.org,,lift;blanket,51.4,-0.3,5,KT1,2,,3" for n in range(2000))
    began = time.monotonic()
    assert take(HEAD + "\n".join(rows)).taken == 2000
    assert time.monotonic() - began < 15
    assert store.count_responders() == 2000


# --- Open Referral UK -------------------------------------------------------------


def service(id: str, **more: Any) -> dict[str, Any]:
    """A service as a good feed has it."""
    term = {"code": "openEligibility:102-04", "name": "Food Pantry"}
    return {
        "id": id,
        "name": "Food parcels",
        "status": "active",
        "organization": {
            "id": "o",
            "name": "Norbiton Larder",
            "organization_identifiers": [{"identifier_scheme": "GB-CHC"}],
        },
        "service_areas": [
            {"name": "Norbiton", "uri": "http://statistics.data.gov.uk/id/statistical-geography/E05013936"}
        ],
        "service_at_locations": [
            {"location": {"latitude": 51.41, "longitude": -0.29, "addresses": [{"postal_code": "KT2 7AA"}]}}
        ],
        "attributes": [{"link_type": "service", "taxonomy_term": term}],
    } | more


def test_a_service_becomes_a_responder(store: Store, take: Any) -> None:
    """Kind, help, place and areas come from the feed; whom to ask comes from the council's own list."""
    done = take({"contents": [service("s1")]}, "service_id,email,capacity\ns1,larder@example.org,12\n")
    assert (done.taken, done.doubtful, done.refused) == (1, [], [])
    larder = store.responder("s1")
    assert larder is not None
    assert (larder.name, larder.sector) == ("Norbiton Larder: Food parcels", Sector.voluntary)
    assert (larder.capabilities, larder.areas, larder.capacity) == (("food-parcel",), ("Norbiton", "KT2"), 12)
    assert larder.point is not None
    assert larder.contacts == 1


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: {"contents": s}, lambda s: {"services": s}, lambda s: s[0]])
def test_a_file_may_be_a_page_a_list_or_one_service(store: Store, take: Any, wrap: Any) -> None:
    """Feeds are saved in more than one way."""
    assert take(wrap([service("s1")])).taken == 1


def test_without_a_contact_a_service_is_known_and_not_asked(store: Store, take: Any) -> None:
    """A feed's front-desk address is no consent: it is never written to."""
    done = take([service("s1", email="desk@example.org", contacts=[{"email": "desk@example.org"}])])
    assert (done.taken, done.cannot_be_asked) == (1, 1)
    assert store.contacts("s1") == []


def test_the_councils_words_come_before_the_feeds(store: Store, take: Any) -> None:
    """Name, sector, help, checks: a contacts CSV has the last word; a row for nobody is said."""
    done = take(
        [service("s1"), service("s2")],
        "service_id,email,name,sector,capabilities,checks,areas\n"
        "s1,a@example.org,The Larder,community,hot-meal;lift,enhanced,KT1\n"
        "s1,b@example.org,,,,,\n"
        "s2,not an address,,,,,\n"
        "s9,c@example.org,,,,,\n",
    )
    larder = store.responder("s1")
    assert larder is not None
    assert (larder.name, larder.sector, larder.areas) == ("The Larder", Sector.community, ("KT1",))
    assert (larder.capabilities, larder.checks) == (("hot-meal", "lift"), (Check(level=CheckLevel.enhanced),))
    assert [(entry.place, entry.id) for entry in done.refused] == [
        ("contacts, line 3", "s1"),
        ("service 2", "s2"),
        ("contacts, line 5", "s9"),
    ]


def test_a_refresh_without_contacts_keeps_those_on_record(store: Store, take: Any) -> None:
    """The nightly import of a feed does not cost a council its own knowledge."""
    take(
        [service("s1", attributes=[])],
        "service_id,email,capacity,sector,capabilities\ns1,a@example.org,7,public,lift\n",
    )
    take([service("s1", name="Renamed", attributes=[])])
    larder = store.responder("s1")
    assert larder is not None
    assert (larder.name, larder.contacts, larder.capacity) == ("Norbiton Larder: Renamed", 1, 7)
    assert larder.capabilities == ("lift",)


def test_what_somebody_set_themselves_outlives_a_file(store: Store, take: Any) -> None:
    """Sam asked for one request a week and Fridays off: next month's file says 3 and knows no days off."""
    row = HEAD + "sam,Sam,volunteer,sam@example.org,,lift,,,,,,,3\n"
    take(row)
    store.revise("sam", lambda sam: sam.by_their_own_word(weekly_limit=1, days_off=(Weekday.friday,)), NOW)
    take(row.replace("lift", "food-parcel"))
    sam = store.responder("sam")
    assert sam is not None
    assert (sam.weekly_limit, sam.days_off, sam.capabilities) == (1, (Weekday.friday,), ("food-parcel",))


def test_a_service_that_is_shut_is_not_asked_until_it_opens_again(store: Store, take: Any) -> None:
    """`temporarily closed` pauses it, with the reason; `active` again lifts that pause and no other."""
    contacts = "service_id,email\ns1,a@example.org\n"
    done = take([service("s1", status="temporarily closed")], contacts)
    shut = store.responder("s1")
    assert shut is not None
    assert shut.paused_until is not None
    assert shut.paused_until.year > 2900
    assert "'temporarily closed', not 'active'" in done.doubtful[0].warnings[0]
    take([service("s1")], contacts)
    again = store.responder("s1")
    assert again is not None
    assert again.paused_until == NOW
    take([service("s1")], contacts, now=NOW + timedelta(days=1))
    assert store.responder("s1") == again


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ([], ()),
        ([{"name": "Royal Borough of Kingston upon Thames", "extent": "E09000021"}], ()),
        ([{"name": "Anywhere in Surrey County"}], ()),
        ([{"name": "Berrylands"}, {"name": "Norbiton"}], ("Berrylands", "Norbiton", "KT2")),
        ([{"name": "We serve all residents who can show that they live in the area, at our offices or by video"}], ()),
    ],
)
def test_serving_everywhere_limits_nothing(
    store: Store, take: Any, areas: list[Any], expected: tuple[str, ...]
) -> None:
    """A borough-wide service must not drop out because a need names a ward."""
    take([service("s1", service_areas=areas)])
    found = store.responder("s1")
    assert found is not None
    assert found.areas == expected


def test_rubbish_inside_a_feed_is_refused_one_by_one(store: Store, take: Any) -> None:
    """Whatever type stands where, the next service is read."""
    done = take(
        [
            7,
            {"id": "x y", "name": "Bad id", "status": "active"},
            {"id": "s0", "name": "", "status": "active"},
            service(
                "s1",
                attributes=[3],
                service_areas={"a": 1},
                service_at_locations=[None, {"location": []}],
                organization=4,
            ),
            service("s1"),
            service("s2", name="Line\nbreak"),
            service("s3"),
        ]
    )
    assert sorted(r.id for r in store.responders()) == ["s1", "s3"]
    assert [entry.place for entry in done.refused] == [f"service {n}" for n in (1, 2, 3, 5, 6)]


# --- a feed over HTTP ---------------------------------------------------------------


class Council(BaseHTTPRequestHandler):
    """A feed that pages as the test says."""

    services: ClassVar[list[dict[str, Any]]] = []
    shallow = False
    last_page_is_said = True
    wraps = False
    failures: ClassVar[dict[str, int]] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Council.asked.append(self.path)
        parts = urlsplit(self.path)
        if Council.failures.get(parts.path, 0):
            Council.failures[parts.path] -= 1
            self.send_error(503)
        elif parts.path == "/old/services":
            self.send_response(301)
            self.send_header("Location", "http://example.org/new/services")
            self.end_headers()
        elif parts.path.startswith("/drip"):
            self._drip(parts.path)
        elif parts.path == "/v3/services":
            self._answer(self._page(int(parse_qs(parts.query)["page"][0])))
        elif found := next((s for s in Council.services if parts.path == f"/v3/services/{s['id']}"), None):
            self._answer(found)
        else:
            self.send_error(404)

    def _drip(self, path: str) -> None:
        self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"\r\n" if "body" in path else b"X: "))
        with suppress(OSError):
            for _ in range(50):
                self.wfile.write(b" ")
                time.sleep(0.1)

    def _page(self, number: int) -> dict[str, Any]:
        start = 0 if Council.wraps else (number - 1) * 2
        some = Council.services[start : start + 2]
        if Council.shallow:
            some = [{key: s[key] for key in ("id", "name", "status")} for s in some]
        page: dict[str, Any] = {"total_items": 1, "contents": some}
        return page | ({"last_page": start + 2 >= len(Council.services)} if Council.last_page_is_said else {})

    def _answer(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@pytest.fixture
def council(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Council.services = [service(f"s{n}") for n in range(5)]
    Council.shallow = Council.wraps = False
    Council.last_page_is_said = True
    Council.failures, Council.asked = {}, []
    monkeypatch.setattr(feed_module, "BACK_OFF", 0.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Council)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_feed_is_read_page_by_page(store: Store, take: Any, council: str) -> None:
    """From its base address to its last page; `total_items` is not believed; nothing else is fetched."""
    done = take(f"{council}/v3")
    assert (done.taken, done.notes, done.failed) == (5, [], False)
    assert [urlsplit(path).path for path in Council.asked] == ["/v3/services"] * 3
    found = store.responder("s1")
    assert found is not None
    assert found.source.endswith("/v3")


def test_a_feed_that_says_no_last_page_ends_all_the_same(store: Store, take: Any, council: str) -> None:
    """An empty page ends it, and so does a page of services already read."""
    Council.last_page_is_said = False
    assert take(f"{council}/v3/services").taken == 5
    Council.wraps = True
    assert take(f"{council}/v3/services").taken == 2


def test_shallow_rows_are_filled_in(store: Store, take: Any, council: str) -> None:
    """Where the list holds only names, each service itself is read; one that fails is taken as it is, and said."""
    Council.shallow = True
    Council.failures["/v3/services/s3"] = 99
    done = take(f"{council}/v3")
    assert done.taken == 5
    assert [r.capabilities for r in store.responders() if r.id != "s3"] == [("food-parcel",)] * 4
    assert len(done.notes) == 1
    assert "details of service s3" in done.notes[0]


def test_a_feed_is_tried_again_and_what_came_before_is_kept(store: Store, take: Any, council: str) -> None:
    """Two hiccups cost nothing; a feed that stays down ends with a sentence."""
    Council.failures["/v3/services"] = 2
    assert take(f"{council}/v3").taken == 5
    Council.failures["/v3/services"] = 99
    done = take(f"{council}/v3")
    assert (done.taken, done.failed) == (0, True)
    assert "answered 503" in done.notes[0]


def test_a_feed_is_not_followed_elsewhere(store: Store, take: Any, council: str) -> None:
    """A feed that has moved is said to have moved; another kind of address is refused."""
    assert "moved to http://example.org/new/services" in take(f"{council}/old").notes[0]
    for url in ("ftp://example.org", "file:///etc/passwd", "http://"):
        with pytest.raises(FileWrong):
            import_directory(store, url, load_catalogue(), NOW)


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://[x]/", "http://127.0.0.1:abc/", "http://127.0.0.1:99999/", "http://\u3002/"]
)
def test_an_address_that_is_none_is_a_sentence(store: Store, take: Any, url: str) -> None:
    """Whatever is typed for an address, the answer says that it is none."""
    with pytest.raises(FileWrong, match="is not a feed's address"):
        take(url)


def test_half_a_character_harms_nothing(store: Store, take: Any, council: str) -> None:
    """An id that can be none is refused, not asked for; in a text the half character is replaced."""
    Council.services = [{"id": "\ud800", "name": "x"}, service("s1", name="Larder \ud800", status="\udfff")]
    for source in (f"{council}/v3", json.dumps(Council.services)):
        done = take(source)
        assert (done.taken, len(done.refused)) == (1, 1)
        repr([(e.id, e.warnings, e.refused) for e in (*done.refused, *done.doubtful)]).encode()
        assert all(e.id.encode() for e in done.refused)
    assert [path for path in Council.asked if not path.startswith("/v3/services?")] == []


def test_an_id_of_another_shape_is_never_put_into_an_address(store: Store, take: Any, council: str) -> None:
    """`../secret` is refused and nothing of it is fetched."""
    Council.services = [{"id": "../secret", "name": "x"}]
    assert len(take(f"{council}/v3").refused) == 1
    assert len(Council.asked) == 1


@pytest.mark.parametrize("path", ["/drip/head/services", "/drip/body/services"])
def test_an_answer_that_drips_is_given_up(
    store: Store, take: Any, council: str, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A byte now and then does not hold an import for ever, in the head of an answer or in its body."""
    monkeypatch.setattr(feed_module, "ANSWER_SECONDS", 0.3)
    began = time.monotonic()
    done = take(f"{council}{path}")
    assert time.monotonic() - began < 3
    assert (done.failed, "took longer than" in done.notes[0]) == (True, True)


def test_an_import_ends(store: Store, take: Any, council: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A feed that would take all day is read as far as the time goes, and that is said."""
    monkeypatch.setattr(feed_module, "IMPORT_SECONDS", 0.0)
    done = take(f"{council}/v3")
    assert (done.taken, done.failed) == (0, True)
    assert "taken longer than" in done.notes[0]


def test_details_that_never_come_end_the_import(
    store: Store, take: Any, council: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some failures in a row are enough: thousands of services are not each asked for three times."""
    monkeypatch.setattr(feed_module, "MOST_FAILURES", 3)
    Council.services = [service(f"s{n}") for n in range(40)]
    Council.shallow = True
    Council.failures = {f"/v3/services/s{n}": 99 for n in range(40)}
    done = take(f"{council}/v3")
    assert done.failed
    assert "the details of 3 services in a row could not be read" in done.notes[-1]
    assert len(Council.asked) < 40


def test_a_header_of_thousands_of_columns_is_refused_at_once(store: Store, take: Any) -> None:
    """No directory has 200 columns."""
    began = time.monotonic()
    with pytest.raises(FileWrong, match="5,004 columns"):
        take("id,name,sector,capabilities," + ",".join(f"c{n}" for n in range(5000)) + "\n")
    assert time.monotonic() - began < 1


def test_a_cell_of_hundreds_of_kinds_of_help_is_refused(store: Store, take: Any) -> None:
    """More kinds than there could be is a mistake, and is not searched for near matches."""
    done = take("id,name,sector,capabilities\na,Ann,volunteer," + ";".join(f"word {n}" for n in range(900)) + "\n")
    assert done.refused[0].refused == "capabilities: names 900 kinds of help; at most 50"


# --- real and official material -------------------------------------------------------


@needs_shared
def test_kingstons_services_are_taken(store: Store, take: Any) -> None:
    """Four food banks can give food parcels; seven libraries are known; none is asked without a contact."""
    path = SHARED / "kingston_oruk3" / "services.json"
    done = take(path)
    assert (done.taken, done.refused, done.cannot_be_asked) == (11, [], 11)
    banks = [r for r in store.responders() if r.capabilities == ("food-parcel",)]
    assert [(r.sector, r.point is not None, r.areas) for r in banks] == [(Sector.voluntary, True, ())] * 4
    assert sum(r.sector is Sector.public for r in store.responders()) == 7
    done = take(path, f"service_id,email\n{banks[0].id},a@example.org\n")
    assert done.cannot_be_asked == 10


@needs_shared
@pytest.mark.parametrize(
    "path",
    [
        "oruk3_bsd3/examples/service_full.json",
        "oruk3_bsd3/examples/service_list.json",
        "oruk_validator_mocks/Default/service_full.json",
        "oruk_validator_mocks/Default/service_list.json",
    ],
)
def test_official_examples_are_taken_without_their_impossible_place(store: Store, take: Any, path: str) -> None:
    """The official example stands at latitude 100; its record is kept."""
    done = take(SHARED / path)
    assert (done.taken, done.refused) == (1, [])
    (found,) = store.responders()
    assert found.point is None
    assert ("latitude 100" in str(done.doubtful[0].warnings)) == ("full" in path)
