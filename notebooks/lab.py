"""JupyterLab on the traces of one run: ``python notebooks/lab.py [results/latest]``.

Starts the trace store over the spans that the run left, and JupyterLab beside it; Ctrl-C ends
both. Without a run it takes the newest in ``results/``, and on a fresh clone the small sample
that lies beside the notebook. With ``JAEGER_QUERY_URL`` set it starts no store, and without a run
the notebook shows the last hour of what is there.
"""

import argparse
import lzma
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = Path(__file__).parent / "sample"
NEWEST = ROOT / "results" / "latest"
QUERY_URL = "JAEGER_QUERY_URL"
RESULTS, SPANS = "results.json", "traces.db"
START_S = 20


def main() -> int:
    """Serve a run's spans and the notebook until Ctrl-C. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("run", nargs="?", type=Path, help="a folder that make demo left")
    run = parser.parse_args().run
    environment = dict(os.environ)
    if run or QUERY_URL not in environment:
        run = run or (NEWEST if NEWEST.exists() else SAMPLE)
        if not (run / RESULTS).exists():
            parser.error(f"there is no {RESULTS} in {run}; make demo leaves such folders")
        environment["RESULTS"] = str((run / RESULTS).resolve())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as running:
        try:
            if run and QUERY_URL not in environment:
                folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
                database = copy_of_spans(run, folder)
                environment[QUERY_URL] = running.enter_context(trace_store(database))
            told = run or f"the last hour at {environment[QUERY_URL]}"
            sys.stdout.write(f"The spans of {told}. Open the address below; Ctrl-C ends it.\n")
            sys.stdout.flush()
            lab = [sys.executable, "-m", "jupyterlab", "notebooks/before_after.ipynb"]
            lab += ["--ip=127.0.0.1", "--log-level=WARN"]
            lab += ["--allow-root"]  # in a container one is root
            return subprocess.run(lab, cwd=ROOT, env=environment).returncode
        except KeyboardInterrupt:
            return 0


def copy_of_spans(run: Path, folder: Path) -> Path:
    """The run's spans as a database of our own in `folder`, so that the run stays as it is."""
    database = folder / SPANS
    packed = run / f"{SPANS}.xz"
    if packed.exists():
        with lzma.open(packed) as source, database.open("wb") as target:
            shutil.copyfileobj(source, target)
    else:
        shutil.copyfile(run / SPANS, database)
    return database


@contextmanager
def trace_store(database: Path) -> Iterator[str]:
    """A trace store over a database, on free ports, while the context lasts: its query address."""
    ports = [part for name in ("thrift", "otlp", "query") for part in (f"--{name}-port", "0")]
    command = [sys.executable, "-m", "observability.trace_store", *ports, "--db", str(database)]
    log = database.with_suffix(".log")
    with log.open("wb") as output:
        store = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_S
        while not (found := re.search(r"query=(\S+)", log.read_text())):
            if store.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the trace store did not start:\n{log.read_text()}")
            time.sleep(0.05)
        yield found[1]
    finally:
        store.terminate()
        store.wait()


if __name__ == "__main__":
    sys.exit(main())
