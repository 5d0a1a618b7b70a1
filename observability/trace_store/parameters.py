"""The parameters of a query: read, checked, and refused in the words that Jaeger uses.

Jaeger is written in Go, and what its parsers say goes to the client unchanged. Ours say the same,
so a client that shows or compares these messages cannot tell the two apart.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DEFAULT_LIMIT = 100
EARLIEST_US = 0
LATEST_US = 2**63 - 1
LONGEST_NS = 2.0**62
NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_JSON_TYPES = {bool: "bool", int: "number", float: "number", list: "array", dict: "object"}


class BadParameter(Exception):
    """Raised for a parameter that cannot be read; answered with status 400."""


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """Which traces are wanted: those with a span of `service` for which all of the rest holds.

    `start_us` and `end_us` bound the span's start and belong to the window; 0 as a duration means
    no bound; `tags` are compared as text.
    """

    service: str
    operation: str
    start_us: int
    end_us: int
    limit: int
    min_duration_ns: int
    max_duration_ns: int
    tags: Mapping[str, str]


def read_trace_query(values: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> TraceQuery:
    """The query in `values`; `lists` holds `tag` and `tags`, which may come several times.

    Jaeger looks back two days when there is no `start`; we look back over all there is, so that a
    client that forgot it at least finds old runs.
    """
    query = TraceQuery(
        service=values.get("service", ""),
        operation=values.get("operation", ""),
        start_us=time_parameter(values, "start", EARLIEST_US),
        end_us=time_parameter(values, "end", LATEST_US),
        tags=_read_tags(lists.get("tag", ()), lists.get("tags", ())),
        limit=_read_integer(values.get("limit") or str(DEFAULT_LIMIT), bits=32),
        min_duration_ns=_read_duration(values, "minDuration"),
        max_duration_ns=_read_duration(values, "maxDuration"),
    )
    if not query.service:
        raise BadParameter("parameter 'service' is required")
    if query.max_duration_ns and query.max_duration_ns < query.min_duration_ns:
        raise BadParameter("'maxDuration' should be greater than 'minDuration'")
    return query


def read_trace_id(text: str) -> int:
    """A trace id of up to 32 hex digits in either case."""
    if len(text) > 32:
        raise BadParameter(f"TraceID cannot be longer than 32 hex characters: {text}")
    for part in (text[:-16], text[-16:]):
        if part and not re.fullmatch("[0-9a-fA-F]+", part):
            raise BadParameter(f'strconv.ParseUint: parsing "{part}": invalid syntax')
    return int(text, 16)


def time_parameter(values: Mapping[str, str], name: str, default: int) -> int:
    """An integer, in whatever unit the parameter `name` has; `default` where it is not given."""
    text = values.get(name)
    if not text:
        return default
    try:
        return _read_integer(text, bits=64)
    except BadParameter as error:
        raise BadParameter(f"unable to parse param '{name}': {error}") from error


def _read_integer(text: str, bits: int) -> int:
    if not re.fullmatch("[+-]?[0-9]+", text):
        raise BadParameter(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    # Longer than any that fits, and Python itself refuses to read thousands of digits.
    number = int(text) if len(text) <= bits else 2**bits
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise BadParameter(f'strconv.ParseInt: parsing "{text}": value out of range')
    return number


def _read_duration(values: Mapping[str, str], name: str) -> int:
    """Nanoseconds from a text like `1.5ms` or `1m30s`; 0 where it is not given."""
    text = values.get(name, "")
    rest = text.removeprefix("-") if text.startswith("-") else text.removeprefix("+")
    total = 0.0
    while rest and rest != "0":
        piece = re.match(r"([0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.]*)", rest)
        if piece is None:
            problem = f'time: invalid duration "{text}"'
        elif not piece[2]:
            problem = f'time: missing unit in duration "{text}"'
        elif piece[2] not in NANOSECONDS:
            problem = f'time: unknown unit "{piece[2]}" in duration "{text}"'
        else:
            total += float(piece[1]) * NANOSECONDS[piece[2]]
            rest = rest[piece.end() :]
            continue
        raise BadParameter(f"unable to parse param '{name}': {problem}")
    if total > LONGEST_NS:
        raise BadParameter(f"unable to parse param '{name}': time: invalid duration \"{text}\"")
    return round(-total if text.startswith("-") else total)


def _read_tags(pairs: Sequence[str], documents: Sequence[str]) -> dict[str, str]:
    """Tags from `tag=key:value` and `tags={"key":"value"}`; all of them must hold."""
    tags: dict[str, str] = {}
    for pair in pairs:
        key, colon, value = pair.partition(":")
        if not colon:
            raise BadParameter(f"malformed 'tag' parameter, expecting key:value, received: {pair}")
        tags[key] = value
    for document in documents:
        try:
            tags |= _read_tag_document(document)
        except ValueError as error:
            raise BadParameter(
                f"malformed 'tags' parameter, cannot unmarshal JSON: {error}"
            ) from error
    return tags


def _read_tag_document(text: str) -> dict[str, str]:
    """The tags in a JSON object of texts. Raises ValueError with what Go says to anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(_syntax_error(text)) from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ValueError(_type_error(document, "map[string]string"))
    for key, value in document.items():
        if value is None:
            document[key] = ""
        elif not isinstance(value, str):
            raise ValueError(_type_error(value, "string"))
    return document


def _type_error(value: object, wanted: str) -> str:
    found = _JSON_TYPES.get(type(value), "string")
    return f"json: cannot unmarshal {found} into Go value of type {wanted}"


def _syntax_error(text: str) -> str:
    for word in ("null", "true", "false"):
        if text[:1] == word[0]:
            for got, wanted in zip(text, word, strict=False):
                if got != wanted:
                    return f"invalid character '{got}' in literal {word} (expecting '{wanted}')"
    if not text:
        return "unexpected end of JSON input"
    return f"invalid character '{text[0]}' looking for beginning of value"
