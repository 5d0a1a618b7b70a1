"""The two sides of a comparison, and cells that know where their number stands."""

from load_test.experiment.sides import (
    TWIN_COLOUR,
    fact,
    histories,
    is_comparison,
    sides,
    work_sides,
)
from observability import colours
from tests.load_test.experiment.example_comparison import example_comparison
from tests.load_test.experiment.example_results import (
    challenge_run,
    example_results,
    solution_run,
    unmeasured_results,
)


def test_a_cell_has_text_value_and_path() -> None:
    cell = sides(example_results())[1].cell("phases", "midnight", "latency_ms", "p95")
    assert (cell.text, cell.value) == ("1.02 s", 1018.3)
    assert cell.path == "runs[1].phases[1].latency_ms.p95"


def test_a_name_with_a_dot_is_quoted_in_the_path() -> None:
    cell = sides(example_results())[0].spans("file.read")
    assert cell.path == 'runs[0].spans_per_message["file.read"]'


def test_a_span_that_a_server_never_makes_is_none_and_not_unknown() -> None:
    challenge, solution = sides(example_results())
    assert solution.spans("database.create_message").text == "none"
    assert challenge.spans("database.create_message").text == "1.00"
    assert sides(unmeasured_results())[0].spans("file.read").text == "not measured"


def test_what_is_null_or_missing_was_not_measured() -> None:
    challenge = sides(unmeasured_results())[0]
    for keys in (("delivered",), ("latency_ms", "p50"), ("phases", "stream", "sent"), ("other",)):
        assert challenge.cell(*keys).text == "not measured"
        assert challenge.value(*keys) is None
    results = example_results()
    assert sides(results)[0].cell("phases", "afterglow", "sent").text == "not measured"


def test_no_latency_of_messages_that_were_sent_says_that_none_arrived() -> None:
    challenge = sides(example_results())[0]
    assert challenge.cell("phases", "midnight", "latency_ms", "p50").text == "none delivered"


def test_of_several_rounds_the_median_that_was_measured_and_the_worst_fault() -> None:
    # given four rounds of one server
    results = example_results()
    results["runs"] = [
        challenge_run() | {"round": number, "delivered_per_s": speed, "lost": lost}
        for number, (speed, lost) in enumerate(((44.0, 0), (47.0, 2), (45.0, 0), (46.0, 1)), 1)
    ]

    # then the lower middle one is quoted, and the worst of what went wrong
    (challenge,) = sides(results)
    assert challenge.cell("delivered_per_s").path == "runs[2].delivered_per_s"
    assert challenge.cell("lost").path == "runs[1].lost"


def test_an_invalid_round_counts_only_where_none_is_valid() -> None:
    results = example_results()
    void = challenge_run() | {"delivered_per_s": 1.0, "valid": False, "round": 2}
    results["runs"] = [challenge_run(), solution_run(), void]
    assert sides(results)[0].value("delivered_per_s") == 45.1
    results["runs"] = [void]
    assert sides(results)[0].value("delivered_per_s") == 1.0


def test_each_server_has_its_colour_and_twins_can_be_told_apart() -> None:
    challenge, solution = sides(example_results())
    assert (challenge.colour, challenge.line_style) == (colours.COLOURS["challenge"], "--")
    assert (solution.colour, solution.line_style) == (colours.COLOURS["solution"], "-")

    results = example_results()
    results["runs"] = [solution_run() | {"side": "A"}, solution_run()]
    first, second = sides(results)
    assert [first.label, second.label] == ["solution (A)", "solution (B)"]
    assert second.colour == TWIN_COLOUR
    assert len({first.line_style, second.line_style}) == len({first.hatch, second.hatch}) == 2


def test_a_cell_is_safe_in_a_page() -> None:
    results = example_results()
    results["runs"][0]["acknowledgement"] = "<script>"
    html = sides(results)[0].cell("acknowledgement").__html__()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_comparison_is_told_from_the_demo() -> None:
    assert is_comparison(example_comparison())
    assert not is_comparison(example_results())
    assert not is_comparison({"settings": None})


def test_the_median_run_is_the_one_whose_number_is_shown() -> None:
    solution = sides(example_comparison())[1]

    run = solution.median_run("delivered_per_s")

    assert run is not None
    assert run["delivered_per_s"] == solution.value("delivered_per_s")
    assert sides(unmeasured_results())[0].median_run("delivered_per_s") is None


def test_work_is_of_the_rounds_made_for_it_or_of_all() -> None:
    results = example_comparison()

    assert histories(results) == [500, 5000]
    assert [list(side.runs) for side in work_sides(results)] == [["work[0]"], ["work[1]"]]
    assert [list(side.runs) for side in work_sides(results, 500)] == [["work[2]"], ["work[3]"]]
    assert [list(side.runs) for side in work_sides(example_results())] == [["runs[0]"], ["runs[1]"]]


def test_a_server_of_which_no_run_was_finished_is_a_side_if_its_name_is_known() -> None:
    results = example_comparison([]) | {"servers": {"A": "challenge", "B": "attempt"}}

    labels = [side.label for side in sides(results)]

    assert labels == ["challenge", "attempt"]
    assert sides(results)[1].cell("delivered_per_s").text == "not measured"
    assert sides(example_comparison([])) == []


def test_a_fact_is_a_number_of_no_single_run() -> None:
    results = example_comparison()

    assert fact(results, "verdict", "ratio").text == "41.7"
    assert fact(results, "rates", "capacity_per_s", "B").path == "rates.capacity_per_s.B"
    assert fact(results, "growth", "B", "read_bytes_per_message").text == "not measured"
    assert fact(example_results(), "growth", "A", "cpu_s_per_1000").value is None
