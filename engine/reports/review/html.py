"""The report as one HTML file that needs nothing else: styles and picture inside, no script, ready to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from engine.reports.review.drawing import picture
from engine.reports.values import local


def html(report: Mapping[str, Any]) -> str:
    """Return the report as HTML."""
    zone = report["page_one"]["head"]["zone"]
    drawing = Markup(picture(report))  # noqa: S704 - made by us, every text in it escaped
    return _template().render(r=report, one=report["page_one"], picture=drawing, local=lambda at: moment(at, zone))


def moment(at: str | None, zone: str) -> str:
    """Return an instant of the report in the incident's zone, a dash where there is none."""
    return local(datetime.fromisoformat(at), zone) if at else "-"


@cache
def _template() -> Template:
    loader = PackageLoader("engine.reports.review", "templates")
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("review.html")
