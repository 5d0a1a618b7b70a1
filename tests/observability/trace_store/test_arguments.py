"""The command line: defaults, and one line for what is wrong."""

from pathlib import Path

import pytest

from observability.trace_store.arguments import Arguments, read_arguments


def test_without_flags_it_listens_where_jaeger_does() -> None:
    assert read_arguments([]) == Arguments(
        host="127.0.0.1",
        thrift_port=14268,
        otlp_port=4318,
        query_port=16686,
        db=None,
        max_traces=100_000,
        max_megabytes=1024,
    )


def test_flags_are_read(tmp_path: Path) -> None:
    path = tmp_path / "traces.db"

    bounds = ["--max-traces", "7", "--max-megabytes", "9"]
    read = read_arguments(["--otlp-port", "0", "--db", str(path), *bounds])

    assert (read.otlp_port, read.db, read.max_traces, read.max_megabytes) == (0, path, 7, 9)
    assert not path.exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--query-port", "65536"], "--query-port: a port is a number from 0 to 65535"),
        (["--otlp-port", "x"], "--otlp-port: a port is a number from 0 to 65535, not 'x'"),
        (["--thrift-port", "-1"], "--thrift-port"),
        (["--max-traces", "0"], "--max-traces: it must be a number from 1 on, not '0'"),
        (["--max-megabytes", "0"], "--max-megabytes: it must be a number from 1 on, not '0'"),
        (["--max-traces", "1.5"], "--max-traces: it must be a number from 1 on, not '1.5'"),
        (["--db", "nowhere/traces.db"], "--db: 'nowhere/traces.db' is no file in a folder"),
        (["--db", "."], "--db: '.' is no file in a folder"),
        (["--data", "x"], "unrecognized arguments: --data x"),
    ],
)
def test_a_wrong_flag_is_one_line_and_exit_code_2(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_arguments(flags)

    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert len(errors.splitlines()) == 1
