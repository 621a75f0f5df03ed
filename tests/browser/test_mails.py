"""Every kind of mail, rendered as a mail program does: E08, E09.

Of E08's two programs this is axe; the Nu HTML checker, which needs Java, is not run. That every tag is
closed in order is held by tests/notifications/test_messages.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from notifications.rendering import render
from tests.browser.looking import CONTRAST, RULES, faults, sticks_out
from tests.notifications.letters_of_every_kind import every_letter, url

NOT_OF_MAILS = ("region", "landmark-one-main", "page-has-heading-one")  # a mail lies within somebody else's page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_mail(chromium: Browser, scheme: str) -> None:
    """E08: contrast, language, title and structure hold for every kind, in light and dark, as wide as a phone."""
    page = chromium.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    wrong = []
    rules = RULES if scheme == "light" else CONTRAST  # all else is the same in the dark
    for name, words in every_letter().items():
        page.set_content(render(words, url).html)
        page.add_style_tag(content="html { background: Canvas }")  # as it is drawn; axe takes it for white
        wrong += [f"{name}: {fault}" for fault in faults(page, rules) if not fault.startswith(NOT_OF_MAILS)]
        wrong += [f"{name}: sticks out by {sticks_out(page)} pixels"] if sticks_out(page) > 0 else []
        wrong += [f"{name}: an image"] if page.locator("img, picture, video").count() else []
    page.close()
    assert not wrong, "\n".join(wrong)
