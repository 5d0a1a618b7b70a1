"""Results as an experiment writes them, with the numbers of a plausible run, for tests to bend."""

from typing import Any

STREAM_S, MIDNIGHT_S, RUN_S = 20, 21, 31
RATE, BURST = 150, 1500
CHALLENGE_PER_S, CHALLENGE_BYTES = 45, 1_140_000


def example_results() -> dict[str, Any]:
    """One round of challenge and solution, every key filled."""
    return {
        "schema": 1,
        "seed": 20261231,
        "started_at": "2026-01-01T00:00:05.120Z",
        "settings": {
            "history": 5000,
            "users": 40,
            "rooms": 4,
            "rate_per_s": float(RATE),
            "stream_s": float(STREAM_S),
            "breath_s": float(MIDNIGHT_S - STREAM_S),
            "burst_messages": BURST,
            "finish_s": float(RUN_S - MIDNIGHT_S),
            "arrivals": "poisson",
            "senders": "round-robin",
            "lone_messages": 10,
            "rounds": 1,
            "seed": 20261231,
        },
        "machine": {
            "cpus": 2,
            "cpu_model": "Example CPU <2 GHz>",
            "memory_bytes": 8_000_000_000,
            "system": "Linux 6.1",
            "fsync_p50_ms": 1.04,
            "load_average": [0.4, 0.3, 0.2],
        },
        "versions": {"python": "3.11.9", "flask": "3.1.3", "git": "80db12b"},
        "runs": [challenge_run(), solution_run()],
        "verdict": {
            "outcome": "none",
            "metric": None,
            "ratio": None,
            "low": None,
            "high": None,
            "reason": "one round of each: nothing was judged",
        },
    }


def unmeasured_results() -> dict[str, Any]:
    """Two runs of which everything that may be null is null."""
    results = example_results()
    kept = ("server", "side", "round")
    results["runs"] = [
        {key: run[key] if key in kept else None for key in run} for run in results["runs"]
    ]
    results["machine"] = dict.fromkeys(results["machine"])
    results["versions"] = None
    return results


def challenge_run() -> dict[str, Any]:
    """Each message waits for the writes before it: the backlog and the latency climb."""
    sent = RATE * STREAM_S + BURST
    delivered = CHALLENGE_PER_S * RUN_S
    timeline = []
    total_sent = 0
    for t in range(RUN_S):
        offered = _offered(t)
        total_sent += offered
        wait_ms = (RATE / CHALLENGE_PER_S - 1) * t * 1000 + 25
        latency = {"p50": wait_ms, "p95": wait_ms + 900, "p99": wait_ms + 1100}
        timeline.append(
            {
                "t_s": t,
                "sent": offered,
                "delivered": CHALLENGE_PER_S,
                "waiting": total_sent - CHALLENGE_PER_S * (t + 1),
                "latency_ms": latency if t < delivered / RATE else None,
            }
        )
    one_each = dict.fromkeys(
        ("socket.send_message", "database.create_message", "file.read", "file.write"), 1.0
    )
    return {
        "server": "challenge",
        "side": "A",
        "round": 1,
        "valid": True,
        "invalid_because": None,
        "sent": sent,
        "acknowledged": delivered,
        "acknowledgement": "stored",
        "delivered": delivered,
        "undelivered": sent - delivered,
        "lost": 0,
        "doubled": 0,
        "out_of_order": 0,
        "delivered_per_s": 45.1,
        "latency_ms": {"p50": 10_480.2, "p95": 19_711.9, "p99": 20_655.4},
        "ack_ms": {"p50": 10_479.1, "p95": 19_710.3, "p99": 20_653.8},
        "lone_message_ms": 21.4,
        "file_writes_per_message": 1.0,
        "bytes_written_per_message": CHALLENGE_BYTES,
        "spans_per_message": one_each,
        "spans": {"arrived": 5400, "dropped": 0},
        "peak_rss_bytes": 93_400_000,
        "cpu_s_per_1000": 21.9,
        "phases": [
            _phase("stream", 3000, delivered, 1.0, 1_102_000, [10_480.2, 19_711.9, 20_655.4]),
            _phase("midnight", 1500, 0, 1.0, 1_216_000, None),
        ],
        "timeline": timeline,
        "latency_cdf_ms": [25 + 210.5 * percent for percent in range(101)],
        "generator": {
            "cpu_share": 0.081,
            "lateness_p99_ms": 1.9,
            "burst_send_ms": 61.3,
            "received": delivered * 10,
        },
        "witnesses": _witnesses(delivered, delivered, delivered * CHALLENGE_BYTES),
    }


def solution_run() -> dict[str, Any]:
    """Batches keep up with the stream; midnight is a second's work."""
    sent = RATE * STREAM_S + BURST
    timeline = []
    for t in range(RUN_S):
        offered = _offered(t)
        flat = {"p50": 45.0 + t % 3, "p95": 78.0 + t % 5, "p99": 96.0}
        midnight = {"p50": 560.0, "p95": 1_020.0, "p99": 1_060.0}
        timeline.append(
            {
                "t_s": t,
                "sent": offered,
                "delivered": offered,
                "waiting": 6 if t < STREAM_S else 0,
                "latency_ms": (flat if t < STREAM_S else midnight) if offered else None,
            }
        )
    names = ("message_processor.flush_messages", "database.create_messages_batch")
    per_batch = dict.fromkeys((*names, "file.read", "file.write"), 0.0911)
    return {
        "server": "solution",
        "side": "B",
        "round": 1,
        "valid": True,
        "invalid_because": None,
        "sent": sent,
        "acknowledged": sent,
        "acknowledgement": "queued",
        "delivered": sent,
        "undelivered": 0,
        "lost": 0,
        "doubled": 0,
        "out_of_order": 0,
        "delivered_per_s": 150.0,
        "latency_ms": {"p50": 49.2, "p95": 903.7, "p99": 1_031.5},
        "ack_ms": {"p50": 3.1, "p95": 44.0, "p99": 61.7},
        "lone_message_ms": 66.8,
        "file_writes_per_message": 0.0911,
        "bytes_written_per_message": 121_400,
        "spans_per_message": {"socket.send_message": 1.0, **per_batch},
        "spans": {"arrived": 6140, "dropped": 0},
        "peak_rss_bytes": 101_900_000,
        "cpu_s_per_1000": 3.08,
        "phases": [
            _phase("stream", 3000, 3000, 0.1313, 163_800, [45.3, 81.0, 97.7]),
            _phase("midnight", 1500, 1500, 0.0113, 16_700, [561.8, 1_018.3, 1_057.2]),
        ],
        "timeline": timeline,
        "latency_cdf_ms": [12 + 0.9 * percent for percent in range(67)]
        + [75 + 29 * percent for percent in range(34)],
        "generator": {
            "cpu_share": 0.114,
            "lateness_p99_ms": 2.3,
            "burst_send_ms": 58.2,
            "received": sent * 10,
        },
        "witnesses": _witnesses(sent, 411, 546_300_000),
    }


def _witnesses(stored: int, writes: int, size: int) -> list[dict[str, Any]]:
    return [
        {
            "what": "messages stored", "ledger": stored, "metrics": stored, "spans": stored - 400,
            "agree": False, "note": "spans are missing: they were dropped, sampled, or never made",
        },
        {"what": "file writes", "metrics": writes, "spans": writes, "agree": True, "note": None},
        {
            "what": "bytes written", "metrics": size, "system": size + 40_960,
            "agree": True, "note": None,
        },
        {"what": "messages answered", "ledger": stored, "agree": None, "note": None},
    ]  # fmt: skip


def _offered(t: int) -> int:
    return RATE if t < STREAM_S else BURST if t == MIDNIGHT_S else 0


def _phase(
    name: str, sent: int, delivered: int, writes: float, size: int, latency: list[float] | None
) -> dict[str, Any]:
    return {
        "name": name,
        "starts_s": 0.0 if name == "stream" else float(MIDNIGHT_S),
        "sent": sent,
        "delivered": delivered,
        "file_writes_per_message": writes,
        "bytes_written_per_message": size,
        "latency_ms": dict(zip(("p50", "p95", "p99"), latency, strict=True)) if latency else None,
    }
