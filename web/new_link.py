"""Send me a new link: to the address on file, whoever asks. The reply is the same for everybody, and as fast."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from domain.addresses import read_email
from domain.changes import Change
from domain.messages import MessageKind
from domain.needs import read_reference
from domain.relinking import send_new_link, send_new_status_link
from domain.situations import Situation
from infra.door import Busy
from infra.store import StoreError
from web.forms import Form, Wrong, check_size
from web.languages import _
from web.security import client_address, hold_to, log_incident, network_of
from web.site import Site


def open_page(site: Site, request: Request) -> Response:
    """Ask for an address and a reference."""
    return site.page("new_link.html", typed={}, wrong={})


def send(site: Site, request: Request, form: Form) -> Response:
    """Say the same whatever we know; look, and send what there is to send, after the reply has gone."""
    hold_to(site.limits.new_links, network_of(client_address(request, site.settings.proxy)))
    check_size(form)
    wrong = Wrong()
    reference = read_reference(form.get("reference", ""))
    if reference is None:
        wrong.say("reference", _("Enter the reference from our message, such as N-7K3QX2."))
    email = _read_address(form, wrong)
    if wrong or email is None or reference is None:
        return site.page("new_link.html", 422, typed=form, wrong=wrong.sentences)
    site.store.marks()  # if the store is away, say so to everybody alike
    reply = site.page("new_link_sent.html")
    reply.background = BackgroundTask(send_links, site, reference, email)
    return reply


def _read_address(form: Form, wrong: Wrong) -> str | None:
    try:
        return read_email(form.get("email", "").strip()[:300])
    except ValueError:
        wrong.say("email", _("Enter an email address, such as name@example.org."))
        return None


def send_links(site: Site, reference: str, email: str) -> None:
    """Queue a new link for everybody of this need with this address on file: partners, and the resident."""
    try:
        situation = site.door.find(reference)
        if situation is None:
            return
        for responder in dict.fromkeys(i.responder for i in situation.invitations):
            addresses = [contact.email for contact in site.store.contacts(responder)]
            if (number := _find(email, addresses)) is not None:
                site.door.change(reference, partial(_to_responder, site, responder, number))
        if _find(email, [site.store.resident(reference).write_to]) is not None:
            site.door.change(reference, partial(_to_resident, site))
    except (StoreError, Busy) as trouble:
        log_incident("new-link", trouble, "/r/new")


def _find(email: str, addresses: Iterable[str | None]) -> int | None:
    """Which of these is `email`? Compared in ASCII: letters that only look alike are others."""
    wanted = email.lower()
    for number, address in enumerate(addresses):
        if address and address.isascii() and email.isascii() and address.lower() == wanted:
            return number
    return None


def _to_responder(site: Site, responder: str, contact: int, situation: Situation, now: datetime) -> Change | None:
    return send_new_link(situation, responder, contact, _last_sent(site, situation, f"responder:{responder}"), now)


def _to_resident(site: Site, situation: Situation, now: datetime) -> Change | None:
    return send_new_status_link(situation, _last_sent(site, situation, "resident"), now)


def _last_sent(site: Site, situation: Situation, to: str) -> datetime | None:
    sent = (row.message for row in site.store.messages(situation.need.id))
    return max((m.created_at for m in sent if m.kind is MessageKind.new_link and m.to == to), default=None)
