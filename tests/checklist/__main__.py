"""Check a submission: `python -m tests.checklist attempt`, or grade a whole class of them.

A submission is a folder or zip that holds attempt/, or the package itself. Quick checks take some
20 s; --full adds load, faults and the comparison with the challenge, up to 5 min. Exit code 0 if
everything that was run passed, 1 if something failed, 2 if used wrongly, or if the submission is
refused.
"""

import secrets
import sys
import warnings
from pathlib import Path
from typing import Any

from rich.console import Console

# The servers tell of it where people look for it.
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

from load_test.experiment.processes import ProcessFailed, stop_descendants, stop_on_signals
from tests.checklist.arguments import Parser
from tests.checklist.draw import draw_all
from tests.checklist.grade import grade_submission, the_plan
from tests.checklist.grade_file import BadGradeFile, write_grade
from tests.checklist.handed_in import CannotGrade, grades_folder, handed_in
from tests.checklist.overrides import FILE_NAME as OVERRIDES
from tests.checklist.overrides import BadOverrides, read_overrides
from tests.checklist.progress_file import Progress
from tests.checklist.rubric import BadRubric, read_rubric
from tests.checklist.terminal import ScenarioProgress, print_grade
from tests.checklist.trouble import Trouble, Word
from tests.checklist.whole_class import grade_class
from tests.checklist.words import is_good

MOST_SEED = 2**32 - 1


def parse() -> tuple[Parser, Any]:
    """The parser, and the flags of the command line."""
    parser = Parser("python -m tests.checklist", __doc__)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="one submission")
    parser.add_argument("--full", action="store_true", help="everything, up to 5 min")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there, too")
    parser.add_argument("--seed", type=int, help="to repeat a grading (drawn by default)")
    many = parser.add_argument_group("a whole class")
    many.add_argument("--grade", type=Path, metavar="FOLDER", help="with the submissions")
    many.add_argument("--apply", action="store_true", help="redraw with overrides.toml, only")
    many.add_argument("--out", type=Path, default=Path("grades"), help="for grades (%(default)s/)")
    many.add_argument(
        "--again", action="append", default=[], metavar="NAME", help="grade this one again"
    )
    flags = parser.parse_args()
    if sum(map(bool, (flags.folder, flags.grade, flags.apply))) != 1:
        parser.error("name one submission, or --grade FOLDER, or --apply")
    if flags.seed is not None and not 0 <= flags.seed <= MOST_SEED:
        parser.error(f"--seed must be from 0 to {MOST_SEED}, not {flags.seed}")
    if flags.json and (not flags.folder or flags.json.is_dir() or not flags.json.parent.is_dir()):
        parser.error(f"--json {flags.json}: it takes a file, in a folder that is there, for one")
    if flags.again and not flags.grade:
        parser.error("--again goes with --grade")
    return parser, flags


def check_one(flags: Any, console: Console) -> int:
    """Grade one submission, and show it."""
    plan = the_plan()
    seed = secrets.randbelow(MOST_SEED + 1) if flags.seed is None else flags.seed
    with ScenarioProgress(Console(stderr=True), plan.part(flags.full)) as progress:
        grade = grade_submission(flags.folder, plan, flags.full, seed, progress.tell)
    if flags.json:
        write_grade(grade, flags.json)
    else:  # a person looks at it, and will want hints
        Progress(flags.folder).note(grade.findings)
    print_grade(grade, console)
    return 0 if is_good(grade) else 1


def grade_many(flags: Any, console: Console) -> int:
    """Grade all submissions of a folder, and draw everything, also if it is stopped."""
    submissions, skipped = handed_in(flags.grade, flags.out)
    names = [each.name for each in submissions]
    if unknown := sorted(set(flags.again) - set(names)):
        raise CannotGrade(f"--again {unknown[0]}: {flags.grade} holds no such submission")
    plan = the_plan()
    read_overrides(flags.out / OVERRIDES, names, plan.rubric)  # wrong ones now, not in an hour
    console.print(*skipped, sep="\n", end="\n" if skipped else "", markup=False, highlight=False)
    with grades_folder(flags.out):
        good = False
        try:
            good = grade_class(submissions, flags.out, plan, flags.again, flags.seed, console)
        except KeyboardInterrupt:
            sys.stderr.write("stopped; the same command goes on where it was\n")
        grades = draw_all(flags.out, plan.rubric, names)
    sys.stdout.write(f"{len(grades)} grades: {flags.out / 'index.html'}\n")
    return 0 if good else 1


def apply(flags: Any) -> int:
    """Draw the pages and the gradebook again, from the grades and overrides.toml."""
    if not flags.out.is_dir():
        raise CannotGrade(f"there is no folder {flags.out}: name that of the grades with --out")
    with grades_folder(flags.out):
        grades = draw_all(flags.out, read_rubric())
    sys.stdout.write(f"{len(grades)} grades: {flags.out / 'index.html'}\n")
    return 0


def main() -> int:
    """Run by the flags; the exit code."""
    parser, flags = parse()
    console = Console()
    stop_on_signals()
    try:
        if flags.apply:
            return apply(flags)
        return grade_many(flags, console) if flags.grade else check_one(flags, console)
    except Trouble as trouble:
        if trouble.word is Word.REFUSED:
            return fail(parser, trouble, 2)
        return fail(parser, trouble)
    except (CannotGrade, BadOverrides, BadRubric) as error:
        return fail(parser, error, 2)
    except (ProcessFailed, BadGradeFile, OSError) as error:
        return fail(parser, error)
    except KeyboardInterrupt:
        return fail(parser, "stopped; nothing was graded")
    finally:
        stop_descendants()


def fail(parser: Parser, why: object, code: int = 1) -> int:
    """Say why, and return the exit code."""
    sys.stderr.write(f"{parser.prog}: {why}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
