"""One more hint for a check: `python -m tests.checklist.hints [CHECK]`.

Each check has three, to be had one after the other: where to look, what to try, nearly the code.
Without CHECK it is the first one that failed when attempt/ was last checked. How many were shown is
kept in results/progress.json. The reference is named when there is nothing left to give away: when
all points that a machine can give for the item are earned, and those for the processor.
"""

import difflib
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from load_test.experiment.processes import PROJECT
from tests.checklist.arguments import Parser
from tests.checklist.check import Result
from tests.checklist.progress_file import PATH, Mark, Marks, Progress
from tests.checklist.rubric import BadRubric, Entry, Item, Rubric, read_rubric
from tests.checklist.words import reference_once

ATTEMPT = PROJECT / "attempt"
INDENT = "  "
STEPS = ("Where to look", "What to try", "Nearly the code")


class NoHint(Exception):
    """Raised when there is no check to give a hint for; the text says what to do."""


def find(rubric: Rubric, name: str | None, marks: Marks) -> Entry:
    """The entry of a check by its name, or that of the first one that failed. Raises NoHint."""
    entries = {each.name: each for item in rubric.items for each in item.entries}
    if name is None:
        if not marks:
            raise NoHint("nothing was checked yet: make check does it")
        name = first_open(rubric, marks)
        if name is None:
            raise NoHint("nothing that was checked failed; make check FULL=1 checks the rest")
    if name not in entries:
        near = difflib.get_close_matches(name, entries, n=1)
        which = f"did you mean {near[0]}?" if near else f"there are {', '.join(entries)}"
        raise NoHint(f"there is no check {name!r}: {which}")
    if entries[name].manual:
        raise NoHint(f"{name} is judged by the instructor: {entries[name].guidance}")
    return entries[name]


def first_open(rubric: Rubric, marks: Marks) -> str | None:
    """The first check, in the rubric's order, that failed by itself or could not be told."""
    for wanted in (Result.FAILED, Result.CANNOT_TELL):
        for item in rubric.items:
            for entry in item.entries:
                if marks.get(entry.name, Mark()).result == wanted:
                    return entry.name
    return None


def give(rubric: Rubric, entry: Entry, progress: Progress) -> Iterator[str]:
    """What to say to who asks for a hint, line by line: one step more than the last time."""
    marks = progress.marks
    if marks.get(entry.name, Mark()).result == Result.PASSED:
        yield f"{entry.name} is passed: nothing is left to say."
        item = next(each for each in rubric.items if entry in each.entries)
        if reference := _reference(rubric, item, marks):
            yield f"Everything of {item.id} is earned: compare with {reference}"
        return
    shown = progress.show_hint(entry.name, len(entry.hints))
    yield f"{entry.name}, hint {shown} of {len(entry.hints)}"
    for step, hint in list(zip(STEPS, entry.hints, strict=True))[:shown]:
        yield f"{step}:\n{textwrap.indent(hint, INDENT)}"
    if shown == len(entry.hints):
        yield "That was the last one. What remains is to ask somebody, or to try."


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 if there was a hint, 2 if there was nothing to give one for."""
    parser = Parser("python -m tests.checklist.hints", __doc__)
    parser.add_argument("check", metavar="CHECK", nargs="?", help="as errors.recovers")
    parser.add_argument("--folder", type=Path, default=ATTEMPT, help="attempt/ by default")
    parser.add_argument("--progress", type=Path, default=PATH, help="kept there (%(default)s)")
    options = parser.parse_args(arguments)
    progress = Progress(options.folder, options.progress)
    rubric = read_rubric()
    try:
        entry = find(rubric, options.check or None, progress.marks)
        for line in give(rubric, entry, progress):
            sys.stdout.write(f"{line}\n")
        return 0
    except NoHint as nothing:
        sys.stderr.write(f"{parser.prog}: {nothing}\n")
        return 2
    except (BadRubric, OSError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 1
    finally:
        if progress.notice:
            sys.stderr.write(f"{parser.prog}: {progress.notice}\n")


def _reference(rubric: Rubric, item: Item, marks: Marks) -> str:
    """What to compare an item with, by what was ever earned; or nothing."""

    def is_earned(one: Item) -> bool:
        machine = [entry for entry in one.entries if not entry.manual]
        return all(marks.get(entry.name, Mark()).earned_at for entry in machine)

    return reference_once(item.id, {one.id for one in rubric.items if is_earned(one)})


if __name__ == "__main__":
    sys.exit(main())
