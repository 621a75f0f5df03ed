"""An officer's set-up link: choose a password, or say which account of the council's is theirs. It works once."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from domain.links import hash_token
from domain.officers import Officer
from domain.signing_in import SHORTEST_PASSWORD, fault_of_password
from infra import clock
from infra.store.signing_in import Audit
from web.forms import Form
from web.signin.before import Visitor, plain_page
from web.signin.local import let_in, stands_for
from web.signin.passwords import hash_password
from web.site import Site


def open_page(site: Site, request: Request, visitor: Visitor) -> Response:
    """Whose link it is, and what to do."""
    officer = officer_of_link(site, request.path_params["token"])
    return _page(site, request, visitor, officer) if officer else link_over(site)


def take(site: Site, request: Request, visitor: Visitor, form: Form) -> Response:
    """Set the password, end whatever sessions there were, and sign in."""
    officer = officer_of_link(site, request.path_params["token"])
    if officer is None or site.settings.sign_in == "oidc":
        return link_over(site)
    password, again = form.get("password", ""), form.get("again", "")
    wrong = {}
    if fault := fault_of_password(password, officer.name, officer.email):
        wrong["password"] = fault
    elif password != again:
        wrong["again"] = "The two passwords are not the same"
    if wrong:
        return _page(site, request, visitor, officer, 422, wrong)
    link, who = hash_token(request.path_params["token"]), f"officer:{officer.id}"
    if not site.store.set_password(link, hash_password(password), clock.now(), Audit(clock.now(), who, "password-set")):
        return link_over(site)
    return let_in(site, officer, "password", "/console/", stands_for(site, request, officer.id))


def officer_of_link(site: Site, token: str) -> Officer | None:
    """The officer whose set-up link this is, while it holds."""
    id = site.store.set_up_for(hash_token(token), clock.now())
    return next((o for o in site.store.officers() if o.id == id and not o.disabled), None)


def link_over(site: Site) -> Response:
    return plain_page(
        site,
        404,
        "This set-up link does not work",
        "A set-up link works once, for 24 hours, and only the newest one does.",
        "If you have set your password already, sign in. Otherwise ask whoever gave you the link for a new one.",
    )


def _page(
    site: Site,
    request: Request,
    visitor: Visitor,
    officer: Officer,
    status: int = 200,
    wrong: dict[str, str] | None = None,
) -> Response:
    return site.page(
        "console/set_up.html", status, who=None, csrf=visitor.csrf, places=[], officer=officer, wrong=wrong or {},
        shortest=SHORTEST_PASSWORD, token=request.path_params["token"], local=site.settings.sign_in != "oidc",
        provider=site.settings.sign_in != "local",
    )  # fmt: skip
