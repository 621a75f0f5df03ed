"""What people send us, read with care: small, plain, and kept as typed until it is right."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, FormParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from domain.values import many_lines, one_line
from web.languages import _

logging.getLogger("python_multipart").setLevel(logging.CRITICAL + 1)  # it would log what senders wrote

LARGEST_BODY = 64 * 1024
LARGEST_UPLOAD = 2 * 1024 * 1024
FILE = b"file"  # the field of a page that holds a file
MOST_FIELDS = 50
MOST_FIELDS_EVER = 200  # 50 lines, three fields each, and the rest
PATIENCE = 10.0  # seconds a body may take to arrive
ONE_CLICK = re.compile(rb'name="?List-Unsubscribe"?\r?\n(?:[^\r\n]+\r?\n){0,5}\r?\nOne-Click\r?\n')
LONGEST_NAME, LONGEST_NOTE = 120, 2000

Form = Mapping[str, str]


class FormBroken(Exception):
    """This cannot have come from one of our pages, or not whole: the status says how."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass
class Wrong:
    """What is wrong with a form, by field, in the order of the page."""

    sentences: dict[str, str] = field(default_factory=dict)

    def say(self, place: str, sentence: str) -> None:
        self.sentences.setdefault(place, sentence)

    def __bool__(self) -> bool:
        return bool(self.sentences)


async def read_form(request: Request) -> Form:
    """Read a form's fields. Raises `FormBroken`; one slow sender keeps nobody else waiting."""
    headers = request.headers
    if (
        "content-type" not in headers
        and "transfer-encoding" not in headers
        and headers.get("content-length", "0") == "0"
    ):
        return {}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    one_click = kind == "multipart/form-data" and request.url.path.rpartition("/")[0].endswith("/u")
    if not (kind == "application/x-www-form-urlencoded" or one_click) or "content-encoding" in headers:
        raise FormBroken(415, "We can only read answers sent from the form on our pages.")
    body = await _read_body(request, LARGEST_BODY)
    return parse_one_click(body) if one_click else parse_form(body)


async def _read_body(request: Request, most: int) -> bytes:
    """What was sent, at most so many bytes. Raises `FormBroken`."""
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:12]) > most:
        raise FormBroken(413, "That is more than our form can send.")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise FormBroken(413, "That is more than our form can send.")
    except TimeoutError:
        raise FormBroken(408, "Your answer took too long to reach us.") from None
    except ClientDisconnect:
        raise FormBroken(400, "Your answer did not reach us whole.") from None
    return bytes(body)


async def read_upload(request: Request) -> Form:
    """Read a form that may hold one file: its bytes as Latin-1, one letter a byte. Raises `FormBroken`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        return await read_form(request)
    if "content-encoding" in request.headers:
        raise FormBroken(415, "We can only read answers sent from the form on our pages.")
    body = await _read_body(request, LARGEST_UPLOAD)
    return await run_in_threadpool(parse_upload, body, request.headers["content-type"])


def parse_upload(body: bytes, kind: str) -> Form:
    """The parts of a multipart body, each name once. Raises `FormBroken` for what no browser sends."""
    fields: dict[str, str] = {}

    def add(part: Field | File, value: str) -> None:
        name = (part.field_name or b"").decode("utf-8")
        if name in fields or "\x00" in name or len(fields) == MOST_FIELDS:
            raise ValueError("no browser sends this")
        fields[name] = value

    def add_field(part: Field) -> None:
        value = (part.value or b"").decode("utf-8")
        if "\x00" in value:
            raise ValueError("no browser sends this")
        add(part, value)

    def add_file(part: File) -> None:
        if part.field_name != FILE:
            raise ValueError("our pages have one place for a file")
        part.file_object.seek(0)
        add(part, part.file_object.read().decode("latin-1"))

    try:
        boundary = parse_options_header(kind)[1].get(b"boundary", b"")
        if not boundary or not body.rstrip().endswith(b"--" + boundary + b"--"):
            raise ValueError("it has no end")
        settings: dict[str, int] = {"MAX_MEMORY_FILE_SIZE": 2 * LARGEST_UPLOAD}
        parser = FormParser("multipart/form-data", add_field, add_file, boundary=boundary, config=settings)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError, TypeError):
        raise FormBroken(400, "Your file did not reach us in a form we can read.") from None
    return fields


def parse_one_click(body: bytes) -> Form:
    """What mail programs send as RFC 8058 prefers it: multipart, with this one field. Anything else is `FormBroken`."""
    if not ONE_CLICK.search(body):
        raise FormBroken(415, "We can only read answers sent from the form on our pages.")
    return {"List-Unsubscribe": "One-Click"}


def parse_form(body: bytes) -> Form:
    """Return the fields, each once. Raises `FormBroken` for what no page of ours sends."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS_EVER
        )
    except ValueError:
        raise FormBroken(400, "Your answer did not reach us in a form we can read.") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if "\x00" in name or "\x00" in value or fields.setdefault(name, value) != value:
            raise FormBroken(400, "Your answer did not reach us in a form we can read.")
    return fields


def wants_to_change(request: Request, form: Form) -> bool:
    """Is this the check page's "Change my answer"? It has an address of its own, so "Send" never goes with it."""
    return "change" in request.query_params and "confirm" not in form


def check_size(form: Form, most: int = MOST_FIELDS) -> None:
    """Refuse a form with more fields than its page has."""
    if len(form) > most:
        raise FormBroken(400, "Your answer did not reach us in a form we can read.")


def read_name(form: Form, wrong: Wrong) -> str | None:
    return _read_text(form, "name", LONGEST_NAME, one_line, wrong)


def read_note(form: Form, wrong: Wrong) -> str | None:
    return _read_text(form, "note", LONGEST_NOTE, many_lines, wrong)


def _read_text(form: Form, place: str, longest: int, clean: Callable[[str], str], wrong: Wrong) -> str | None:
    try:
        text = clean(form.get(place, ""))
    except ValueError as what:
        wrong.say(place, _("What you write %(what)s.", what=what))
        return None
    if len(text) > longest:
        used = {"most": f"{longest:,}", "count": f"{len(text):,}"}
        wrong.say(place, _("Use %(most)s characters or fewer. You have used %(count)s.", **used))
        return None
    return text or None
