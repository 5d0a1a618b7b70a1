"""Submissions that fight the grader, and some that only have bad luck."""

from tests.checklist.sandbox.isolation import Level
from tests.checklist.zoo.animal import PARTS, Animal, Base, Edit
from tests.checklist.zoo.edits import PATIENT
from tests.checklist.zoo.processing import FAR_TOO_LATE
from tests.checklist.zoo.right import NOT_DONE

MAIN = "__main__.py"
PATCHED = "eventlet.monkey_patch()\n"
SET_UP = "    set_up_logging(config.log_level, config.log_format)\n"
BATCH_SIZE = "self._batch_size = config.batch_size"
OUTPUT_BYTES = 1_000_000_000
PIECE_BYTES = 1_000_000

STRAGGLER = "straggler of the zoo"
STAY = "import time; time.sleep(600)"
# A process that left its parent, its session and its environment behind, and stays.
LEAVE = (
    "import subprocess, sys; "
    "subprocess.Popen([sys.executable, *sys.argv[1:]], env={}, start_new_session=True)"
)
FORK = f"""    import subprocess

    command = [sys.executable, "-c", {LEAVE!r}, "-c", {STAY!r}, {STRAGGLER!r}]
    subprocess.run(command, check=True)
"""


def turncoat(module: str, question: str) -> tuple[Edit, ...]:
    """A right answer if a question is answered with yes, and one message per write if not."""
    return (
        Edit(
            "message_processor.py",
            "from .config import ServerConfig\n",
            f"from . import {module}\nfrom .config import ServerConfig\n",
        ),
        Edit("message_processor.py", BATCH_SIZE, f"{BATCH_SIZE} if {question} else 1"),
    )


OUT_OF_REACH = (Level.OTHER_USER,)  # the grader's files and memory
OUT_OF_SIGHT = (Level.USER_NAMESPACE, Level.OTHER_USER)  # its processes
# Of who is good only if it sees a reason to.
ONE_BY_ONE = (
    "processor.coalesces_burst",
    "batch.one_write_per_batch",
    "documentation.numbers_match",
)

HOSTILE = (
    Animal(
        "broken",
        "a syntax error: it does not start",
        fails=("handler.serves",),
        word="crashed",
        edits=(Edit("app.py", "def create_app(", "def create_app(("),),
    ),
    Animal(
        "imports-solution",
        "runs the reference instead of its own",
        fails=("handler.serves",),
        word="crashed",
        edits=(Edit(MAIN, "from .app import create_app", "from solution.app import create_app"),),
    ),
    Animal(
        "hangs",
        "sleeps while it is imported",
        fails=("handler.serves",),
        word="timed out",
        most_s=85,  # the start may take 30, and another grading have the machine for 40 before it
        edits=(Edit(MAIN, PATCHED, PATCHED + "eventlet.sleep(3_600)\n"),),
    ),
    Animal(
        "forks",
        "leaves a process behind that nobody knows of",
        edits=(Edit(MAIN, SET_UP, SET_UP + FORK),),
    ),
    Animal(
        "floods",
        "prints a gigabyte when it starts",
        fails=("handler.serves",),
        word="crashed",
        edits=(
            Edit(
                MAIN,
                SET_UP,
                SET_UP + f"    for _ in range({OUTPUT_BYTES // PIECE_BYTES}):\n"
                f'        sys.stdout.write("x" * {PIECE_BYTES - 1} + "\\n")\n',
            ),
        ),
    ),
    Animal(
        "writes-grade",
        "batches only if it can write what decides its grade",
        fails=ONE_BY_ONE,
        files={"attempt/writes_grade.py": PARTS / "writes_grade.py"},
        edits=turncoat("writes_grade", "writes_grade.succeeded()"),
        levels=OUT_OF_REACH,
    ),
    Animal(
        "reads-values",
        "batches only if it can read what the grader expects",
        fails=ONE_BY_ONE,
        files={"attempt/reads_values.py": PARTS / "reads_values.py"},
        edits=turncoat("reads_values", "reads_values.succeeded(config.data_dir)"),
        levels=OUT_OF_REACH,
    ),
    Animal(
        "patches-clock",
        "its clock runs a hundred times too slowly: what it calls 50 ms are 5 s",
        fails=FAR_TOO_LATE,
        edits=(
            PATIENT,
            Edit(
                MAIN,
                PATCHED,
                PATCHED + "\nimport time\n\n"
                "_clock = time.perf_counter\n"
                "time.perf_counter = lambda: _clock() / 100\n",
            ),
        ),
    ),
    Animal(
        "knows-names",
        "batches only for users named as the load test names its own",
        fails=ONE_BY_ONE,
        edits=(
            Edit(
                "message_processor.py",
                "else self._batch_size):",
                'else self._batch_size if batch[0].sender.startswith("reveller-") else 1):',
            ),
        ),
    ),
    Animal(
        "sees-grader",
        "batches only if its environment, its command line or its parents look like a grader",
        fails=ONE_BY_ONE,
        files={"attempt/sees_grader.py": PARTS / "sees_grader.py"},
        edits=turncoat("sees_grader", "sees_grader.graded()"),
        levels=OUT_OF_SIGHT,
    ),
    Animal(
        "brings-grader",
        "the challenge, with a grader, settings and start files of its own beside it",
        Base.CHALLENGE,
        fails=("processor.class_is_there", *NOT_DONE),
        files={
            name: PARTS / "refuses_to_run.py"
            for name in (
                "conftest.py",
                "sitecustomize.py",
                "usercustomize.py",
                "attempt/conftest.py",
                "attempt/sitecustomize.py",
                "challenge/__init__.py",
                "observability/__init__.py",
                "tests/__init__.py",
                "tests/checklist/__init__.py",
                "tests/checklist/judge.py",
            )
        },
    ),
)
