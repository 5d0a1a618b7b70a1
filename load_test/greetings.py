"""What guests say: the greetings of greetings.txt, in Korean and English, as long as asked for."""

import random
from pathlib import Path

GREETINGS = Path(__file__).with_name("greetings.txt").read_text(encoding="utf-8").splitlines()
LONGEST = 4_000  # characters that the servers take in one message


def greeting(chance: random.Random, mean_length: int = 0) -> str:
    """One greeting; `mean_length` 0 leaves it as it stands in the file.

    Otherwise its length lies evenly around the mean, from half to one and a half of it where
    1 to 4,000 characters allow that, and it repeats itself until it is as long.
    """
    if not mean_length:
        return chance.choice(GREETINGS)
    spread = min(mean_length // 2, mean_length - 1, LONGEST - mean_length)
    length = chance.randint(mean_length - spread, mean_length + spread)
    text = chance.choice(GREETINGS)
    while len(text) < length:
        text += f" {chance.choice(GREETINGS)}"
    return text[:length]
