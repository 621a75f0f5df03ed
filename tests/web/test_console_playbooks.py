"""Playbooks on the console: read in plain words, tried out over the real directory while nobody is asked."""

from __future__ import annotations

import pytest
from council import Council
from desk import Desk

from domain.capabilities import Sector
from domain.playbooks import Role
from infra.playbooks import playbook_names
from web.console import playbooks

AT = "/console/playbooks"
TRY = {"what": "food-parcel", "count": "4", "area": "Norbiton", "runs": "5", "seed": "1", "within": "25m"}


@pytest.mark.parametrize("name", playbook_names())
def test_each_playbook_reads_in_plain_words(council: Council, name: str) -> None:
    """Who is asked, how many at once, how long they have, who takes over."""
    desk = Desk(council)
    page = desk.get(f"{AT}/{name}").text
    assert "to answer" in page
    assert "When everybody has been asked" in page
    assert f"{AT}/{name}" in desk.get(AT).text
    assert not any(code in page for code in ("PT", "patience", "timedelta", "duty officer's"))


def test_the_everyday_playbook_says_its_lengths_as_people_do(council: Council) -> None:
    """`2h` is 2 hours."""
    page = Desk(council).get(f"{AT}/everyday").text
    assert "Helpers and community groups within 3 km are asked." in page
    assert "They have 2 hours to answer." in page
    assert "Whoever has not answered after 1 hour is reminded, once." in page


def test_a_playbook_is_tried_and_nobody_is_asked(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two side by side, with figures in words; no need, no message comes of it. A viewer may, too."""
    monkeypatch.setattr("web.console.playbook_tried.SECONDS", 120.0)
    council.has("Sam", Sector.volunteer)
    council.has("Riverside Kitchen")
    vera = Desk(council, Role.viewer, "Vera Viewer")
    page = vera.check(f"{AT}/everyday/try", **TRY, beside="urgent")
    assert page.status_code == 200
    for said in ("4 food parcels", "5 rehearsals, 2 who could be asked", "Covered in time", "Urgent, round by round"):
        assert said in page.text
    assert council.door.store.needs() == []
    again = vera.check(f"{AT}/everyday/try", **TRY, beside="urgent")
    assert again.text.split("<main")[1].split("<form")[0] == page.text.split("<main")[1].split("<form")[0]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"what": ""}, "what"),
        ({"what": "gold"}, "what"),
        ({"count": "0"}, "count"),
        ({"count": "many"}, "count"),
        ({"runs": "101"}, "runs"),
        ({"seed": "-1"}, "seed"),
        ({"within": "soon"}, "within"),
        ({"area": ""}, "area"),
        ({"postcode": "ZZ1 1ZZ"}, "postcode"),
        ({"needed_by": "2020-01-01T09:00"}, "needed_by"),
        ({"beside": "../../etc/passwd"}, "beside"),
    ],
)
def test_what_is_typed_wrong_is_said(council: Council, wrong: dict[str, str], place: str) -> None:
    """At the field and above; nothing is rehearsed."""
    page = Desk(council).check(f"{AT}/everyday/try", **(TRY | wrong))
    assert page.status_code == 422
    assert f'href="#{place}"' in page.text
    assert "Covered in time" not in page.text


def test_a_rehearsal_takes_no_longer_than_it_may(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is over it stops, and says how many there was time for; while one runs, another is put off."""
    council.has("Sam", Sector.volunteer)
    desk = Desk(council)
    monkeypatch.setattr("web.console.playbook_tried.SECONDS", 0.0)
    page = desk.check(f"{AT}/everyday/try", **(TRY | {"runs": "100"}))
    assert "There was time for 1 of 100." in page.text
    with playbooks.ONE_AT_A_TIME:
        assert desk.check(f"{AT}/everyday/try", **TRY).status_code == 503


def test_only_playbooks_of_the_council_are_read(council: Council) -> None:
    """A path, or a file that is no playbook, is not found."""
    desk = Desk(council)
    for name in ("categories", "rota", "nothing", "..%2f..%2fetc%2fpasswd", "everyday.yaml"):
        assert desk.get(f"{AT}/{name}").status_code == 404
        assert desk.get(f"{AT}/{name}/try").status_code == 404
