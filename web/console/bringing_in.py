"""Bringing in partners from a CSV: what would come of each row, then the import."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.rights import Right
from infra import clock
from infra.commands.partners import bring_in_csv
from infra.directory import FileWrong
from infra.directory.plain import OPTIONAL, REQUIRED
from infra.directory.previewing import Foreseen, Would, preview_csv
from infra.playbooks import load_catalogue
from web.console.layout import console_page
from web.console.partners import AT
from web.console.wording import as_sentence
from web.forms import Form, read_upload, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

LARGEST = 1_800_000  # bytes: once more with the check page's form around it, it still fits
MOST_ROWS = 2_000  # what is foreseen in about a second, with others writing
MOST_SHOWN = 200
COLUMNS = ",".join((*REQUIRED, *OPTIONAL))


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/import", Right.steer, show, send, read_upload)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """Choose a file, or paste its rows."""
    return _page(site, who)


def send(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Say what would come of it; confirmed, bring it in."""
    raw = _content(form)
    if wants_to_change(request, form):
        return _page(site, who, typed=form.get("csv", ""))
    if not raw.strip():
        return _page(site, who, 422, wrong={"file": "Choose a file, or paste its rows below."})
    if len(raw) > LARGEST:
        return _page(site, who, 413, wrong={"file": "The file is too large: at most 1.8 MB. Split it into several."})
    if len(raw.splitlines()) > MOST_ROWS + 1:
        most = f"at most {MOST_ROWS:,} rows at once here. Split it into several, or import it by the command line."
        return _page(site, who, 413, wrong={"file": f"The file is too long: {most}"})
    try:
        if "confirm" in form:
            return _bring_in(site, who, raw)
        foreseen = preview_csv(site.store, raw, load_catalogue(), clock.now())
        return _check(site, who, foreseen, raw)
    except FileWrong as mistake:
        return _page(site, who, 422, wrong={"file": f"{mistake}."}, typed=form.get("csv", ""))


def _content(form: Form) -> bytes:
    """The file, else what was pasted."""
    return form.get("file", "").encode("latin-1", "replace") or form.get("csv", "").encode("utf-8", "replace")


def _page(
    site: Site, who: SignedIn, status: int = 200, *, wrong: dict[str, str] | None = None, typed: str = ""
) -> Response:
    return console_page(
        site,
        who,
        "bring_in.html",
        status,
        at=AT,
        wrong=wrong or {},
        typed={"csv": typed},
        required=",".join(REQUIRED),
        columns=COLUMNS,
    )


def _check(site: Site, who: SignedIn, foreseen: Foreseen, raw: bytes) -> Response:
    groups = [
        ("Refused", foreseen.of(Would.refuse)),
        ("Changed", foreseen.of(Would.change)),
        ("Added", foreseen.of(Would.add)),
        ("Already so", foreseen.of(Would.nothing)),
    ]
    return console_page(
        site,
        who,
        "bring_in_check.html",
        at=AT,
        counts=[(title, len(rows)) for title, rows in groups],
        groups=[(title, rows[:MOST_SHOWN], len(rows) - MOST_SHOWN) for title, rows in groups[:3] if rows],
        notes=foreseen.notes,
        anything=any(rows for _, rows in groups[1:3]),
        csv=raw.decode("utf-8-sig", "replace"),
    )


def _bring_in(site: Site, who: SignedIn, raw: bytes) -> Response:
    done = bring_in_csv(site.door, raw, load_catalogue(), who.by)
    refused = [(entry.place, entry.id[:80], as_sentence(entry.refused or "")) for entry in done.refused[:MOST_SHOWN]]
    return console_page(
        site,
        who,
        "bring_in_done.html",
        at=AT,
        taken=done.taken,
        cannot=done.cannot_be_asked,
        refused=refused,
        count=len(done.refused),
        left=len(done.refused) - len(refused),
    )
