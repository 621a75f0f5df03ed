"""What a head of service sees: the figures of a period in words, charts and tables, and as a file for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlencode

from cachetools import TTLCache
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.figures import say_report, sheets
from domain.periods import Period, PeriodWrong, read_period, say_period
from domain.reporting import Report
from domain.rights import Right
from infra import clock
from infra.charting import CHART_POLICY, CHARTS, charts_of, say_chart
from infra.reporting import make_report, report_csv
from web.console.layout import console_page
from web.signin.guarding import SignedIn, guarded
from web.site import Site

AT = "/console/report"
KEPT_SECONDS = 60


def routes(site: Site) -> list[Route]:
    """The page, the charts it shows, and the file."""
    kept = Kept()
    return [
        guarded(site, AT, Right.look, kept.show),
        guarded(site, f"{AT}/chart/{{name}}.svg", Right.look, kept.chart),
        guarded(site, f"{AT}/figures.csv", Right.steer, kept.take_out),
    ]


@dataclass
class Kept:
    """Figures that were just made are kept for a minute, so that a page's charts and file do not count anew."""

    _reports: TTLCache[Period, Report] = field(default_factory=lambda: TTLCache(maxsize=8, ttl=KEPT_SECONDS))
    _lock: Lock = field(default_factory=Lock)

    def show(self, site: Site, request: Request, who: SignedIn) -> Response:
        """A period and its figures as they stand now; unasked, those of last month, or of this one if that has none."""
        wrong: dict[str, str] = {}
        try:
            period = _period(site, request)
        except PeriodWrong as mistake:
            wrong = {mistake.place: mistake.sentence}
            period = None
        report = self._make(site, period, anew=True) if period else None
        if report and not report.needs and not any(request.query_params.get(place) for place in ("from", "to")):
            period = _this_month(site)
            report = self._make(site, period, anew=True)
        return console_page(
            site,
            who,
            "report.html",
            400 if wrong else 200,
            at=AT,
            wrong=wrong,
            given=_given(request, period),
            period=say_period(period) if period else "",
            as_of=site.say(report.at) if report else "",
            report=report,
            sentences=say_report(report) if report else [],
            sheets=sheets(report) if report and report.needs else [],
            charts=_charts(site, report, period) if report and period else {},
            csv=_address(site, "figures.csv", period) if period else "",
        )

    def chart(self, site: Site, request: Request, who: SignedIn) -> Response:
        """One chart. Its style is its own, so it is let in by a policy of its own; nothing else is."""
        chart = CHARTS.get(request.path_params["name"])
        if chart is None:
            raise HTTPException(404)
        svg = chart.svg(self._make(site, _asked(site, request)))
        return Response(svg, media_type="image/svg+xml", headers={"Content-Security-Policy": CHART_POLICY})

    def take_out(self, site: Site, request: Request, who: SignedIn) -> Response:
        """Every table as one CSV file."""
        period = _asked(site, request)
        name = f"muster-{period.first}-to-{period.last}.csv"
        return Response(
            report_csv(self._make(site, period)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _make(self, site: Site, period: Period, *, anew: bool = False) -> Report:
        with self._lock:
            report = None if anew else self._reports.get(period)
            if report is None:
                report = make_report(site.store, period, clock.now(), site.settings.zone)
                self._reports[period] = report
            return report


def _period(site: Site, request: Request) -> Period:
    today = clock.now().astimezone(site.settings.zone).date()
    return read_period(request.query_params.get("from"), request.query_params.get("to"), today)


def _this_month(site: Site) -> Period:
    today = clock.now().astimezone(site.settings.zone).date()
    return Period(first=today.replace(day=1), last=today)


def _asked(site: Site, request: Request) -> Period:
    """The period in an address we made; there is nothing behind any other."""
    try:
        return _period(site, request)
    except PeriodWrong:
        raise HTTPException(404) from None


def _given(request: Request, period: Period | None) -> dict[str, str]:
    """What the two fields hold: what was typed, or the days it came to."""
    if period:
        return {"from": period.first.isoformat(), "to": period.last.isoformat()}
    return {place: request.query_params.get(place, "")[:20] for place in ("from", "to")}


def _address(site: Site, what: str, period: Period) -> str:
    days = urlencode({"from": period.first.isoformat(), "to": period.last.isoformat()})
    return f"{site.prefix}{AT}/{what}?{days}"


def _charts(site: Site, report: Report, period: Period) -> dict[str, dict[str, str]]:
    """By the table each chart is of: its address, and what it shows in words."""
    return {
        chart.of: {"src": _address(site, f"chart/{name}.svg", period), "alt": say_chart(name, report)}
        for name, chart in charts_of(report).items()
    }
