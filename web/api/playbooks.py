"""Playbooks for programs: which there are, and how each responds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.rights import Right
from infra.playbooks import load_playbook, playbook_names
from web.api.problems import PlainJson
from web.api.routing import Routes
from web.api.shapes import PlaybooksFound, PlaybookShown

PlaybookName = Annotated[str, Path(examples=["everyday"], pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


def routes() -> Routes:
    found = Routes(prefix="/playbooks", tags=["playbooks"])
    found.offer("GET", "", Right.look, list_playbooks, title="List playbooks", answer=PlaybooksFound)
    found.offer("GET", "/{name}", Right.look, show, title="Read a playbook", answer=PlaybookShown, wrong=(404,))
    return found


def list_playbooks() -> Response:
    """All of them, with their rounds."""
    return PlainJson({"playbooks": [load_playbook(name).model_dump(mode="json") for name in playbook_names()]})


def show(name: PlaybookName) -> Response:
    """One playbook."""
    if name not in playbook_names():
        raise HTTPException(404, f"There is no playbook {name!r}; there are {', '.join(playbook_names())}.")
    return PlainJson(load_playbook(name).model_dump(mode="json"))
