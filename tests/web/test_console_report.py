"""What a head of service sees: figures in words, charts, tables and a file."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest

from domain.answering import AnswerKind
from domain.closing import close
from domain.needs import Outcome
from domain.playbooks import Role
from infra.charting import CHARTS
from tests.web.council import PARCEL, Council

DAYS = "from=2026-11-01&to=2026-12-31"


@pytest.fixture
def busy(council: Council) -> Council:
    """Amina's need was met by Good Neighbours, a second one was not met, a third is open."""
    council.has("Good Neighbours")
    met, unmet, _ = (council.needs((PARCEL, 2)) for _ in range(3))
    council.asks(met, "good-neighbours")
    council.moment += timedelta(hours=2)
    council.says(met, "good-neighbours", AnswerKind.accept)
    council.change(met, lambda s, now: close(s, Outcome.met, "officer:O-Dana", now))
    council.change(unmet, lambda s, now: close(s, Outcome.not_met, "officer:O-Dana", now))
    return council


def test_the_figures_come_first_in_plain_words(busy: Council) -> None:
    """Vera Viewer opens the report and reads how the needs of these days stand."""
    page = busy.signed_in(Role.viewer, "Vera").get(f"/console/report?{DAYS}")
    assert page.status_code == 200
    assert "3 needs were recorded from 1 November to 31 December 2026: 1 was met and 1 not met. 1 is still open." in (
        page.text
    )
    assert "So far 1 of 3 had a first yes" in page.text


def test_without_days_it_is_the_last_whole_month(council: Council) -> None:
    """Nothing was recorded then, and it says so."""
    page = council.signed_in(Role.viewer, "Vera").get("/console/report")
    assert page.status_code == 200
    assert "No needs were recorded from" in page.text
    assert "<table" not in page.text
    assert "<img" not in page.text


def test_a_month_without_needs_is_not_what_one_opens(busy: Council) -> None:
    """Last month had none, so the report opens on this month; a chart with nothing in it is not drawn."""
    page = busy.signed_in(Role.viewer, "Vera").get("/console/report").text
    assert "3 needs were recorded" in page
    assert "chart/outcomes.svg" in page
    assert "chart/unmet.svg" not in page


@pytest.mark.parametrize(
    "query", ["from=soon", "from=2026-12-31&to=2026-12-01", "to=9999-12-31", "from=0001-01-01", "from=%00", "from=2999"]
)
def test_wrong_days_are_said_so(council: Council, query: str) -> None:
    """The form comes back with what is wrong; nothing breaks."""
    page = council.signed_in(Role.viewer, "Vera").get(f"/console/report?{query}")
    assert page.status_code == 400
    assert "There is a problem" in page.text


def test_a_chart_is_an_image_of_our_own_without_script(busy: Council) -> None:
    """Every chart the page names is there, has words for who does not see it, and runs and fetches nothing."""
    vera = busy.signed_in(Role.viewer, "Vera")
    page = vera.get(f"/console/report?{DAYS}").text
    charts = re.findall(r'<img class="chart" src="([^"]+)" alt="([^"]+)"', page)
    assert len(charts) >= 2
    for address, alt in charts:
        assert alt.startswith("Chart: ")
        assert "figures" in alt
        svg = vera.get(address.replace("&amp;", "&"))
        assert svg.status_code == 200
        assert svg.headers["content-type"].startswith("image/svg+xml")
        assert svg.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
        assert "<script" not in svg.text
        assert not re.search(r"\son[a-z]+=|href=|url\(|@import", svg.text)
        root = ElementTree.fromstring(svg.text)  # noqa: S314 - ours
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert root.find("{http://www.w3.org/2000/svg}desc") is not None


def test_everything_on_a_page_is_of_one_count(busy: Council) -> None:
    """A fourth need is recorded while Ravi reads: page, charts and file say three until he counts again."""
    ravi = busy.signed_in(Role.manager, "Ravi")
    page = ravi.get(f"/console/report?{DAYS}").text
    assert "Counted at 11am on Monday 23 November, and kept for ten minutes." in page
    busy.needs((PARCEL, 2))
    busy.moment += timedelta(minutes=9)
    assert "3 needs were recorded" in ravi.get(f"/console/report?{DAYS}").text
    assert "Still open,Needs,1\r\n" in ravi.get(f"/console/report/figures.csv?{DAYS}").text
    (again,) = re.findall(r'href="([^"]+)">Count again now', page)
    for _ in range(2):
        newer = ravi.get(unescape(again)).text
        assert "4 needs were recorded" in newer
        assert "Counted at 11:09am" in newer
    assert "Still open,Needs,2\r\n" in ravi.get(f"/console/report/figures.csv?{DAYS}").text


@pytest.mark.parametrize("since", ["", "x", "2999-01-01T00:00:00Z", "2026-11-23", "2026-11-23T09:00:00", "%00", "²"])
def test_an_odd_moment_counts_nothing_anew(busy: Council, since: str) -> None:
    """Only a moment that has been makes it count again; any other address shows what there is."""
    vera = busy.signed_in(Role.viewer, "Vera")
    vera.get(f"/console/report?{DAYS}")
    busy.needs((PARCEL, 2))
    page = vera.get(f"/console/report?{DAYS}&since={since}")
    assert page.status_code == 200
    assert "3 needs were recorded" in page.text


def test_what_takes_long_says_how_far_it_is(busy: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for years of needs: the page says as far as which day, and shows them when looked at again."""
    ravi = busy.signed_in(Role.manager, "Ravi")
    pause, paused = threading.Event(), threading.Event()

    def sleep(_: float) -> None:
        paused.set()
        assert pause.wait(20)

    monkeypatch.setattr("infra.counting.WAIT_SECONDS", 0.0)
    monkeypatch.setattr("infra.counting.sleep", sleep)
    ravi.get(f"/console/report?{DAYS}")
    assert paused.wait(20)
    page = ravi.get(f"/console/report?{DAYS}")
    assert page.status_code == 202
    assert "are being counted, and that has come as far as 23 November 2026." in page.text
    assert "were recorded" not in page.text
    for address in (f"chart/outcomes.svg?{DAYS}", f"figures.csv?{DAYS}"):
        led = ravi.get(f"/console/report/{address}")
        assert (led.status_code, led.headers["location"]) == (303, f"/console/report?{DAYS}")
    pause.set()
    (look,) = re.findall(r'href="([^"]+)"[^>]*>\s*Look again', page.text)
    monkeypatch.setattr("infra.counting.WAIT_SECONDS", 20.0)
    assert "3 needs were recorded" in ravi.get(unescape(look)).text


def test_charts_of_nothing_do_not_break(council: Council) -> None:
    """An empty period has charts that say so; a chart there is not is not found."""
    vera = council.signed_in(Role.viewer, "Vera")
    for name in CHARTS:
        found = vera.get(f"/console/report/chart/{name}.svg?{DAYS}")
        assert (found.status_code, "Nothing to show" in found.text) == (200, True), name
    assert vera.get(f"/console/report/chart/nothing.svg?{DAYS}").status_code == 404


def test_the_file_takes_the_right_to_take_figures_out(busy: Council) -> None:
    """Ravi Manager downloads the tables; Vera Viewer is neither shown the link nor given the file."""
    address = f"/console/report/figures.csv?{DAYS}"
    vera, ravi = busy.signed_in(Role.viewer, "Vera"), busy.signed_in(Role.manager, "Ravi")
    assert "figures.csv" not in vera.get(f"/console/report?{DAYS}").text
    assert vera.get(address).status_code == 403
    assert "figures.csv" in ravi.get(f"/console/report?{DAYS}").text
    file = ravi.get(address)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="muster-2026-11-01-to-2026-12-31.csv"' in file.headers["content-disposition"]
    assert "How needs ended,Met,Needs,1\r\n" in file.text


@pytest.mark.parametrize("path", ["", "/chart/outcomes.svg", "/figures.csv"])
def test_nobody_sees_figures_without_signing_in(council: Council, path: str) -> None:
    """The way leads to signing in."""
    found = council.get(f"/console/report{path}")
    assert found.status_code == 303
    assert "/console/sign-in" in found.headers["location"]


def test_nothing_private_is_in_the_report(busy: Council) -> None:
    """Neither the page nor the file holds anybody's name, address or words."""
    ravi = busy.signed_in(Role.manager, "Ravi")
    for text in (ravi.get(f"/console/report?{DAYS}").text, ravi.get(f"/console/report/figures.csv?{DAYS}").text):
        assert "Amina" not in text
        assert "family of five" not in text
        assert "Good Neighbours" not in text
