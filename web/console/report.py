"""What a head of service sees: the figures of a period in words, charts and tables, and as a file for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.figures import say_report, sheets
from domain.periods import Period, PeriodWrong, read_period, say_day, say_period
from domain.reporting import Report
from domain.rights import Right
from infra import clock
from infra.charting import CHART_POLICY, CHARTS, charts_of, say_chart
from infra.counting import Counting, Figures
from infra.reporting import report_csv
from infra.showing import say_instant
from web.console.layout import console_page
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/report"


def routes(site: Site) -> list[Route]:
    """The page, the charts it shows, and the file."""
    pages = Pages(Figures(site.store, site.settings.zone))
    return [
        guarded(site, AT, Right.look, pages.show),
        guarded(site, f"{AT}/chart/{{name}}.svg", Right.look, pages.chart),
        guarded(site, f"{AT}/figures.csv", Right.steer, pages.take_out),
    ]


@dataclass(frozen=True)
class Pages:
    """Whatever shows figures: the page, its charts and its file show the same, as they were counted once."""

    figures: Figures

    def show(self, site: Site, request: Request, who: SignedIn) -> Response:
        """A period and its figures; unasked, those of last month, or of this one if that has none."""
        try:
            period = _period(site, request)
        except PeriodWrong as wrong:
            return _page(site, who, 400, wrong={wrong.place: wrong.sentence}, given=_typed(request))
        found = self.figures.look(period, clock.now(), _since(request))
        if isinstance(found, Report) and not found.needs and not _names_days(request):
            period = _this_month(site)
            found = self.figures.look(period, clock.now())
        about: dict[str, Any] = {"period": say_period(period), "given": _days(period)}
        if isinstance(found, Counting):
            return _page(site, who, 202, **about, counting=_so_far(site, request, found))
        return _page(
            site,
            who,
            **about,
            counted_at=site.say(found.at),
            again=_address(site, "", period, since=say_instant(found.at) or ""),
            report=found,
            sentences=say_report(found),
            sheets=sheets(found) if found.needs else [],
            charts=_charts(site, found, period),
            csv=_address(site, "/figures.csv", period),
        )

    def chart(self, site: Site, request: Request, who: SignedIn) -> Response:
        """One chart. Its style is its own, so it is let in by a policy of its own; nothing else is."""
        chart = CHARTS.get(request.path_params["name"])
        if chart is None:
            raise HTTPException(404)
        found = self._counted(site, request)
        if isinstance(found, Counting):
            return _not_yet(site, found)
        svg = chart.svg(found)
        return Response(svg, media_type="image/svg+xml", headers={"Content-Security-Policy": CHART_POLICY})

    def take_out(self, site: Site, request: Request, who: SignedIn) -> Response:
        """Every table as one CSV file."""
        found = self._counted(site, request)
        if isinstance(found, Counting):
            return _not_yet(site, found)
        name = f"muster-{found.period.first}-to-{found.period.last}.csv"
        return Response(
            report_csv(found),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _counted(self, site: Site, request: Request) -> Report | Counting:
        """The figures behind an address we made; there is nothing behind any other."""
        try:
            return self.figures.look(_period(site, request), clock.now())
        except PeriodWrong:
            raise HTTPException(404) from None


def _page(site: Site, who: SignedIn, status: int = 200, **values: Any) -> Response:
    """The page, with as much on it as there is."""
    nothing: dict[str, Any] = {"wrong": {}, "period": "", "counting": None, "report": None, "sheets": []}
    return console_page(site, who, "report.html", status, at=AT, **(nothing | values))


def _not_yet(site: Site, counting: Counting) -> Response:
    """To the page that says how far it has come."""
    return RedirectResponse(_address(site, "", counting.period), 303)


def _period(site: Site, request: Request) -> Period:
    today = clock.now().astimezone(site.settings.zone).date()
    return read_period(request.query_params.get("from"), request.query_params.get("to"), today)


def _this_month(site: Site) -> Period:
    today = clock.now().astimezone(site.settings.zone).date()
    return Period(first=today.replace(day=1), last=today)


def _names_days(request: Request) -> bool:
    return any(request.query_params.get(place) for place in ("from", "to"))


def _since(request: Request) -> datetime | None:
    """The moment an address of ours names: what was counted until then has been seen, and newer is wanted."""
    try:
        moment = datetime.fromisoformat(request.query_params.get("since", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo and moment <= clock.now() else None


def _typed(request: Request) -> dict[str, str]:
    return {place: request.query_params.get(place, "")[:20] for place in ("from", "to")}


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _address(site: Site, what: str, period: Period, **more: str) -> str:
    return f"{site.prefix}{AT}{what}?{urlencode(_days(period) | more)}"


def _so_far(site: Site, request: Request, counting: Counting) -> dict[str, str]:
    """How far counting has come, and where to look again."""
    since = _since(request)
    return {
        "reached": say_day(counting.reached, site.settings.zone) if counting.reached else "",
        "look": _address(site, "", counting.period, **({"since": say_instant(since) or ""} if since else {})),
    }


def _charts(site: Site, report: Report, period: Period) -> dict[str, dict[str, str]]:
    """By the table each chart is of: its address, and what it shows in words."""
    return {
        chart.of: {"src": _address(site, f"/chart/{name}.svg", period), "alt": say_chart(name, report)}
        for name, chart in charts_of(report).items()
    }
