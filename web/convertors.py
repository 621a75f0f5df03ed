"""What may stand in an address: `{token:anything}`."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor


class Anything(Convertor[str]):
    """Whatever a mail program has left of a link: slashes and line breaks too."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("anything", Anything())
