"""Numbers as people read them: three digits or so, always with their unit.

One place, so that terminal, page and charts write the same number in the same way. Sizes are
decimal (1 MB is 1,000,000 bytes), as disks are sold.
"""

MISSING = "not measured"
SIZES = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
SMALLEST = 0.0001  # below it a number is only said to be smaller


def number(value: float) -> str:
    """A bare number: 0.010, 1.00, 45.2 or 1,234."""
    if value == 0:
        return "0"
    if value < SMALLEST:
        return f"under {SMALLEST}"
    if value < 0.995:
        return f"{value:#.2g}"
    if value < 99.95:
        return f"{value:#.3g}"
    return f"{value:,.0f}"


def count(value: float) -> str:
    """A number of whole things: 4,500."""
    return f"{value:,.0f}"


def duration(milliseconds: float) -> str:
    """Milliseconds, from a second on as seconds: 6.3 ms, 45 ms, 20.3 s."""
    if milliseconds >= 999.5:
        return f"{number(milliseconds / 1000)} s"
    if milliseconds >= 9.95:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds:.1f} ms"


def size(value: float) -> str:
    """Bytes: 640 B, 8.52 kB, 1.14 MB."""
    for unit, bytes_each in SIZES:
        if value >= bytes_each:
            return f"{number(value / bytes_each)} {unit}"
    return f"{value:.0f} B"


def seconds(value: float) -> str:
    """Seconds of processor time: 0.51 s, 21.4 s."""
    return f"{number(value)} s"


def ratio(after: float, before: float) -> str:
    """How often `before` goes into `after`: "× 3.3", or "÷ 440" where it became less.

    Both must be above 0. Near 1 it is finer, because there it is doubtful: "× 1.04".
    """
    factor, sign = (after / before, "×") if after >= before else (before / after, "÷")
    digits = 0 if factor >= 9.95 else 1 if factor >= 1.995 else 2
    return f"{sign} {factor:,.{digits}f}"


def growth(exponent: float) -> str:
    """How many times a cost is what it was when its cause is ten times: of 0.66, 4.57 times."""
    return f"{number(10**exponent)} times"


def interval(low: float | None, high: float | None) -> str:
    """Where a ratio lies: "30.0 to 90.0"; an end that is not known yet is None."""
    return f"{number(low or 0)} to {'∞' if high is None else number(high)}"
