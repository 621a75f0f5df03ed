"""A link opens what it was made for and nothing else, however a mail program mangles it."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.links import PATHS, Purpose, clean_token, derive_token, hash_token, url_of

KEYS = {"k1": b"a" * 32, "k2": b"b" * 32}
TOKEN = derive_token(KEYS, "k1", Purpose.invite, "I1")
ALPHABET = string.ascii_letters + string.digits + "-_."


def test_no_flipped_character_opens_anything() -> None:
    """T01: every other character in every place gives no token, or one whose hash nobody has."""
    for place, right in enumerate(TOKEN):
        for char in ALPHABET.replace(right, ""):
            found = clean_token(TOKEN[:place] + char + TOKEN[place + 1 :], KEYS)
            assert found is None or hash_token(found) != hash_token(TOKEN)


def test_no_shorter_token_opens_anything() -> None:
    """T01: a token cut short is no token."""
    assert all(clean_token(TOKEN[:length], KEYS) is None for length in range(len(TOKEN)))


def test_purposes_never_interchange() -> None:
    """T03: the same target under another purpose, or another target, has another token."""
    targets = ("I1", "I2", "I1|1")
    tokens = {derive_token(KEYS, "k1", purpose, target) for purpose in Purpose for target in targets}
    assert len(tokens) == len(Purpose) * len(targets)
    assert len(set(PATHS.values())) == len(Purpose)


def test_two_councils_do_not_open_each_other_s_links() -> None:
    """T04: another council's key under the same key id makes another token."""
    theirs = derive_token({"k1": b"c" * 32}, "k1", Purpose.invite, "I1")
    assert hash_token(theirs) != hash_token(TOKEN)


def test_links_outlive_a_change_of_keys() -> None:
    """T07: with two keys live an old link is the same as ever, and new mail uses the new key."""
    assert derive_token({"k2": KEYS["k2"], "k1": KEYS["k1"]}, "k1", Purpose.invite, "I1") == TOKEN
    assert clean_token(TOKEN, KEYS) == TOKEN
    assert derive_token(KEYS, "k2", Purpose.invite, "I1").startswith("k2.")


def test_a_retired_key_opens_nothing() -> None:
    """T08: once its key is retired a link is as unknown as any other, and none can be made."""
    left = {"k2": KEYS["k2"]}
    assert clean_token(TOKEN, left) is None
    with pytest.raises(KeyError):
        derive_token(left, "k1", Purpose.invite, "I1")


@pytest.mark.parametrize(
    "arrived",
    [
        TOKEN, f"{TOKEN}.", f"{TOKEN}>", f"{TOKEN})", f"{TOKEN},", f"{TOKEN}%3E", f"<{TOKEN}>", f"%3C{TOKEN}%3E",
        f"=3D{TOKEN}", f"=3d{TOKEN}", f"{TOKEN}=3D", f"{TOKEN}&amp;utm=1", f"{TOKEN}&utm_source=x", f" {TOKEN} ",
        f"{TOKEN[:20]}=\r\n{TOKEN[20:]}", f"{TOKEN[:20]}=\n{TOKEN[20:]}", f"{TOKEN[:20]}=%0D%0A{TOKEN[20:]}",
        f"{TOKEN[:2]}%2E{TOKEN[3:]}", f"{TOKEN}/", f"{TOKEN}?x=1",
    ],
    ids=ascii,
)  # fmt: skip
def test_mail_programs_may_mangle_a_link(arrived: str) -> None:
    """L09: dots, brackets, entities and soft breaks around or inside a token still resolve."""
    assert clean_token(arrived, KEYS) == TOKEN


@given(st.text(max_size=600))
def test_nothing_else_is_a_token(text: str) -> None:
    """Whatever arrives is a token of ours in form, or nothing; never a crash."""
    found = clean_token(text, KEYS)
    assert found is None or (found.partition(".")[0] in KEYS and len(found) == len(TOKEN))


def test_a_link_stands_under_the_council_s_own_address() -> None:
    """E18: the base address is ours to set, never the request's."""
    assert url_of("https://help.example.org", Purpose.status, "k1.x") == "https://help.example.org/s/k1.x"
