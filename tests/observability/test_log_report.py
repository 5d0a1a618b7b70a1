"""The report of logs: a table and a chart, before against after."""

from pathlib import Path

import pytest

from observability.log_report import main

SECOND = (
    "2026-12-31T23:59:59.123Z INFO challenge.status: processed={total} queued=9 rate={rate} "
    "batch_mean={batch} batch_max={batch} writes={writes} reads=10 bytes=5000 refused=3 failed=0\n"
)
FAILURE = (
    "2026-12-31T23:59:59.123Z ERROR challenge.backlog: cannot store a batch of 2 ([Errno 28] No "
    "space left on device), trying again; ids: a b\n"
)


@pytest.fixture
def logs(tmp_path: Path) -> tuple[Path, Path]:
    """A log of a server that writes for each message, and of one that batches."""
    before, after = tmp_path / "challenge.log", tmp_path / "solution.log"
    before.write_text(SECOND.format(total=10, rate=10, batch=1, writes=10) + FAILURE + "torn")
    after.write_text(
        SECOND.format(total=100, rate=100, batch=50, writes=2)
        + SECOND.format(total=300, rate=200, batch=100, writes=2)
    )
    return before, after


def cells(output: str, name: str) -> list[str]:
    """What a row of the table says."""
    (line,) = [line for line in output.splitlines() if line.strip().startswith(name)]
    return line.strip().removeprefix(name).split()


def test_before_and_after_stand_side_by_side(
    logs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(path) for path in logs]) == 0
    output = capsys.readouterr().out
    assert cells(output, "messages stored") == ["10", "300"]
    assert cells(output, "file writes per message") == ["1", "0.0133"]
    assert cells(output, "bytes written per message") == ["500", "33.3"]
    assert cells(output, "batches") == ["10", "4"]
    assert cells(output, "messages in a batch, mean") == ["1", "75"]
    assert cells(output, "messages in a batch, most") == ["1", "100"]
    assert cells(output, "refused") == ["3", "6"]
    assert cells(output, "failed tries to write") == ["1", "0"]
    assert cells(output, "[Errno 28] No space left on device") == ["1", "0"]
    assert cells(output, "lines that could not be read") == ["1", "0"]


def test_the_chart_is_drawn(
    logs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = tmp_path / "chart.png"
    assert main([*(str(path) for path in logs), "--chart", str(chart)]) == 0
    assert chart.read_bytes().startswith(b"\x89PNG")
    assert "The chart is" in capsys.readouterr().out


def test_a_log_without_work_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.log"
    path.touch()
    assert main([str(path)]) == 0
    assert "empty.log tells of no work" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("chart", ["nowhere/chart.png", "chart.unknown"])
def test_a_chart_that_cannot_be_drawn_is_one_line(
    logs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], chart: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(logs[0]), "--chart", str(tmp_path / chart)])
    assert ended.value.code == 2
    assert "cannot draw" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["no-such.log"])
    assert ended.value.code == 2
    assert "cannot read no-such.log: No such file" in capsys.readouterr().err
