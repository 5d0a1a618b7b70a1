"""All animals, by theme."""

from tests.checklist.zoo.answering import ANSWERING
from tests.checklist.zoo.hostile import HOSTILE
from tests.checklist.zoo.processing import PROCESSING
from tests.checklist.zoo.right import RIGHT
from tests.checklist.zoo.storing import STORING
from tests.checklist.zoo.telling import TELLING

ANIMALS = (*RIGHT, *PROCESSING, *ANSWERING, *STORING, *TELLING, *HOSTILE)
