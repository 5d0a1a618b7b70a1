"""The New Year's load test, as the workshop has always started it:

    cd load_test; python new_year_load_test.py

This file only finds the right Python: any from 3.6 on can read it, and goes on with the project's
own. What it then does is in the folder new_year, in this order: options.py, server.py, run.py,
outcome.py, output.py, reports.py.
"""

import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv" / "bin" / "python"


def use_project_python() -> None:
    """Go on as the project's own Python, if this is another; end with a hint if there is none."""
    if Path(sys.executable).parent != PYTHON.parent and PYTHON.exists():
        os.execv(str(PYTHON), [str(PYTHON), __file__, *sys.argv[1:]])
    if importlib.util.find_spec("locust") is None:
        sys.exit("new_year_load_test: the workshop is not installed; run 'make install' first")


def main() -> int:
    """Ask or be told what to do, and do it.

    Returns the exit code: 0 if every greeting was delivered and the objectives were met; 1 if not,
    or if nobody gets in; 2 if the reports have no place.
    """
    sys.path.insert(0, str(ROOT))
    from load_test.new_year.options import choose

    plan = choose(sys.argv[1:])

    # Locust does this too, but later than others import what is to be patched.
    from gevent import get_hub, monkey

    monkey.patch_all()
    get_hub().NOT_ERROR += (KeyboardInterrupt,)  # else gevent prints it, too
    from load_test.new_year.output import print_heading, print_summary
    from load_test.new_year.server import NoWayIn, visit

    try:
        server = visit(plan.address)
        plan.out.mkdir(parents=True, exist_ok=True)
    except NoWayIn as error:
        return say(1, str(error))
    except OSError as error:
        return say(2, f"cannot make the folder {plan.out}: {error.strerror}")
    print_heading(server.name, server.waiting, plan)
    from load_test.new_year.run import NewYearParty

    party = NewYearParty(plan)
    outcome = party.run()
    print_summary(outcome)
    try:
        for path in party.write_reports(plan.out):
            sys.stdout.write(f"{path}\n")
    except OSError as error:
        return say(1, f"cannot write the reports to {plan.out}: {error.strerror}")
    return 0 if outcome.good else 1


def say(code: int, problem: str) -> int:
    """Say in one line why it ends; the exit code."""
    sys.stderr.write(f"new_year_load_test: {problem}\n")
    return code


if __name__ == "__main__":
    use_project_python()
    try:
        sys.exit(main())
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nnew_year_load_test: stopped before it began")
