"""What the pages are made with: templates, and words for them.

They share their style with the report of an experiment, whose sheet they include. Everything that
a template is given is escaped, and the pages allow neither scripts nor a network: what they show
was chosen by submissions.
"""

import functools
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from load_test.experiment.processes import PROJECT
from load_test.experiment.quantities import number
from tests.checklist.words import RESULTS, clock, points

# The style sheet of an experiment's report, report.css, is included from there.
EXPERIMENT = PROJECT / "load_test" / "experiment"


def render(template: str, **values: Any) -> str:
    """A page, from a template beside this file."""
    return _environment().get_template(template).render(**values)


def write_page(text: str, path: Path) -> None:
    """Write a page, whole or not at all. Raises OSError."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def moment(iso: str) -> str:
    """A moment as people write it: 1 January 2026, 00:05 UTC."""
    if not iso:
        return "a time that was not noted"
    when = datetime.fromisoformat(iso)
    return f"{when.day} {when:%B %Y, %H:%M %Z}".strip()


def share(part: float, whole: float) -> str:
    """A part of a whole as a width in CSS: 62.5%."""
    return f"{max(0.0, min(1.0, part / whole)) if whole else 0:.1%}"


def code(text: str) -> Markup:
    """What stands in backticks as code; everything else stays text."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([Path(__file__).parent, EXPERIMENT]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock, code=code, moment=moment, number=number,
        points=points, result=RESULTS.__getitem__,
    )  # fmt: skip
    environment.globals.update(share=share)
    return environment
