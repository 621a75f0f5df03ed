"""A program of the council's: what it does over the API, with a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from council import Council
from httpx import Response
from starlette.testclient import TestClient

from domain.rights import Right
from infra.api_keys import make_key
from infra.store.signing_in import Audit

API = "/api/v1"
ALL = (Right.look, Right.look_private, Right.respond, Right.steer)


@dataclass
class Program:
    """It asks and is answered, as whoever its key says."""

    council: Council
    rights: tuple[Right, ...] = ALL
    text: str = field(init=False)
    id: str = field(init=False)
    client: TestClient = field(init=False)

    def __post_init__(self) -> None:
        self.text, key = make_key("Case system", self.rights, "command", self.council.moment)
        self.id = key.id
        self.council.door.store.add_key(key, Audit(self.council.moment, "command", "key-made", f"key:{key.id}"))
        self.client = self.council.visitor()

    @property
    def shown(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.text}"}

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(API + path, params=query, headers=self.shown)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(API + path, json=body, headers=self.shown | named)
