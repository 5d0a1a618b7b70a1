"""The charts of what a message costs in a comparison; the demo's are in test_charts.py."""

import pytest

from load_test.experiment.chart_parts import Chart
from load_test.experiment.cost_charts import CALLS, SPANS, WORK
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.test_charts import texts


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize(
    ("chart", "shown"),
    [
        (WORK, "500 stored|5,000 stored|20.4 s|1.13 MB|113 kB|CPU time per 1,000 messages (log)"),
        (CALLS, "500 stored|5,000 stored|2.10|12.5|81.6 MB|Context switches per message"),
        (SPANS, "socket.send_message|file.write|1.00|0.47"),
    ],
)  # fmt: skip
def test_work_is_shown_at_both_sizes_of_the_history(chart: Chart, shown: str, narrow: bool) -> None:
    assert set(shown.split("|")) <= set(texts(chart.svg(example_comparison(), narrow)))


def test_work_that_was_measured_of_one_side_only() -> None:
    # given a comparison that was stopped in its first round of work
    results = example_comparison()
    del results["work"][1:], results["growth"]

    # then the other side is there, and not measured
    found = texts(WORK.svg(results, narrow=False))
    assert "20.4 s" in found
    assert found.count("not measured") == 4
    assert "500 stored" not in found
