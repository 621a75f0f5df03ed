"""One-click mute (RFC 8058): no new requests of one category. What is open stays open."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.labels import begin_small
from domain.links import Purpose
from infra import clock
from infra.playbooks import category_title
from web.forms import Form, check_size
from web.languages import _
from web.security import hold_to
from web.site import Link, Site


def open_page(site: Site, request: Request) -> Response:
    """Ask whether they mean it: a GET changes nothing."""
    return _page(site, site.open_link(request.path_params["token"], Purpose.unsubscribe))


def send(site: Site, request: Request, form: Form) -> Response:
    """Mute the category, at a mail program's one click or the person's own."""
    link = site.open_link(request.path_params["token"], Purpose.unsubscribe)
    hold_to(site.limits.posts, link.row.hash)
    check_size(form)
    if form.get("List-Unsubscribe") != "One-Click" and not form.get("confirm"):
        return _page(site, link, 422, wrong={"confirm": _("Tick the box to say that you want no more of these.")})
    responder, _sep, category = link.target.partition("|")
    site.store.mute(responder, category, clock.now())
    return _page(site, link, muted=True)


def _page(
    site: Site, link: Link, status: int = 200, *, muted: bool = False, wrong: dict[str, str] | None = None
) -> Response:
    category = begin_small(category_title(link.target.partition("|")[2]))
    return site.page("mute.html", status, category=category, muted=muted, wrong=wrong or {})
