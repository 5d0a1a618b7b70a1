"""Is the grader right? Every animal of the zoo is graded, and the grade held against what is
expected of it, check by check. All of them take half an hour, --quick a fourth of it, and does not
look at what is wrong with some.
"""

import asyncio
import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.checklist.arguments import Parser
from tests.checklist.grade import Plan, the_plan
from tests.checklist.zoo.animal import Animal
from tests.checklist.zoo.bench import NoGrade, end_stragglers, grade
from tests.checklist.zoo.catalogue import ANIMALS
from tests.checklist.zoo.row import Row, summary
from tests.variants.variant import StaleVariant

AT_A_TIME = 2  # of a machine with two cores
STYLE = {True: None, False: "bold red"}


async def try_animal(animal: Animal, plan: Plan, full: bool) -> Row:
    """Grade an animal."""
    try:
        return Row.of(animal, await grade(animal, full), plan, full)
    except (NoGrade, StaleVariant) as error:
        return Row.of_none(animal, str(error))


async def try_all(animals: Sequence[Animal], plan: Plan, full: bool) -> list[Row]:
    """Grade animals, two at a time; a line tells of each."""
    slots = asyncio.Semaphore(AT_A_TIME)
    rows: list[Row] = []

    async def take_turn(animal: Animal) -> None:
        async with slots:
            row = await try_animal(animal, plan, full)
        rows.append(row)
        lines = [f"{len(rows)}/{len(animals)} {row.name}: {row.points}, {row.verdict}", *row.faults]
        sys.stdout.write("\n    ".join(lines) + "\n")
        sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        for animal in animals:
            group.create_task(take_turn(animal))
    return rows


def show(rows: Sequence[Row]) -> None:
    """The table, by name."""
    table = Table("animal", "points", "s", "what names its fault", "", box=box.SIMPLE)
    for row in sorted(rows, key=lambda row: row.name):
        decisive = Text(row.decisive, overflow="fold")
        table.add_row(
            row.name, row.points, row.seconds, decisive, row.verdict, style=STYLE[row.good]
        )
    Console().print(table)


def chosen(names: Sequence[str]) -> list[Animal]:
    """The animals of these names, or all; raises ValueError for a name that is none."""
    unknown = set(names) - {animal.name for animal in ANIMALS}
    if unknown:
        raise ValueError(f"no such animal: {', '.join(sorted(unknown))}; --list lists them")
    return [animal for animal in ANIMALS if not names or animal.name in names]


def parser() -> Parser:
    """The command line."""
    made = Parser("python -m tests.checklist.zoo", __doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help="animals; all by default")
    made.add_argument("--list", action="store_true", help="list the animals, and end")
    made.add_argument("--quick", action="store_true", help="only what a quick grading looks at")
    made.add_argument("--repeat", type=int, default=1, metavar="N", help="grade each so often")
    return made


def main() -> int:
    """Returns the exit code: 0 if all that was seen is as expected, 1 if not, 2 for wrong usage."""
    command = parser()
    options = command.parse_args()
    try:
        animals = chosen(options.names)
    except ValueError as error:
        command.error(str(error))
    if options.repeat < 1:
        command.error(f"--repeat must be a whole number from 1 on, not {options.repeat}")
    if options.list:
        for animal in animals:
            sys.stdout.write(f"{animal.name}: {animal.tells}; {animal.decisive or 'right'}\n")
        return 0
    try:
        rows = asyncio.run(try_all(animals * options.repeat, the_plan(), not options.quick))
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what was started and made is gone\n")
        return 1
    finally:
        left = end_stragglers()
    show(rows)
    sys.stdout.write(f"{summary(rows)}\n")
    if left:
        sys.stdout.write(f"{len(left)} processes of animals outlived their grading\n")
    return 0 if all(row.good for row in rows) and not left else 1


if __name__ == "__main__":
    sys.exit(main())
