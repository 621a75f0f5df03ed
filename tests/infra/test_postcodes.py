"""Postcodes are read from the ONS's files as they come: other names each year, ended ones, millions of rows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from string import ascii_uppercase

import pytest

from domain.opening import NeedWrong
from infra.door import Door
from infra.playbooks import load_catalogue, load_playbook
from infra.postcodes import import_postcodes
from infra.recording import locate, read_request, record_need
from infra.settings import Settings
from infra.store import Store, open_store
from infra.tables import FileWrong

ONSPD = (
    "pcd,pcd2,pcds,dointr,doterm,osward,lat,long\n"
    '"KT2 6QN","KT2  6QN","KT2 6QN",198001,,E05013936,51.4107,-0.2921\n'
    '"KT2 7ZZ","KT2  7ZZ","KT2 7ZZ",198001,199606,E05013936,51.41,-0.29\n'
    '"IM1 1AA","IM1  1AA","IM1 1AA",198001,,M99999999,99.999999,0.000000\n'
    "nonsense,,,,,,,\n"
    '"GIR0AA","GIR  0AA","GIR 0AA",198001,,,53.4,-2.9\n'
    '"KT1 1AA","KT1  1AA","KT1 1AA",198001,,E05013932,here,-0.3\n'
)
NAMES = "\ufeffWD25CD,WD25NM,FID\nE05013936,Norbiton,1\nE05013932,Kingston Town,2\n,,3\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'muster.db'}")
    yield opened
    opened.close()


def file(folder: Path, text: str | bytes, name: str = "postcodes.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_the_directory_as_it_is_published(store: Store, tmp_path: Path) -> None:
    """Ended postcodes and those without a place are left out, odd rows counted; wards have their names."""
    done = import_postcodes(store, file(tmp_path, ONSPD), file(tmp_path, NAMES, "wards.csv"))
    assert (done.taken, done.ended, done.nowhere, done.unread, done.wards) == (1, 1, 1, 3, 2)
    place = store.find_postcode("kt2 6qn")
    assert place is not None
    assert (place.area, place.point.lat, place.point.lon) == ("Norbiton, KT2", 51.4107, -0.2921)
    assert store.find_postcode("KT2 7ZZ") is None


@pytest.mark.parametrize(
    "header",
    [
        "pcd,lat,long,osward",
        "PCD7,LAT,LONG,WD24CD",
        "pcd8,latitude,longitude,wd19cd",
        "Postcode,Latitude,Longitude,Ward",
    ],
)
def test_header_names_change_over_the_years(store: Store, tmp_path: Path, header: str) -> None:
    """Columns are known by pattern, in any case; a file begun with a mark and ended by CRLF is read too."""
    import_postcodes(store, file(tmp_path, f"\ufeff{header}\r\nKT26QN,51.41,-0.3,E05013936\r\n"))
    store.put_wards({"E05013936": "Norbiton"})
    place = store.find_postcode("KT2 6QN")
    assert place is not None
    assert place.ward == "Norbiton"


def test_a_later_file_replaces_an_earlier_one(store: Store, tmp_path: Path) -> None:
    """A postcode that has ended since is forgotten; reading the same file twice changes nothing."""
    import_postcodes(store, file(tmp_path, "pcds,lat,long,doterm\nKT2 6QN,51.41,-0.3,\nKT1 1AA,51.4,-0.3,\n"))
    later = file(tmp_path, "pcds,lat,long,doterm\nKT2 6QN,51.42,-0.3,\nKT1 1AA,51.4,-0.3,202606\n")
    for _ in range(2):
        done = import_postcodes(store, later)
        assert (done.taken, done.ended, store.count_postcodes()) == (1, 1, 1)
    assert "no column for wards" in done.notes[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "is a ZIP file; unpack it"),
        ("", "has no column for postcode"),
        ("pcds,easting,northing\n", "no column for lat \\(one of lat, latitude\\); lon"),
        ("pcds,lat,long\nKT2 6QN,51.4,-0.3,Caf\xe9\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    store: Store, tmp_path: Path, content: str | bytes, said: str
) -> None:
    """One sentence says what it is and what to do."""
    with pytest.raises(FileWrong, match=said):
        import_postcodes(store, file(tmp_path, content))


def test_a_file_that_breaks_says_what_was_kept(store: Store, tmp_path: Path) -> None:
    """What was read before the broken row is in use already, so the sentence says so."""
    ends = [f"{digit}{one}{two}" for digit in range(10) for one in ascii_uppercase for two in ascii_uppercase]
    rows = "".join(f"KT{n} {end},51.4,-0.3\n" for n in range(1, 5) for end in ends)
    with pytest.raises(FileWrong, match=r"is not UTF-8.*its first 20,000 postcodes were read and are kept"):
        import_postcodes(store, file(tmp_path, b"pcds,lat,long\n" + rows.encode() + b"KT9 9QN,51.4,Caf\xe9\n"))
    assert store.count_postcodes() == 20_000


def test_millions_of_rows_need_a_few_megabytes(store: Store, tmp_path: Path) -> None:
    """Rows are read one after the other, written some thousand at a time, and how many is told meanwhile."""
    path = tmp_path / "large.csv"
    letters = "ABCDEFGHJK"
    with path.open("w") as text:
        text.write("pcds,lat,long,osward\n")
        for n in range(100_000):
            end = "".join(letters[int(digit)] for digit in f"{n // 1000:02}")
            text.write(f"KT{n % 90 + 10} {n % 10}{end},51.4,-0.3,E05013936\n")
    told: list[int] = []
    tracemalloc.start()
    done = import_postcodes(store, path, tell=told.append)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.taken == 100_000
    assert told == [20_000, 40_000, 60_000, 80_000, 100_000]
    assert most < 25 * 1024 * 1024


# --- a need placed by its postcode -----------------------------------------------


SAID = {"summary": "Groceries", "lines": ["food-parcel:2"], "resident_email": "amina@example.org"}


def test_a_postcode_places_a_need_and_is_not_kept(store: Store, tmp_path: Path) -> None:
    """Ward and first half are shared, the place is near enough to find who is near; the postcode is nowhere."""
    import_postcodes(store, file(tmp_path, ONSPD), file(tmp_path, NAMES, "wards.csv"))
    door = Door(store, Settings(home=tmp_path))
    request = read_request(locate(SAID | {"postcode": "kt2 6qn"}, store), load_catalogue())
    need = door.situation(record_need(door, load_catalogue(), load_playbook("everyday"), request).need).need
    assert need.area == "Norbiton, KT2"
    assert need.point is not None
    assert (need.point.lat, need.point.lon) == (51.411, -0.292)
    assert "6QN" not in need.model_dump_json().upper()
    assert "6QN" not in store.resident(need.id).model_dump_json().upper()


def test_an_area_that_was_said_stays(store: Store, tmp_path: Path) -> None:
    """The officer's own word for the place goes before the file's."""
    import_postcodes(store, file(tmp_path, ONSPD))
    assert locate(SAID | {"postcode": "KT2 6QN", "area": "Old Town"}, store)["area"] == "Old Town"
    assert locate(SAID | {"postcode": "KT2 6QN"}, store)["area"] == "KT2"
    assert locate(SAID | {"area": "Old Town"}, store) == SAID | {"area": "Old Town"}


def test_an_unknown_postcode_is_refused(store: Store, tmp_path: Path) -> None:
    """Where none is known, a code says so: a command line names the way to bring them in."""
    with pytest.raises(NeedWrong, match=r"'KT9 9ZZ' is not a postcode we know$") as wrong:
        locate(SAID | {"postcode": "KT9 9ZZ"}, store)
    assert wrong.value.code == "no-postcodes"
    import_postcodes(store, file(tmp_path, ONSPD))
    with pytest.raises(NeedWrong, match=r"is not a postcode we know$"):
        locate(SAID | {"postcode": "KT9 9ZZ"}, store)
    with pytest.raises(NeedWrong, match="area: must not be empty; give it, or a postcode"):
        read_request(locate(SAID, store), load_catalogue())
