"""Do the tests bite? Breaks copies of the product, one variant each, and runs the check that must
notice. All of them take about two minutes.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.variants.bench import EXPERIMENT, BadCheck, copy_of_ours, run_checks
from tests.variants.catalogue import VARIANTS
from tests.variants.variant import StaleVariant, Variant, apply

AT_A_TIME = 2  # of a machine with two cores
UNCHANGED = "(nothing broken)"
STYLE = {True: None, False: "bold red"}


@dataclass(frozen=True)
class Row:
    """One line of the table: what was broken, what was to notice, and whether it did."""

    name: str
    check: str
    verdict: str
    good: bool


Trial = Callable[[], Awaitable[Row]]


@contextmanager
def a_copy() -> Iterator[Path]:
    """A copy of the repository, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="variant-") as folder:
        copy_of_ours(Path(folder))
        yield Path(folder)


async def try_unchanged(checks: Sequence[str]) -> Row:
    """Run checks on an unchanged copy: they must pass, or their failing would say nothing."""
    with a_copy() as folder:
        try:
            result = await run_checks(checks, folder)
        except BadCheck as error:
            return Row(UNCHANGED, "", f"ERROR: {error}", good=False)
    return Row(UNCHANGED, "", "pass" if result.passed else f"FAIL: {result.told}", result.passed)


async def try_variant(variant: Variant) -> Row:
    """Break a copy: the variant's check must fail."""
    with a_copy() as folder:
        try:
            apply(variant, folder)
            result = await run_checks([variant.caught_by], folder)
        except (BadCheck, StaleVariant) as error:
            return Row(variant.name, variant.caught_by, f"ERROR: {error}", good=False)
    verdict = "NOT caught" if result.passed else "caught"
    return Row(variant.name, variant.caught_by, verdict, not result.passed)


async def try_all(variants: Sequence[Variant]) -> list[Row]:
    """Try the checks on an unchanged copy, then each variant; a line tells of each."""
    slots = asyncio.Semaphore(AT_A_TIME)
    checks = sorted({variant.caught_by for variant in variants})
    kinds = groupby(checks, key=lambda check: check.startswith(EXPERIMENT))
    trials: list[Trial] = [partial(try_unchanged, list(each)) for _, each in kinds]
    trials += [partial(try_variant, variant) for variant in variants]
    rows: list[Row] = []

    async def take_turn(trial: Trial) -> None:
        async with slots:
            row = await trial()
        rows.append(row)
        sys.stdout.write(f"{len(rows)}/{len(trials)} {row.name}: {row.verdict}\n")
        sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        for trial in trials:
            group.create_task(take_turn(trial))
    return rows


def show(rows: Sequence[Row]) -> None:
    """The table; of a check's node id, its name."""
    table = Table("variant", "check", "", box=box.SIMPLE)
    for row in rows:
        name = row.check.rpartition("::")[2]
        verdict = row.verdict.partition(":")[0]  # what an error said was told above
        table.add_row(row.name, Text(name, overflow="fold"), verdict, style=STYLE[row.good])
    Console().print(table)


def chosen(names: Sequence[str]) -> list[Variant]:
    """The variants of these names, or all; raises ValueError for a name that is none."""
    unknown = set(names) - {variant.name for variant in VARIANTS}
    if unknown:
        raise ValueError(f"no such variant: {', '.join(sorted(unknown))}; --list lists them")
    return [variant for variant in VARIANTS if not names or variant.name in names]


def main() -> int:
    """Returns the exit code: 0 if all were caught, 1 if not, 2 for a name that is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.variants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="variants to try; all by default")
    parser.add_argument("--list", action="store_true", help="list the variants, and end")
    options = parser.parse_args()
    try:
        variants = chosen(options.names)
    except ValueError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2
    if options.list:
        for variant in variants:
            sys.stdout.write(f"{variant.name}: {variant.file}, by {variant.caught_by}\n")
        return 0
    try:
        rows = asyncio.run(try_all(variants))
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what was started and copied is gone\n")
        return 1
    show(rows)
    caught = sum(row.good for row in rows if row.name != UNCHANGED)
    sys.stdout.write(f"{caught} of {len(variants)} variants were caught\n")
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
