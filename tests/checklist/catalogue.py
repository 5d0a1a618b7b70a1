"""All scenarios and all checks, in their order, and the rubric that fits them."""

from tests.checklist.check import checks_of
from tests.checklist.checks import batch, documentation, errors, handler, load, metrics, processor
from tests.checklist.rubric import fit, read_rubric
from tests.checklist.scenarios import (
    books,
    experiment,
    kill,
    rotation,
    shutdown,
    sick_disk,
    source,
    talk,
)
from tests.checklist.scenarios import (
    load as loaded,
)

# Two at a time: the longest first, so that none is left alone at the end.
SCENARIOS = (
    source.SCENARIO,
    talk.SCENARIO,
    books.SCENARIO,
    sick_disk.SCENARIO,
    rotation.SCENARIO,
    shutdown.SCENARIO,
    kill.SCENARIO,
    loaded.SCENARIO,
    experiment.SCENARIO,
)
CHECKS = tuple(
    each
    for module in (processor, handler, batch, load, metrics, errors, documentation)
    for each in checks_of(module)
)
RUBRIC = read_rubric()
fit(RUBRIC, CHECKS)
