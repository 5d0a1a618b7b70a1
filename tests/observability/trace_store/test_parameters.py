"""Parameters of a query: what they mean, and what Jaeger says to bad ones."""

import pytest

from observability.trace_store.parameters import (
    BadParameter,
    TraceQuery,
    read_trace_id,
    read_trace_query,
)


def read(**values: str) -> TraceQuery:
    """A query for the service `chat` with more parameters."""
    return read_trace_query({"service": "chat"} | values, {})


def test_what_is_not_given_is_not_bounded() -> None:
    assert read() == TraceQuery(
        service="chat",
        operation="",
        start_us=0,
        end_us=2**63 - 1,
        limit=100,
        min_duration_ns=0,
        max_duration_ns=0,
        tags={},
    )


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("20ms", 20_000_000),
        ("1.5ms", 1_500_000),
        (".5s", 500_000_000),
        ("20000us", 20_000_000),
        ("20000µs", 20_000_000),
        ("7ns", 7),
        ("1m30s", 90_000_000_000),
        ("+2h", 7_200_000_000_000),
        ("-1ms", -1_000_000),
        ("0", 0),
    ],
)
def test_durations_are_read_as_go_reads_them(text: str, nanoseconds: int) -> None:
    assert read(minDuration=text).min_duration_ns == nanoseconds


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"service": ""}, "parameter 'service' is required"),
        ({"limit": "many"}, 'strconv.ParseInt: parsing "many": invalid syntax'),
        ({"limit": "1e3"}, 'strconv.ParseInt: parsing "1e3": invalid syntax'),
        ({"limit": "2147483648"}, 'strconv.ParseInt: parsing "2147483648": value out of range'),
        ({"limit": "9" * 5000}, "value out of range"),
        ({"start": "x"}, "unable to parse param 'start': strconv.ParseInt"),
        ({"end": "1.5"}, "unable to parse param 'end': strconv.ParseInt"),
        ({"minDuration": "20"}, 'missing unit in duration "20"'),
        ({"minDuration": "20 ms"}, 'unknown unit " ms" in duration "20 ms"'),
        ({"maxDuration": "long"}, 'time: invalid duration "long"'),
        ({"maxDuration": "1ms-"}, 'unknown unit "ms-"'),
        ({"maxDuration": "9999999h"}, 'time: invalid duration "9999999h"'),
        ({"minDuration": "1s", "maxDuration": "1ms"}, "should be greater than 'minDuration'"),
    ],
)
def test_bad_values_are_refused_in_jaegers_words(values: dict[str, str], said: str) -> None:
    with pytest.raises(BadParameter) as refused:
        read(**values)

    assert said in str(refused.value)


def test_tags_come_as_pairs_and_as_json() -> None:
    lists = {"tag": ["room.id:r1", "url:http://x"], "tags": ['{"ok":"true","no":null}', "null"]}

    assert read_trace_query({"service": "chat"}, lists).tags == {
        "room.id": "r1",
        "url": "http://x",
        "ok": "true",
        "no": "",
    }


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ('{"n":3}', "cannot unmarshal number into Go value of type string"),
        ('{"n":true}', "cannot unmarshal bool into Go value of type string"),
        ("[]", "cannot unmarshal array into Go value of type map[string]string"),
        ('"x"', "cannot unmarshal string into Go value of type map[string]string"),
        ("nonsense", "invalid character 'o' in literal null (expecting 'u')"),
        ("room=r1", "invalid character 'r' looking for beginning of value"),
        ("", "unexpected end of JSON input"),
        ("[" * 100_000, "malformed 'tags' parameter"),
    ],
)
def test_bad_tags_are_refused_in_jaegers_words(tags: str, said: str) -> None:
    with pytest.raises(BadParameter) as refused:
        read_trace_query({"service": "chat"}, {"tags": [tags]})

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("FF", 255), ("0" * 31 + "a", 10), ("1" + "0" * 16, 16**16)]
)
def test_trace_ids_are_hex_of_any_length_up_to_32(text: str, number: int) -> None:
    assert read_trace_id(text) == number


@pytest.mark.parametrize("text", ["zz", "0x1", "1_0", " 1", "+1", "a" * 33, "é"])
def test_what_is_no_trace_id_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        read_trace_id(text)
