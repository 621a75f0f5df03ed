"""The contract, signing in: sessions, accounts, people of a provider, keys, and an audit that shows its wounds."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from domain.officers import Officer
from domain.playbooks import Role
from domain.rights import Right
from infra.store import AddressTaken, Store
from infra.store.signing_in import ApiKey, Attempt, Audit, Session
from tests.store.builders import HOUR, N1, NOW
from tests.store.conftest import Crew, Place
from tests.store.crew import change_officer, try_password, write_audit
from tests.store.meddling import Meddle, delete, delete_and_close_up, edit, meddle_with_audit

DANA = Officer(id="O1", name="Dana Duty", email="dana@example.org", role=Role.duty)
FEMI = Officer(id="O2", name="Femi Duty", email="femi@example.org", role=Role.duty)
DAY = timedelta(days=1)


def said(what: str = "done") -> Audit:
    return Audit(NOW, "command", what)


def a_session(hash: str = "h1", officer: str = "O1", id: str = "") -> Session:
    return Session(hash, id or f"id-{hash}", officer, "password", NOW, NOW, NOW + 10 * HOUR)


@pytest.fixture
def town(store: Store) -> Store:
    """Dana and Femi are on the list."""
    assert store.add_officer(DANA, NOW)
    assert store.add_officer(FEMI, NOW)
    return store


def test_sessions_begin_are_seen_and_end(town: Store) -> None:
    """By hash; seen moves forward only; all but one may be ended."""
    for hash in ("h1", "h2", "h3"):
        town.begin_session(a_session(hash), said())
    town.begin_session(a_session("other", "O2"), said())
    town.see_session("h1", NOW + HOUR)
    town.see_session("h1", NOW)
    found = town.session("h1")
    assert found is not None
    assert (found[0].seen_at, found[1]) == (NOW + HOUR, DANA)
    assert [s.hash for s in town.sessions("O1")] == ["h1", "h2", "h3"]
    assert town.end_sessions("O1", said(), but="id-h2") == 2
    assert town.session("h1") is None
    assert town.end_session("id-h2", said())
    assert not town.end_session("id-h2", said())
    assert town.sessions("O1") == []
    assert len(town.sessions("O2")) == 1


def test_an_officer_who_is_disabled_has_no_session(town: Store) -> None:
    """Nor a set-up link; their name stays; an unknown one cannot be changed."""
    town.begin_session(a_session(), said())
    town.offer_set_up("O1", "link", NOW + DAY, said())
    assert town.change_officer("O1", lambda now: (now.but(disabled=True), said()))
    assert town.session("h1") is None
    assert town.set_up_for("link", NOW) is None
    assert town.officers()[0].name == "Dana Duty"
    assert not town.change_officer("O9", lambda now: (now, said()))
    assert not town.change_officer("O1", lambda now: None)


def test_two_officers_never_have_one_address(town: Store) -> None:
    """That is a fact, and no trouble that passes: nothing is written."""
    before = town.officers()
    other = next(officer for officer in before if officer.id != "O1")
    with pytest.raises(AddressTaken):
        town.change_officer("O1", lambda now: (now.but(email=other.email), said()))
    assert town.officers() == before


def test_an_officer_who_is_let_in_again_signs_in_anew(town: Store) -> None:
    """A session begun while they were disabled does not come back to life."""
    town.change_officer("O1", lambda now: (now.but(disabled=True), said()))
    town.begin_session(a_session(), said())
    town.change_officer("O1", lambda now: (now.but(disabled=False), said()))
    assert town.session("h1") is None


def test_changes_of_an_officer_at_once_all_hold(town: Store, crew: Crew) -> None:
    """Eight processes change one officer at the same moment: disabled by one of them, Dana is disabled afterwards."""
    assert all(crew(change_officer, [("O1", "disabled" if number == 4 else "") for number in range(8)]))
    dana = town.officers()[0]
    assert dana.disabled
    assert dana.name == "Dana Duty" + " x" * 7


def test_a_set_up_link_is_spent_once(town: Store) -> None:
    """The newest only, until its time; the second to use it sets nothing; sessions end."""
    town.offer_set_up("O1", "first", NOW + DAY, said())
    town.offer_set_up("O1", "second", NOW + DAY, said())
    town.begin_session(a_session(), said())
    assert town.set_password("first", "hash", NOW, said()) is None
    assert town.set_password("second", "hash", NOW + DAY, said()) is None
    assert town.set_password("second", "hash", NOW, said()) == "O1"
    assert town.set_password("second", "another", NOW, said()) is None
    account = town.account("O1")
    assert account is not None
    assert account.password == "hash"
    assert town.session("h1") is None


def test_tries_are_counted_and_lock(town: Store) -> None:
    """The fifth wrong one locks for a minute; a session begun forgets them."""
    assert town.begin_try("O1", NOW) is None
    town.offer_set_up("O1", "link", NOW + DAY, said())
    assert town.begin_try("O1", NOW) is None
    town.set_password("link", "hash", NOW, said())
    tries = [town.begin_try("O1", NOW) for _ in range(6)]
    assert [t.failures if t else None for t in tries] == [1, 2, 3, 4, 5, None]
    assert town.begin_try("O1", NOW + timedelta(seconds=59)) is None
    later = town.begin_try("O1", NOW + timedelta(seconds=60))
    assert later is not None
    assert later.locked_until == NOW + timedelta(seconds=180)
    town.begin_session(a_session(), said())
    assert town.account("O1").failures == 0  # type: ignore[union-attr]


def test_tries_at_once_are_all_counted(town: Store, place: Place, crew: Crew) -> None:
    """Eight processes guess at the same moment: five get to look at the password."""
    town.offer_set_up("O1", "link", NOW + DAY, said())
    town.set_password("link", "hash", NOW, said())
    assert sum(crew(try_password, [("O1",)] * 8)) == 5


def test_guesses_from_elsewhere_lock_nobody_out_where_they_sign_in(town: Store) -> None:
    """Strangers' tries are counted together, those from a known network by themselves; after 90 days it is none."""
    town.offer_set_up("O1", "link", NOW + DAY, said())
    town.set_password("link", "hash", NOW, said())
    town.begin_session(a_session(), said(), "office")
    assert [town.begin_try("O1", NOW, network) is not None for network in "abcdef"] == [True] * 5 + [False]
    assert town.begin_try("O2", NOW, "office") is None
    tries = [town.begin_try("O1", NOW, "office") for _ in range(6)]
    assert [t.failures if t else None for t in tries] == [1, 2, 3, 4, 5, None]
    town.begin_session(a_session("h2"), said(), "office")
    assert town.begin_try("O1", NOW, "office") is not None
    for _ in range(6):
        town.begin_try("O1", NOW + 91 * DAY)
    assert town.begin_try("O1", NOW + 91 * DAY, "office") is None
    assert town.account("O1").locked_until == NOW + 91 * DAY + timedelta(minutes=1)  # type: ignore[union-attr]
    town.offer_set_up("O1", "new", NOW + DAY, said())
    town.set_password("new", "hash", NOW, said())
    assert town.begin_try("O1", NOW, "office").failures == 1  # type: ignore[union-attr]


def test_an_attempt_comes_back_once(store: Store) -> None:
    """In time."""
    attempt = Attempt("h", "state", "nonce", "verifier", NOW + HOUR, "/console/", "link")
    store.begin_attempt(attempt)
    store.begin_attempt(attempt)
    assert store.take_attempt("h", NOW) == attempt
    assert store.take_attempt("h", NOW) is None
    store.begin_attempt(attempt)
    assert store.take_attempt("h", NOW + HOUR) is None


def test_a_person_is_issuer_and_subject(town: Store) -> None:
    """W07: an address that is another officer's links nobody; a set-up link does, once, and ends who it was before."""
    mallory = Officer(id="O3", name="Mallory", email=DANA.email, role=Role.manager)
    assert not town.link_person("https://i", "mallory", mallory, None, said())
    assert town.known_person("https://i", "mallory") is None
    assert len(town.officers()) == 2
    new = mallory.but(email="new@example.org")
    assert town.link_person("https://i", "new", new, None, said())
    assert town.known_person("https://i", "new") == "O3"
    assert town.known_person("https://other", "new") is None
    town.offer_set_up("O1", "link", NOW + DAY, said())
    assert not town.link_person("https://i", "dana", FEMI, "link", said())
    assert not town.link_person("https://i", "new", DANA, "link", said())
    assert town.link_person("https://i", "dana", DANA, "link", said())
    assert not town.link_person("https://i", "dana-2", DANA, "link", said())
    town.offer_set_up("O1", "link-2", NOW + DAY, said())
    assert town.link_person("https://i", "dana-2", DANA, "link-2", said())
    assert town.known_person("https://i", "dana") is None


def test_keys_are_found_by_hash_until_revoked(store: Store) -> None:
    """The newest first; revoking says whether it was the one to do so."""
    for number in (1, 2):
        made = NOW + number * HOUR
        store.add_key(ApiKey(f"k{number}", f"h{number}", "Case system", (Right.look,), "command", made), said())
    store.see_key("k1", NOW + DAY)
    assert [key.id for key in store.api_keys()] == ["k2", "k1"]
    assert store.find_key("h3") is None
    assert store.revoke_key("k1", NOW, said())
    assert not store.revoke_key("k1", NOW, said())
    key = store.find_key("h1")
    assert key is not None
    assert (key.revoked_at, key.used_at, key.rights) == (NOW, NOW + DAY, (Right.look,))


# --- the audit --------------------------------------------------------------------


@pytest.fixture
def audited(store: Store) -> Store:
    """Ten entries."""
    store.record_audit(*[Audit(NOW, "officer:O1", "looked", N1, str(n)) for n in range(10)])
    return store


def test_the_audit_is_read_newest_first(audited: Store) -> None:
    """A page at a time, with numbers."""
    assert [(number, entry.detail) for number, entry in audited.audit(limit=2)] == [(10, "9"), (9, "8")]
    assert [number for number, _ in audited.audit(limit=2, before=9)] == [8, 7]
    assert audited.verify_audit() is None


@pytest.mark.parametrize(
    ("meddle", "named"),
    [
        (edit(4, detail="x"), "entry 4 of the audit has been edited"),
        (edit(1, at=0), "entry 1 of the audit has been edited"),
        (delete(5), "entry 5 of the audit has been deleted"),
        (delete(10), "entry 10 of the audit has been deleted"),
        (delete(*range(1, 11)), "entry 1 of the audit has been deleted"),
        (edit(10, hash="x"), "entry 10 of the audit has been edited"),
        (delete_and_close_up(3), "entry 3"),
    ],
)
def test_meddling_with_the_audit_is_found(audited: Store, place: Place, meddle: Meddle, named: str) -> None:
    """W17: an edited or deleted entry is named, the last ones too."""
    meddle_with_audit(place, meddle)
    found = audited.verify_audit()
    assert found is not None
    assert named in found


def test_entries_at_once_make_one_chain(store: Store, crew: Crew) -> None:
    """Eight processes write at the same moment; the chain holds, and nothing is lost."""
    crew(write_audit, [(number,) for number in range(8)])
    assert len(store.audit(limit=1000)) == 8 * 20
    assert store.verify_audit() is None


# --- at once ----------------------------------------------------------------------

MANY = 50


def at_once(job: Callable[[int], object]) -> Counter[object]:
    """What each of many threads comes to that do this at the same moment."""
    together = threading.Barrier(MANY)

    def run(number: int) -> object:
        together.wait()
        return job(number)

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(run, range(MANY)))


@pytest.mark.race
def test_fifty_tries_at_once_are_all_counted(town: Store) -> None:
    """Of 50 guesses at one moment five are looked at, from wherever they come; then the account is locked."""
    town.offer_set_up("O1", "link", NOW + DAY, said())
    town.set_password("link", "hash", NOW, said())
    assert at_once(lambda _: town.begin_try("O1", NOW) is not None) == {True: 5, False: MANY - 5}
    account = town.account("O1")
    assert account is not None
    assert (account.failures, account.locked_until) == (5, NOW + timedelta(minutes=1))


@pytest.mark.race
def test_a_set_up_link_is_spent_by_one_of_many(town: Store) -> None:
    """50 who have the link send a password at one moment: one of them has set it."""
    town.offer_set_up("O1", "link", NOW + DAY, said())
    assert at_once(lambda n: town.set_password("link", f"hash-{n}", NOW, said("set"))) == {"O1": 1, None: MANY - 1}
    assert [entry.what for _, entry in town.audit()].count("set") == 1


@pytest.mark.race
def test_an_attempt_comes_back_to_one_of_many(store: Store) -> None:
    """A sign-in that is sent back 50 times at one moment is taken once."""
    store.begin_attempt(Attempt("h", "state", "nonce", "verifier", NOW + HOUR))
    assert at_once(lambda _: store.take_attempt("h", NOW) is not None) == {True: 1, False: MANY - 1}


@pytest.mark.race
def test_of_two_officers_with_one_address_one_is_added(store: Store) -> None:
    """50 add an officer with Dana's address at one moment: one is on the list; with addresses of their own, all are."""
    added = at_once(lambda n: store.add_officer(DANA.but(id=f"O{n}"), NOW))
    assert added == {True: 1, False: MANY - 1}
    for n in range(3):
        assert store.add_officer(DANA.but(id=f"P{n}", email=f"p{n}@example.org"), NOW)
    assert [officer.id for officer in store.officers()][1:] == ["P0", "P1", "P2"]
