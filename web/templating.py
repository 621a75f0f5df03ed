"""The pages' templates: ours, with the GOV.UK Design System's components beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from jinja2 import (
    BytecodeCache,
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    UndefinedError,
)
from jinja2.bccache import Bucket
from jinja2.loaders import ChoiceLoader
from jinja2.utils import missing

from web.languages import gettext, language, ngettext

PAGES = Path(__file__).parent / "pages"
COMPONENTS = "govuk_frontend_jinja"


class Careful(ChainableUndefined):
    """A name that nobody gave a template is a mistake of ours; a setting a component was not given is not.

    The Design System's components read settings that may be left out, so what a dict lacks reads as nothing.
    """

    def _use(self) -> None:
        if self._undefined_obj is missing and self._undefined_name not in (None, "undefined", "caller"):
            raise UndefinedError(f"{self._undefined_name!r} is not given to this page")

    def __str__(self) -> str:
        self._use()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __bool__(self) -> bool:
        self._use()
        return False

    def __getattr__(self, name: str) -> Careful:
        if name[:2] == "__":
            raise AttributeError(name)
        self._use()
        return self

    __getitem__ = __getattr__

    def __iter__(self) -> Any:
        self._use()
        return iter(())

    def __len__(self) -> int:
        self._use()
        return 0


class Compiled(BytecodeCache):
    """Templates compiled once in a process, however many sites it serves."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if known := self.kept.get(bucket.key + bucket.checksum):
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


def our_pages() -> list[str]:
    """The names of our own templates."""
    return FileSystemLoader(PAGES).list_templates()


def environment() -> Environment:
    """Templates that escape whatever they are given, each found by its path below `pages/`."""
    components = PrefixLoader({COMPONENTS: PackageLoader(COMPONENTS)})
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(PAGES), components]),
        autoescape=True,
        undefined=Careful,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(),
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["language"] = language
    return made
