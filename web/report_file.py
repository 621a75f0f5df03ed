"""A report as one HTML file that stands alone: its style and charts are in it, and it asks nothing of any network."""

from __future__ import annotations

from markupsafe import Markup

from domain.figures import say_report, sheets
from domain.periods import say_period
from domain.reporting import Report
from infra.charting import charts_of
from web.templating import environment


def report_page(report: Report, council: str) -> str:
    """The whole file. Charts are ours, every name in them is escaped by whoever draws them."""
    charts = {chart.of: Markup(chart.svg(report)) for chart in charts_of(report).values()}  # noqa: S704
    return (
        environment()
        .get_template("report_file.html")
        .render(
            council=council,
            period=say_period(report.period),
            sentences=say_report(report),
            sheets=sheets(report) if report.needs else [],
            charts=charts,
        )
    )
