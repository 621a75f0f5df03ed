"""What every footer links to: what we keep and why, and how far these pages work for everybody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.keeping import Kept, Length
from domain.labels import say_list
from web.languages import N_, ngettext
from web.site import Site

KEPT = (
    (Kept.contact, N_("Residents’ names, contacts and addresses, after the request is closed")),
    (Kept.words, N_("What people write to us about a request, after it is closed")),
    (Kept.shared_words, N_("The summary and the area of a request, after it is closed")),
    (Kept.message_bodies, N_("The words of our emails and text messages, after they are sent")),
    (Kept.story, N_("What happened to a request, without names and addresses")),
)


def privacy(site: Site, request: Request) -> Response:
    """The privacy notice, with the periods this council keeps to."""
    periods = site.store.periods()
    return site.page("privacy.html", kept=[(what, say_keeping(periods.of(kept))) for kept, what in KEPT])


def say_keeping(length: Length) -> str:
    """`6 years`, `90 days`, `1 year and 30 days`."""
    parts = []
    if length.years:
        parts.append(ngettext("%(count)s year", "%(count)s years", length.years) % {"count": length.years})
    if length.days or not parts:
        parts.append(ngettext("%(count)s day", "%(count)s days", length.days) % {"count": length.days})
    return say_list(parts)


def accessibility(site: Site, request: Request) -> Response:
    """The accessibility statement. It needs no store."""
    return site.page("accessibility.html")
