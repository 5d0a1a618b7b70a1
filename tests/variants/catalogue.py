"""All variants. The name of one in the challenge that the solution has, too, says so."""

from tests.variants.of_sockets import SOCKETS
from tests.variants.of_storage import STORAGE
from tests.variants.of_the_lesson import LESSON

VARIANTS = (*STORAGE, *LESSON, *SOCKETS)
