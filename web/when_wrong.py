"""The pages that say what went wrong: each says whether anything was recorded, and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from infra.door import Busy, NoSuchNeed
from infra.store import StoreError
from web.forms import FormBroken
from web.languages import _
from web.security import TooOften, client_address, network_of
from web.site import Site, UnknownLink

Answer = Callable[[Request, Exception], Awaitable[Response]]


def pages(site: Site) -> dict[int | type[Exception], Answer]:
    """What a visitor reads, by what happened."""

    def of(answer: Callable[[Site, Request, Exception], Response]) -> Answer:
        async def page(request: Request, trouble: Exception) -> Response:
            return answer(site, request, trouble)

        return page

    return {
        UnknownLink: of(_unknown_link),
        NoSuchNeed: of(_unknown_link),
        TooOften: of(_too_often),
        FormBroken: of(_form_broken),
        StoreError: of(_no_store),
        Busy: of(_busy),
        HTTPException: of(_http_error),
    }


def _unknown_link(site: Site, request: Request, trouble: Exception) -> Response:
    if wait := site.limits.unknown_links.wait(network_of(client_address(request, site.settings.proxy))):
        return _wait_a_little(site, wait)
    return site.message(
        404,
        _("We cannot find this page"),
        _("The link may not be complete, or the request it belongs to may have been closed for a while."),
        offer_link=True,
    )


def _too_often(site: Site, request: Request, trouble: Exception) -> Response:
    return _wait_a_little(site, trouble.wait if isinstance(trouble, TooOften) else 60)


def _wait_a_little(site: Site, wait: int) -> Response:
    return site.message(
        429,
        _("Please wait a little"),
        _("Too many attempts have come from where you are. Nothing has been recorded; try again in a minute."),
        headers={"Retry-After": str(wait)},
    )


def _form_broken(site: Site, request: Request, trouble: Exception) -> Response:
    status, sentence = (trouble.status, trouble.sentence) if isinstance(trouble, FormBroken) else (400, "")
    return site.message(status, _("We could not read your answer"), _(sentence), _("Nothing has been recorded."))


def _no_store(site: Site, request: Request, trouble: Exception) -> Response:
    """The store's answer may be what got lost: what was sent may be on record, or not."""
    if getattr(request.state, "form", None) is None:
        return _try_again(site, request, _("We cannot reach our records just now."))
    unknown = _("We cannot reach our records just now, so we do not know whether what you sent has been recorded.")
    if request.url.path.startswith(f"{site.prefix}/console/"):
        return _try_again(site, request, unknown, _("Look whether it is there before you send it again."))
    harmless = _("Sending it again does no harm. Or open the link again: the page shows how things stand.")
    return _try_again(site, request, unknown, harmless)


def _busy(site: Site, request: Request, trouble: Exception) -> Response:
    return _try_again(site, request, _("Others are changing this at this moment, so nothing has been recorded yet."))


def _try_again(site: Site, request: Request, *sentences: str) -> Response:
    """With what was typed, ready to be sent again."""
    form = getattr(request.state, "form", None)
    again = dict(form) if form else None
    return site.message(503, _("Please try again in a moment"), *sentences, again=again, headers={"Retry-After": "5"})


def _http_error(site: Site, request: Request, trouble: Exception) -> Response:
    status = trouble.status_code if isinstance(trouble, HTTPException) else 500
    headers = dict(trouble.headers or {}) if isinstance(trouble, HTTPException) else None
    if status == 405:
        title, sentence = _("That is not possible here"), _("Please use the link in our message.")
    else:
        title, sentence = _("We cannot find this page"), _("Check the address, or use the link in our message.")
    return site.message(status, title, sentence, headers=headers)


def last_resort(site: Site, incident: str) -> Response:
    """What is said of a fault of ours. `incident` is the number it has in the log."""
    try:
        return site.message(
            500,
            _("Something went wrong"),
            _("We are sorry. We do not know whether your answer was recorded: open the link again to see."),
            _("If you phone us, please say incident %(number)s.", number=incident),
        )
    except Exception:  # the page itself is broken: words are better than nothing
        return PlainTextResponse(f"Something went wrong. Please phone {site.settings.phone}.", 500)
