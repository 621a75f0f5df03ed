"""Charts of a report as SVG: no script, nothing fetched, told apart by words, numbers and dashes, never by colour."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from domain.figures import TIME_LABELS, WAITING, say_sector
from domain.labels import OUTCOME_LABELS, label_code
from domain.reporting import MARKS, Report
from domain.times import say_length
from domain.values import plural

if TYPE_CHECKING:
    from pygal.graph.graph import Graph

CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
DASHES = {"whole line": "none", "long dashes": "12, 6", "dots": "3, 6"}
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Chart:
    """One chart: what it is called, what it shows for whoever does not see it, which table has its figures, and whether
    there is anything to draw."""

    title: str
    says: str
    of: str
    draw: Callable[[Report], Graph]
    has: Callable[[Report], bool]

    def svg(self, report: Report) -> str:
        """The chart as one SVG element, with its title and description in it."""
        graph = self.draw(report)
        graph.add_xml_filter(self._plain)
        return str(graph.render(is_unicode=True))

    def _plain(self, root: Element) -> Element:
        """Without pygal's script, which there is no use for here; with what a screen reader says."""
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag in ("script", f"{SVG}script"):
                    parent.remove(child)
        for title in root.findall("title") + root.findall(f"{SVG}title"):
            root.remove(title)
        for tag, words in (("desc", self.says), ("title", self.title)):
            said = SubElement(root, tag)
            said.text = words
            root.remove(said)
            root.insert(0, said)
        root.set("role", "img")
        root.set("aria-label", f"{self.title}. {self.says}")
        return root


def _pygal() -> Any:
    """pygal, without the finder it leaves among Python's own: an outdated one, which makes later imports warn."""
    import pygal
    import pygal.style

    sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("pygal")]
    return pygal


def _style() -> Any:
    return _pygal().style.Style(
        background="white",
        plot_background="white",
        font_family="Arial, sans-serif",
        value_font_family="Arial, sans-serif",
        label_font_size=18,
        major_label_font_size=18,
        value_label_font_size=18,
        value_font_size=18,
        legend_font_size=18,
        no_data_font_size=24,
        foreground="#0b0c0c",
        foreground_strong="#0b0c0c",
        foreground_subtle="#505a5f",
        guide_stroke_color="#b1b4b6",
        major_guide_stroke_color="#b1b4b6",
        opacity="1",
        opacity_hover="1",
        transition="0s",
        colors=("#0f5257", "#b3446c", "#1d70b8"),
        value_colors=("#0b0c0c",),
    )


PLAIN = {"js": [], "disable_xml_declaration": True, "no_prefix": False, "no_data_text": "Nothing to show", "width": 960}


def _bars(rows: Sequence[tuple[str, int]]) -> Graph:
    """Bars lying down, from the top, each with its name and number."""
    upwards = list(reversed(rows))
    chart = _pygal().HorizontalBar(
        **PLAIN,
        style=_style(),
        height=110 + 55 * len(rows),
        show_legend=False,
        print_values=True,
        print_values_position="top",
        show_x_guides=False,
        show_y_guides=False,
        show_x_labels=False,
        range=(0, 1.15 * max((count for _, count in rows), default=0) or 1),
        value_formatter=_beside,
    )
    chart.x_labels = [label for label, _ in upwards]
    chart.add("", [count for _, count in upwards] if any(count for _, count in rows) else [])
    return chart


def _beside(count: float | None) -> str:
    """A number that stands beside its bar, not across its end: pygal centres it, so it is given as much before it."""
    said = "" if count is None else f"{count:,.0f}"
    return "\u2007" * (len(said) + 1) + said


def _outcomes(report: Report) -> Graph:
    ended = [(OUTCOME_LABELS[outcome], count) for outcome, count in report.outcomes.items()]
    return _bars([*ended, ("Still open", report.still_open)])


def _sectors(report: Report) -> Graph:
    return _bars([(say_sector(sector), figures.brought) for sector, figures in report.sectors.items()])


def _unmet(report: Report) -> Graph:
    counts = _unmet_counts(report)
    return _bars([(report.titles.get(code, label_code(code)), count) for code, count in counts.items() if count])


def _unmet_counts(report: Report) -> dict[str, int]:
    table = report.unmet_by_place
    return {code: count or 0 for code, count in table.column_totals.items()} if table else {}


def _times(report: Report) -> Graph:
    chart = _pygal().Line(
        **PLAIN,
        style=_style(),
        height=520,
        range=(0, 100),
        dots_size=5,
        legend_at_bottom=True,
        legend_at_bottom_columns=1,
        truncate_legend=-1,
        value_formatter=lambda share: f"{share:.0f}%",
        css=["file://style.css", "file://graph.css", "inline:.series path.line{stroke-width:4px !important}"],
        y_labels=(0, 25, 50, 75, 100),
    )
    chart.x_labels = [say_length(mark) for mark in MARKS]
    chart.x_label_rotation = 30
    for (name, time), (line, dash) in zip(report.times.items(), DASHES.items(), strict=True):
        values = [None if share is None else 100 * share for share in time.by_marks]
        chart.add(f"{TIME_LABELS[name]} ({line})", values, stroke_style={"dasharray": dash})
    return chart


CHARTS = {
    "outcomes": Chart(
        "How needs ended",
        "A bar for each outcome, with its number of needs.",
        "outcomes",
        _outcomes,
        lambda report: report.needs > 0,
    ),
    "times": Chart(
        "Share of needs after so long",
        f"Lines that rise with time: needs with a first yes, with everything promised, done. {WAITING}",
        "by-then",
        _times,
        lambda report: any(share for time in report.times.values() for share in time.by_marks),
    ),
    "sectors": Chart(
        "Who helped",
        "A bar for each sector: how often it brought something.",
        "sectors",
        _sectors,
        lambda report: any(figures.brought for figures in report.sectors.values()),
    ),
    "unmet": Chart(
        "What was not met",
        "A bar for each kind of help, with its number of needs; numbers that are hidden are left out.",
        "unmet",
        _unmet,
        lambda report: any(_unmet_counts(report).values()),
    ),
}


def charts_of(report: Report) -> dict[str, Chart]:
    """The charts there is something to draw in, by name."""
    return {name: chart for name, chart in CHARTS.items() if chart.has(report)} if report.needs else {}


def say_chart(name: str, report: Report) -> str:
    """What a chart shows, for whoever does not see it; its figures are in the table below it."""
    chart = CHARTS[name]
    return (
        f"Chart: {chart.title}, {plural(report.needs, 'need', 'needs')}. {chart.says} The table below has its figures."
    )
