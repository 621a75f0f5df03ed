"""How pages are written: lists that stay lists on a phone, links that are links, errors where the focus goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from council import Council

from domain.playbooks import Role

PAGES = Path(__file__).resolve().parents[2] / "web" / "pages"
TEMPLATES = sorted(PAGES.rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PAGES)))
def test_a_list_is_a_table_on_a_phone_too(path: Path) -> None:
    """Stacked cells say under which head they stand, and whoever listens hears a table all the same."""
    for table in re.findall(r'<table class="govuk-table stacks".*?</table>', path.read_text(), re.DOTALL):
        assert table.startswith('<table class="govuk-table stacks" role="table">')
        heads = re.findall(r"<th [^>]*scope=\"col\"[^>]*>(.*?)</th>", table)
        names = [head for head in heads if "<span" not in head]
        cells = re.findall(r"<td ([^>]*)>", table)
        assert all('role="cell"' in cell for cell in cells)
        labels = re.findall(r'data-label="([^"]+)"', table)
        assert set(labels) <= set(names)
        assert not re.findall(r"<tr(?![^>]*role=)", table)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PAGES)))
def test_a_link_is_no_button(path: Path) -> None:
    """Without a script, Space would not press it."""
    assert 'role="button"' not in path.read_text()


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/console/needs/new", {"step": "what"}),
        ("/console/settings/officers/new", {"name": ""}),
        ("/console/settings/keys", {"name": ""}),
        ("/console/incidents/new", {"name": ""}),
        ("/console/partners/import", {"csv": ""}),
        ("/console/playbooks/everyday/try", {"what": ""}),
    ],
)
def test_the_focus_goes_to_what_is_wrong(council: Council, path: str, fields: dict[str, str]) -> None:
    """B07: every form says at its top what is wrong, once, and the focus is there."""
    ada = council.signed_in(Role.admin, "Ada Admin")
    if "needs" in path or "incidents" in path or "import" in path or "playbooks" in path:
        ada = council.signed_in(Role.manager, "Ravi Manager")
    page = ada.post(path, data={"csrf": council.csrf_of(ada)} | fields)
    assert page.status_code in (400, 422), page.text
    summary = re.findall(r'<div class="govuk-error-summary"[^>]*>', page.text)
    assert len(summary) == 1
    assert "autofocus" in summary[0]
    for place in re.findall(r'<li>\s*<a href="#([^"]+)"', page.text):
        assert f'id="{place}"' in page.text
