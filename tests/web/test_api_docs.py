"""docs/api.md: every curl example in it works as it is printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from council import Council
from program import API, Program

from domain.officers import Officer
from domain.playbooks import Role

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_the_examples_work(council: Council) -> None:
    """Top to bottom, with the address, the key and the need put where the shell would put them."""
    dana = Officer(id="O-Dana", name="Dana", email="dana@example.org", role=Role.duty)
    council.door.store.add_officer(dana, council.moment)
    program, need, said = Program(council), "", []
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    for example in re.findall(r"^curl .*?(?=^curl |\Z)", "".join(blocks), re.DOTALL | re.MULTILINE):
        filled = example.replace("$MUSTER", API).replace("$NEED", need).replace("$KEY", program.text)
        words = shlex.split(filled)[1:]
        options: dict[str, list[str]] = {}
        while any(word.startswith("-") for word in words):
            at = next(n for n, word in enumerate(words) if word.startswith("-"))
            options.setdefault(words[at], []).append(words[at + 1])
            del words[at : at + 2]
        headers = dict(line.split(": ", 1) for line in options.get("-H", []))
        method, body = options.get("-X", ["GET"])[0], options.get("-d", [None])[0]
        answer = council.visitor().request(method, words[0], headers=headers, content=body)
        assert answer.status_code in (200, 201), f"{example}\n{answer.text}"
        need = need or answer.json()["need"]
        said.append(example)
    assert len(said) == 10
