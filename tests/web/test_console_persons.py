"""Ada Admin gives somebody what is known of them, erases it, keeps a need for longer; nobody else may."""

from __future__ import annotations

import pytest
from council import PARCEL, Council
from desk import Desk

from domain.playbooks import Role

AT = "/console/settings/person"
ERASE = {"who": "amina@example.org", "do": "erase", "because": "asked"}


@pytest.fixture
def ada(council: Council) -> Desk:
    return Desk(council, Role.admin, "Ada Admin")


@pytest.fixture
def need(council: Council) -> str:
    """Amina's."""
    return council.needs((PARCEL, 20))


def did(ada: Desk) -> list[str]:
    return [entry.what for _, entry in ada.council.door.store.audit() if entry.what != "signed-in"]


def test_what_is_known_of_amina_as_a_file(ada: Desk, need: str) -> None:
    """P04: all of it, to keep; the look at her need is recorded, and nothing of her is in the address."""
    page = ada.post(AT, who="amina@example.org", do="export")
    assert page.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert page.headers["cache-control"] == "no-store"
    assert page.json()["resident_of"][0]["you"]["name"] == "Amina Okafor"
    assert did(ada) == ["looked", "exported-person"]


def test_amina_is_erased_after_a_check(ada: Desk, need: str) -> None:
    """While her need is open nothing is erased, and why is said; with an end to it, it is; then she is nobody."""
    refused = ada.check(AT, **ERASE)
    assert refused.status_code == 409
    assert f"{need} is not closed yet" in refused.text
    check = ada.check(AT, **ERASE, withdraw="yes")
    assert need in check.text
    assert ada.council.door.store.resident(need).name == "Amina Okafor"
    assert "It is erased" in ada.confirm(AT, check).text
    assert ada.council.door.store.resident(need).name is None
    assert did(ada) == ["erased-person"]
    assert ada.check(AT, **ERASE).status_code == 422


@pytest.mark.parametrize(
    ("place", "typed"),
    [
        ("who", {"who": ""}),
        ("who", {"who": "nobody@example.org"}),
        ("who", {"who": "Amina Okafor"}),
        ("who", {"who": "@" * 500}),
        ("do", {"do": ""}),
        ("because", {"because": "spite"}),
        ("needs", {"needs": "N-222222 nonsense"}),
    ],
)
def test_what_is_typed_wrong_is_said_by_its_field(ada: Desk, need: str, place: str, typed: dict[str, str]) -> None:
    """And nothing is looked at, nothing erased."""
    page = ada.post(AT, **(ERASE | typed))
    assert page.status_code == 422
    assert f'href="#{place}"' in page.text
    assert did(ada) == []


def test_only_an_administrator_may(council: Council, need: str) -> None:
    """Ravi Manager neither gives out nor erases nor keeps: he is shown no way, and has none."""
    ravi = Desk(council, Role.manager, "Ravi Manager")
    assert "/person" not in ravi.get("/console/settings").text
    assert ravi.post(AT, **ERASE, withdraw="yes", confirm="yes").status_code == 403
    assert f"{need}/keep" not in ravi.get(f"/console/needs/{need}").text
    assert ravi.post(f"/console/needs/{need}/keep", because="A complaint", confirm="yes").status_code == 403


def test_a_need_is_kept_for_longer(ada: Desk, need: str) -> None:
    """With a reason, until it is ended; while it is kept nothing of it is erased."""
    at = f"/console/needs/{need}"
    assert "Say why." in ada.check(f"{at}/keep", because=" ").text
    assert "Nothing of it is erased from now on." in ada.do(f"{at}/keep", because="A complaint").text
    assert ada.council.situation(need).need.kept_since
    assert ada.check(AT, **ERASE, withdraw="yes").status_code == 409
    ada.do(f"{at}/keep-no-longer")
    assert ada.council.situation(need).need.kept_since is None


def test_two_administrators_at_once(ada: Desk, council: Council, need: str) -> None:
    """Ada opens the page; Bo keeps the need and ends that. What Ada sends then is refused, and she sees the present."""
    at = f"/console/needs/{need}"
    check = ada.check(f"{at}/keep", because="A complaint")
    bo = Desk(council, Role.admin, "Bo Admin")
    bo.do(f"{at}/keep", because="A claim")
    bo.do(f"{at}/keep-no-longer")
    late = ada.confirm(f"{at}/keep", check)
    assert late.status_code == 409
    assert "This need has changed since you opened this page" in late.text
    assert council.situation(need).need.kept_since is None
    bo.do(f"{at}/keep", because="A claim")
    end = ada.check(f"{at}/keep-no-longer")
    bo.do(f"{at}/keep-no-longer")
    bo.do(f"{at}/keep", because="An inquiry")
    assert ada.confirm(f"{at}/keep-no-longer", end).status_code == 409
    assert council.situation(need).need.kept_since
