"""Results as a comparison writes them, with plausible numbers, for tests to bend."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from load_test.experiment.verdict import interval

NAMES = ("challenge", "solution")
HISTORIES = (5000, 500)
LIGHT_PER_S, HEAVY_PER_S = 18.0, 2900.0
LIGHT_MESSAGES, HEAVY_MESSAGES = 22, 5800
# Of each round: what A delivered a second, and B against A.
RATE = 45.0
RATIOS = (44.1, 38.6, 41.7, 47.9, 40.2)
MEGABYTE = 1_000_000
# Of one message at 5,000 stored: seconds of processor for 1,000 of them, writes, bytes; A and B.
COSTS = {"A": (20.4, 1.0, 1.13 * MEGABYTE), "B": (10.9, 0.47, 0.531 * MEGABYTE)}
GROWTH = {"A": (0.66, 0.98, 0.98), "B": (0.53, 0.98, None)}
GROWING = ("cpu_s_per_1000", "bytes_written_per_message", "read_bytes_per_message")


def example_comparison(
    ratios: Sequence[float] = RATIOS, names: tuple[str, str] = NAMES, outcome: str = "faster"
) -> dict[str, Any]:
    """A comparison of so many pairs of rounds, every key filled; its reason is a placeholder."""
    servers = dict(zip("AB", names, strict=True))
    rates = {"A": [RATE] * len(ratios), "B": [RATE * ratio for ratio in ratios]}
    return {
        "schema": 1,
        "started_at": "2026-01-01T00:00:05.120Z",
        "seed": 20261231,
        "settings": {
            "history": 5000, "users": 20, "rooms": 5, "arrivals": "poisson",
            "senders": "round-robin", "seed": 20261231, "light_s": 1.2, "heavy_s": 2.0,
            "time_limit": 200.0, "max_rounds": 50,
        },
        "machine": {
            "cpus": 2, "cpu_model": "Example CPU <2 GHz>", "memory_bytes": 8_000_000_000,
            "system": "Linux 6.1", "load_average": [0.4, 0.3, 0.2],
            "fsync_p10_ms": 0.9, "fsync_p50_ms": 1.04, "fsync_p90_ms": 1.6,
            "after": {
                "load_average": [1.4, 0.9, 0.5], "fsync_p10_ms": 0.9, "fsync_p50_ms": 1.1,
                "fsync_p90_ms": 1.7, "others_cpu_share": 0.04, "swapped_in_bytes": 4096,
                "swapped_out_bytes": None,
            },
        },
        "versions": {"python": "3.11.9", "flask": "3.1.3", "git": "80db12b"},
        "rates": {
            "capacity_per_s": {"A": 45.2, "B": 1933.1},
            "light_per_s": LIGHT_PER_S,
            "heavy_per_s": HEAVY_PER_S,
        },
        "runs": [
            timed_run(servers[side], side, number, rates[side][number - 1])
            for number in range(1, len(ratios) + 1)
            for side in ("AB" if number % 2 else "BA")
        ],
        "work": [
            work_run(servers[side], side, history) for history in HISTORIES for side in "AB"
        ],
        "growth": {side: dict(zip(GROWING, GROWTH[side], strict=True)) for side in "AB"},
        "verdict": example_verdict(ratios, outcome),
    }  # fmt: skip


def example_verdict(ratios: Sequence[float], outcome: str) -> dict[str, Any]:
    """As it is after these pairs."""
    looks = [_look(ratios[:pairs]) for pairs in range(1, len(ratios) + 1)]
    last = looks[-1] if looks else {"ratio": None, "low": None, "high": None}
    return {
        "outcome": outcome,
        "metric": "delivered_per_s",
        **{key: last[key] for key in ("ratio", "low", "high")},
        "reason": "The reason stands here, in one sentence.",
        "pairs": len(ratios),
        "ratios": list(ratios),
        "looks": looks,
    }


def _look(ratios: Sequence[float]) -> dict[str, Any]:
    seen = interval(ratios)
    high = seen.high if seen.high < float("inf") else None
    return {"pairs": len(ratios), "ratio": median(ratios), "low": seen.low or None, "high": high}


def timed_run(server: str, side: str, number: int, rate: float) -> dict[str, Any]:
    """A round of one side: light load, then heavy, untraced."""
    delivered = LIGHT_MESSAGES + round(rate * 2)
    latency = {"p50": 20.0 + number, "p95": 40.0 + number, "p99": 50.0 + number}
    waiting = LIGHT_MESSAGES + HEAVY_MESSAGES - delivered
    return {
        **_run(server, side),
        "round": number,
        "sent": LIGHT_MESSAGES + HEAVY_MESSAGES,
        "acknowledged": delivered,
        "delivered": delivered,
        "undelivered": waiting,
        "delivered_per_s": rate,
        "latency_ms": latency,
        "phases": [
            _phase("light", 0.0, LIGHT_MESSAGES, LIGHT_MESSAGES, latency),
            _phase("heavy", 1.6, HEAVY_MESSAGES, delivered - LIGHT_MESSAGES, latency),
        ],
        "timeline": [
            _second(0, LIGHT_MESSAGES, LIGHT_MESSAGES, 0, latency),
            _second(1, 1200, round(rate * 0.4), waiting // 5, latency),
            _second(2, 2900, round(rate), waiting * 2 // 3, None),
            _second(3, 1700, round(rate * 0.6), waiting, None),
        ],
        "latency_cdf_ms": [20.0 + number + 0.3 * percent for percent in range(101)],
        "witnesses": _witnesses(delivered, None),
    }


def work_run(server: str, side: str, history: int) -> dict[str, Any]:
    """A round that measures work, traced, at one size of the history."""
    cpu, writes, size = COSTS[side]
    share = history / HISTORIES[0]
    sent = 47
    latency = {"p50": 56.5, "p95": 69.7, "p99": 81.6}
    spans = {"socket.send_message": 1.0, "file.read": writes, "file.write": writes}
    return {
        **_run(server, side),
        "history": history,
        "sent": sent,
        "acknowledged": sent,
        "delivered": sent,
        "undelivered": 0,
        "delivered_per_s": 22.1,
        "latency_ms": latency,
        "file_writes_per_message": writes,
        "bytes_written_per_message": size * share,
        "read_bytes_per_message": size * share,
        "cpu_s_per_1000": cpu * share**0.6,
        "spans_per_message": spans,
        "spans": {"arrived": 188, "dropped": 0},
        "phases": [_phase("light", 0.0, sent, sent, latency)],
        "timeline": [_second(0, sent, sent, 0, latency)],
        "latency_cdf_ms": [40.0 + 0.4 * percent for percent in range(101)],
        "witnesses": _witnesses(sent, sent),
    }


def _run(server: str, side: str) -> dict[str, Any]:
    """What both kinds of run have in common."""
    return {
        "server": server,
        "side": side,
        "valid": True,
        "invalid_because": None,
        "acknowledgement": "stored" if side == "A" else "queued",
        "refused": {},
        "lost": 0,
        "doubled": 0,
        "out_of_order": 0,
        "missing": 0,
        "strangers": 0,
        "ack_ms": {"p50": 3.1, "p95": 44.0, "p99": 61.7},
        "lone_message_ms": None,
        **_costs(1.0, 1.13 * MEGABYTE),
        "spans_per_message": None,
        "spans": None,
        "peak_rss_bytes": 81_600_000,
        "generator": {
            "cpu_share": 0.09, "lateness_p99_ms": 2.3, "burst_send_ms": None, "received": 400,
        },
        "drain": {"seconds": 0.3, "exit_code": 0},
    }  # fmt: skip


def _costs(writes: float, size: float) -> dict[str, Any]:
    return {
        "file_writes_per_message": writes,
        "bytes_written_per_message": size,
        "cpu_s_per_1000": 20.0,
        "read_bytes_per_message": size,
        "read_calls_per_message": 2.1 * writes,
        "write_calls_per_message": 1.1 * writes,
        "context_switches_per_message": 12.5,
    }


def _phase(
    name: str, starts_s: float, sent: int, delivered: int, latency: dict[str, float]
) -> dict[str, Any]:
    return {
        "name": name, "starts_s": starts_s, "ends_s": starts_s + 1.6, "sent": sent,
        "delivered": delivered, **_costs(1.0, 1.13 * MEGABYTE), "latency_ms": latency,
    }  # fmt: skip


def _second(
    t_s: int, sent: int, delivered: int, waiting: int, latency: dict[str, float] | None
) -> dict[str, Any]:
    return {
        "t_s": t_s, "sent": sent, "delivered": delivered, "waiting": waiting, "latency_ms": latency,
    }  # fmt: skip


def _witnesses(stored: int, spans: int | None) -> list[dict[str, Any]]:
    seen = {} if spans is None else {"spans": spans}
    agree = None if spans is None else True
    return [
        {"what": "messages stored", "ledger": stored, "metrics": stored, **seen, "agree": True,
         "note": None},
        {"what": "file writes", "metrics": stored, **seen, "agree": agree, "note": None},
    ]  # fmt: skip
