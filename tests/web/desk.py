"""An officer at their desk: a signed-in browser that fills in forms as they are served."""

from __future__ import annotations

from council import Council, hidden
from httpx import Response

from domain.playbooks import Role


class Desk:
    """Dana Duty's browser, or another officer's."""

    def __init__(self, council: Council, role: Role = Role.duty, name: str = "Dana Duty") -> None:
        self.council = council
        self.client = council.signed_in(role, name)

    def get(self, path: str) -> Response:
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> Response:
        """Send exactly these fields, with the token that every form of theirs holds."""
        return self.client.post(path, data={"csrf": self.council.csrf_of(self.client)} | fields)

    def check(self, path: str, **fields: str) -> Response:
        """Open the form, fill it in, go on; returns the page that says what will happen."""
        form = self.get(path)
        assert form.status_code == 200, form.text
        return self.post(path.partition("?")[0], **(hidden(form.text) | fields))

    def confirm(self, path: str, page: Response) -> Response:
        """Confirm what a check page shows."""
        assert page.status_code == 200, page.text
        return self.post(path.partition("?")[0], **hidden(page.text), confirm="yes")

    def do(self, path: str, **fields: str) -> Response:
        """Form, check, confirm; returns the page a browser ends on."""
        sent = self.confirm(path, self.check(path, **fields))
        assert sent.status_code == 303, sent.text
        return self.get(sent.headers["location"])
