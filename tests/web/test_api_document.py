"""The API's description is true: whatever it allows, and whatever it forbids, gets an answer that is written there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from council import PARCEL, Council
from hypothesis import HealthCheck, given, seed, settings
from program import API, Program
from starlette.applications import Starlette

from infra.commands import COMMANDS
from infra.showing import need_as_json
from web.api.mounting import mount_api
from web.api.shapes import NeedShown
from web.security import Limit, Limits
from web.site import Site

with warnings.catch_warnings():  # what it imports is of several ages
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]


@dataclass(frozen=True)
class Described:
    """The API in this process, and its description as schemathesis reads it."""

    schema: Any
    program: Program
    values: dict[str, str]


@pytest.fixture
def described(tmp_path: Path) -> Iterator[Described]:
    council = Council(tmp_path)
    limits = Limits()
    limits.api = Limit(10**9)
    program = Program(council)
    dana = council.has_officer("Dana")
    responder, need = council.has("Riverside Kitchen"), council.needs((PARCEL, 20))
    council.asks(need, responder)
    opened = {"name": "Flood", "place": "Rest Centre", "lead": dana.email}
    flood = program.post("/incidents", opened).json()["incident"]
    app = Starlette(routes=[mount_api(Site(council.door, limits))])
    schema = schemathesis.openapi.from_asgi(API + "/openapi.json", app, headers=program.shown)
    yield Described(schema, program, {"needs": need, "responders": responder, "incidents": flood})
    council.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
def test_every_answer_is_documented(described: Described, mode: GenerationMode) -> None:
    """Generated from the description, the same each time: no 5xx, no answer that is not written there."""
    asked = 0
    for result in described.schema.get_all_operations():
        operation = result.ok()

        @seed(4)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            place = case.path.split("/")[1]
            if "{" in case.path and asked % 2 and place in described.values and mode is GenerationMode.POSITIVE:
                name = "id" if place == "responders" else "ref"
                case.path_parameters = {name: described.values[place]}
            case.call_and_validate(headers=described.program.shown, checks=CHECKS)

        ask()
    assert asked > 100


def test_the_document_is_whole(described: Described) -> None:
    """Every command has its address; every address its right, its key, and its problems; nothing is left to guess."""
    document = described.program.get("/openapi.json").json()
    assert {f"/needs/{{ref}}/{name}" for name in COMMANDS} <= set(document["paths"])
    for path, ways in document["paths"].items():
        for method, way in ways.items():
            where = f"{method} {path}"
            assert way["x-right"], where
            assert way["security"] == [{"HTTPBearer": []}], where
            assert {"401", "403", "429", "503"} <= set(way["responses"]), where
            assert way.get("description"), where
            for status, answer in way["responses"].items():
                kind = "application/problem+json" if status[0] in "45" else "application/json"
                assert list(answer["content"]) == [kind], f"{where}: {status}"
    assert document["servers"] == [{"url": "http://127.0.0.1:8000" + API}]


def test_a_need_is_described_as_it_is_answered(described: Described) -> None:
    """What `need show --json` prints, field by field: neither more nor less is documented."""
    council = described.program.council
    need = described.values["needs"]
    answered = need_as_json(council.door.store, council.situation(need))
    described_as = NeedShown.model_validate(answered)  # refuses what is not described, in every part of it too
    assert described_as.model_fields_set == answered.keys() == NeedShown.model_fields.keys()
