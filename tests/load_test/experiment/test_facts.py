"""Facts with their unit, in words."""

from load_test.experiment.facts import breakable, facts, without_unit, witness_cells


def test_facts_carry_their_unit() -> None:
    given = {
        "rate_per_s": 150.0,
        "fsync_p50_ms": 1.04,
        "cpu_share": 0.081,
        "seed": 20261231,
        "memory_bytes": 8e9,
        "load_average": [0.4, 0.3],
        "cpus": None,
        "agree": True,
    }
    cells = facts(given, "machine")
    assert [(without_unit(name), cell.text) for name, cell in cells.items()] == [
        ("rate", "150 a second"),
        ("fsync p50", "1.0 ms"),
        ("cpu", "8%"),
        ("seed", "20261231"),
        ("memory", "8.00 GB"),
        ("load average", "0.4, 0.3"),
        ("cpus", "not measured"),
        ("agree", "yes"),
    ]
    assert cells["rate_per_s"].path == "machine.rate_per_s"


def test_no_part_has_no_facts() -> None:
    assert facts(None, "versions") == {}


def test_witnesses_count_bytes_with_their_unit_and_other_things_without() -> None:
    counts = {"metrics": 1_140_000, "agree": None, "note": None}

    of_bytes = witness_cells({"what": "bytes written", **counts}, "runs[0].witnesses[2]")
    of_writes = witness_cells({"what": "file writes", **counts}, "runs[0].witnesses[1]")

    assert of_bytes["metrics"].text == "1.14 MB"
    assert of_bytes["metrics"].path == "runs[0].witnesses[2].metrics"
    assert of_writes["metrics"].text == "1,140,000"


def test_a_long_name_may_break_after_dots_and_underscores_and_stays_text() -> None:
    assert breakable("file.read_<b>") == "file.<wbr>read_<wbr>&lt;b&gt;"
