"""The local mailbox: what would have been sent, to look at and click. On this machine only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.security import CONTENT_POLICY, LOCAL_NAMES, is_loopback
from web.site import Site

if TYPE_CHECKING:
    from notifications.channels.outbox import OpenedMail

SHOWN = 200
WITH_FRAME = CONTENT_POLICY + "; frame-src 'self'"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; "
    "base-uri 'none'; sandbox allow-top-navigation-by-user-activation"
)
URL = re.compile(r"https?://[^\s<>\"']+")
LINK = re.compile(r"<a\s", re.IGNORECASE)


def show_mails(site: Site, request: Request) -> Response:
    """The newest mails, newest first."""
    from notifications.channels.outbox import list_mails  # here: reading mail takes long to import, and few read it

    _keep_local(site, request)
    return site.page("mailbox.html", mails=list_mails(site.settings.home, SHOWN), zone=site.settings.zone)


def show_mail(site: Site, request: Request) -> Response:
    """One mail: who, what, its words, and its HTML in a frame that can do nothing."""
    mail = _find(site, request)
    return site.page(
        "mail.html",
        headers={"Content-Security-Policy": WITH_FRAME},
        mail=mail,
        text=with_links(mail.text),
        zone=site.settings.zone,
    )


def show_html(site: Site, request: Request) -> Response:
    """A mail's HTML by itself, without scripts, forms or anything from elsewhere. Its links open outside the frame."""
    mail = _find(site, request)
    return HTMLResponse(LINK.sub('<a target="_top" ', mail.html), headers={"Content-Security-Policy": MAIL_POLICY})


def _find(site: Site, request: Request) -> OpenedMail:
    from notifications.channels.outbox import read_mail

    _keep_local(site, request)
    mail = read_mail(site.settings.home, request.path_params["name"])
    if mail is None:
        raise HTTPException(404)
    return mail


def is_shown(site: Site, request: Request) -> bool:
    """Only mails kept as files, and only on the machine that keeps them."""
    own = urlsplit(site.settings.base_url).hostname
    return site.settings.email == "outbox" and own in LOCAL_NAMES and is_loopback(request)


def _keep_local(site: Site, request: Request) -> None:
    if not is_shown(site, request):
        raise HTTPException(404)


def with_links(text: str) -> Markup:
    """The text, escaped, with its addresses as links."""
    parts, at = [], 0
    for match in URL.finditer(text):
        url = escape(match[0].rstrip(".,)"))
        parts += [escape(text[at : match.start()]), Markup('<a href="{0}">{0}</a>').format(url)]
        at = match.start() + len(match[0].rstrip(".,)"))
    return Markup("").join([*parts, escape(text[at:])])
