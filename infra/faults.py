"""What is wrong with something people wrote, said as a sentence: one for each thing pydantic finds."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from domain.opening import NeedWrong

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

WORDS = {
    "string_type": "must be text; put it in quotes",
    "string_unicode": "must be UTF-8 text",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must be small letters, digits and hyphens, such as food-parcel",
    "tuple_type": "must be a list, such as [volunteer, community]",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "model_type": "must be a block of keys with their values",
    "model_attributes_type": "must be a block of keys with their values",
    "dict_type": "must be a block of keys with their values",
    "datetime_from_date_parsing": "must be a time, such as 2026-11-22T09:00",
}


Model = TypeVar("Model", bound=BaseModel)


def read_typed(model: type[Model], typed: Mapping[str, object], whole: str) -> Model:
    """What was typed, as `model`. Raises `NeedWrong`, naming the field; where it is about none, the `whole`."""
    try:
        return model.model_validate(typed)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise NeedWrong(str(error["loc"][0]) if error["loc"] else whole, say_fault(error)) from None


def say_fault(error: ErrorDetails, model: type[BaseModel] | None = None) -> str:
    """The sentence for one pydantic error, without its place. With `model` an unknown key gets near matches."""
    kind, limits = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"{error['loc'][-1]!r} is missing"
    if kind == "extra_forbidden":
        return say_unknown_key(str(error["loc"][-1]), known_keys(model, error["loc"][:-1]) if model else ())
    if kind == "enum":
        return say_unknown_word(
            error["input"], str(limits["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        )
    if kind == "value_error":
        return error["msg"].removeprefix("Value error, ")
    if kind == "too_short":
        return "is empty; there must be at least one"
    if kind == "too_long":
        return f"holds too many; at most {limits['max_length']}"
    if kind == "string_too_long":
        return f"is longer than {limits['max_length']} characters"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        return f"{error['msg'].replace('Input should be', 'must be')}, not {_shown(error['input'])}"
    if kind == "string_pattern_mismatch" and "A-Z" in str(limits["pattern"]):
        return f"must be letters, digits, dots and hyphens without spaces, not {_shown(error['input'])}"
    said = WORDS.get(kind)
    return f"{said}, not {_shown(error['input'])}" if said else error["msg"]


def _shown(given: object) -> str:
    """At most 40 characters of what somebody wrote; what was no single word only by its kind."""
    if isinstance(given, (list, tuple)):
        return "a list"
    if isinstance(given, Mapping):
        return "a block of keys"
    if given is None:
        return "nothing"
    return repr(given if not isinstance(given, str) else given[:40])


def say_unknown_word(given: object, known: list[str]) -> str:
    """`'voluntry' is none of volunteer, voluntary, …; did you mean voluntary?`"""
    near = get_close_matches(str(given)[:60].lower(), known, n=2, cutoff=0.6)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return f"{_shown(given)} is none of {', '.join(known)}{hint}"


def say_unknown_key(given: str, known: tuple[str, ...]) -> str:
    """`there is no key 'patiance'; did you mean patience?`"""
    near = get_close_matches(given[:60].lower().replace("-", "_").replace(" ", "_"), known, n=2, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known)}" if known else ""
    return f"there is no key {given[:60]!r}" + (f"; {hint}" if hint else "")


def known_keys(model: type[BaseModel], place: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that may stand at `place` inside `model`."""
    found: Any = model
    for step in place:
        if isinstance(step, str) and isinstance(found, type) and issubclass(found, BaseModel):
            field = found.model_fields.get(step)
            found = _model_in(field.annotation) if field else None
    return tuple(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else ()


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
