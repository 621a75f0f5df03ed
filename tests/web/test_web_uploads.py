"""A form with a file: read as strictly as any other form, and nothing of it in the log."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter

import pytest

from web.forms import FormBroken, parse_upload

KIND = "multipart/form-data; boundary=b"


def part(name: str, value: str = "x", more: str = "") -> str:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


def file(name: str = "file", value: str = "id,name") -> str:
    return part(name, value, '; filename="a.csv"')


def whole(*parts: str) -> bytes:
    return "".join((*parts, "--b--\r\n")).encode()


def test_a_file_is_read_with_the_fields_around_it() -> None:
    """Every byte of the file as it was."""
    form = parse_upload(whole(part("csrf", "token"), file(value="id,name\r\n\x00é")), KIND)
    assert form == {"csrf": "token", "file": "id,name\r\n\x00é".encode().decode("latin-1")}


@pytest.mark.parametrize(
    "body",
    [
        whole(*(part(f"n{number}") for number in range(51))),
        whole(part("csrf", "token"), part("csrf", "other")),
        whole(part("csrf", "token"), part("csrf", "token")),
        whole(part("csrf", "to\x00ken")),
        whole(part("cs\x00rf")),
        whole(file("csrf", "token")),
        part("csrf").encode(),
        whole(part("csrf"))[:-4],
        b"",
    ],
    ids=["many", "twice", "twice the same", "NUL", "NUL in a name", "token as a file", "cut off", "no end", "empty"],
)
def test_what_no_browser_sends_is_refused(body: bytes) -> None:
    """As ordinary forms are."""
    with pytest.raises(FormBroken) as refused:
        parse_upload(body, KIND)
    assert refused.value.status == 400


def test_many_parts_end_the_reading_early() -> None:
    """30,000 parts in 2 MB are refused at the 51st."""
    body, began = whole(*(part(f"n{number}") for number in range(30_000))), perf_counter()
    with pytest.raises(FormBroken):
        parse_upload(body, KIND)
    assert perf_counter() - began < 0.3


def test_the_log_holds_nothing_a_sender_wrote(caplog: pytest.LogCaptureFixture) -> None:
    """Headers of a part that make no sense, and a body that is none."""
    odd = part("csrf").replace("\r\n\r\n", "\r\nContent-Transfer-Encoding: Amina\r\n\r\n")
    for body in (whole(odd), b"--aAmina" + whole(part("csrf"))):
        with suppress(FormBroken):
            parse_upload(body, KIND)
    assert not caplog.records
