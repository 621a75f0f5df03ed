"""The two CloudFormation templates: what is kept, and what runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
KEPT, COMPUTE = "kept", "compute"


def template(name: str) -> str:
    """The template as CloudFormation takes it."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def read_template(name: str) -> dict[str, Any]:
    """The template as a tree; `!Ref X` and its like become `{"Ref": "X"}`, as in JSON."""
    found: dict[str, Any] = yaml.load(template(name), _WithTags)  # noqa: S506 - a safe loader that knows a few tags more
    return found


class _WithTags(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        raise TypeError(f"{suffix} stands before something YAML does not have")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_WithTags.add_multi_constructor("!", _long_form)
