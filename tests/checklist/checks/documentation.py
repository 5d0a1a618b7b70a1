"""Item 7, documentation: ANSWER.md answers the given questions, and its numbers are true.

Whether it answers them well is for a person to say.
"""

import re
from collections.abc import Mapping

from tests.checklist.check import Verdict, cannot_tell, check, expect
from tests.checklist.scenarios.source import Source
from tests.checklist.scenarios.talk import Talk

QUESTIONS = (
    "What was slow, and how do you know?",
    "What did you change?",
    "What does it cost?",
    "What is not solved?",
)
EVIDENCE, WRITES = "The evidence", "file writes per message"  # a heading, and a row of its table
ACKNOWLEDGEMENTS = ("queued", "stored")

# What is not shown, or is not prose. The template explains itself in comments.
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
FENCE = "```"  # around lines of code
HEADING = re.compile(r"^#+ *(.*)$", re.MULTILINE)
WORD = re.compile(r"[^\W\d_]+")
NUMBER = re.compile(r"(\d*[.,]?\d+)(?: */ *([1-9]\d*))?")  # 0.01, 0,01 or 1/100


@check("source", needs=("handler.serves",))
def answers_every_question(source: Source, *, least_words: int) -> Verdict:
    """ANSWER.md has something to say under each of its headings."""
    sections = _sections(source.answer)
    words = {each: _different_words(sections.get(_key(each), "")) for each in QUESTIONS}
    short = [f"{count} under “{each}”" for each, count in words.items() if count < least_words]
    return expect(
        not short,
        f"at least {least_words} different words of your own under each of {len(QUESTIONS)} "
        "questions",
        (", ".join(short) or "so it is") if source.answer else "there is no ANSWER.md",
    )


@check("source", "talk", needs=("handler.serves",))
def numbers_match(
    source: Source, talk: Talk, *, before_factor: float, after_factor: float
) -> Verdict:
    """The file writes per message in ANSWER.md are those of the challenge, and of this server."""
    counted = _writes_per_message(talk)
    expected = f"{WRITES}: about 1 before"
    if not counted:
        return cannot_tell(expected, "nobody told how often files were written")
    expected += (
        f", and after between {counted / after_factor:.2g} and {counted * after_factor:.2g}, "
        f"since {counted:.2g} were counted when everybody wrote at once"
    )
    before, after = _row(_sections(source.answer).get(_key(EVIDENCE), ""), WRITES)
    if before is None or after is None:
        return expect(False, expected, "no numbers in that row of the table")
    return expect(
        _within(before_factor, before, 1) and _within(after_factor, after, counted),
        expected,
        f"{before:g} before, {after:g} after",
    )


@check("talk", needs=("handler.serves",))
def declares_its_choice(talk: Talk) -> Verdict:
    """ANSWER.md says what an acknowledgement means, and so do the acknowledgements."""
    said = {answer: talk.answers.get(answer, 0) for answer in ACKNOWLEDGEMENTS}
    told = ", ".join(f"{count} {answer}" for answer, count in said.items() if count)
    return expect(
        talk.declared != "" and {answer for answer in said if said[answer]} == {talk.declared},
        "a line “- acknowledgement: queued” or “- acknowledgement: stored”, and answers that say "
        "the same",
        f"{f'it says {talk.declared}' if talk.declared else 'no such line'}; "
        f"acknowledged: {told or 'none'}",
    )


def _sections(text: str) -> Mapping[str, str]:
    """The parts of a Markdown text by the keys of their headings."""
    _, *parts = HEADING.split(_without_code(COMMENT.sub("", text)))
    sections: dict[str, str] = {}
    for heading, part in zip(parts[::2], parts[1::2], strict=True):
        sections[_key(heading)] = sections.get(_key(heading), "") + part
    return sections


def _without_code(text: str) -> str:
    kept, in_code = [], False
    for line in text.splitlines():
        if line.startswith(FENCE):
            in_code = not in_code
        elif not in_code:
            kept.append(line)
    return "\n".join(kept)


def _key(heading: str) -> str:
    """A heading without what people change by accident: case, spaces and punctuation."""
    return " ".join(WORD.findall(heading.casefold()))


def _different_words(text: str) -> int:
    return len(set(WORD.findall(text.casefold())))


def _row(table: str, label: str) -> tuple[float | None, float | None]:
    """The first two numbers of the row with that label."""
    for line in table.splitlines():
        cells = line.strip().strip("|").split("|")
        if len(cells) >= 3 and _key(label) in _key(cells[0]):
            return _number(cells[1]), _number(cells[2])
    return None, None


def _number(cell: str) -> float | None:
    found = NUMBER.search(cell)
    if not found:
        return None
    return float(found[1].replace(",", ".")) / float(found[2] or 1)


def _writes_per_message(talk: Talk) -> float | None:
    """Of the best burst, where batches were full."""
    counts = (
        (each.claimed_writes if each.writes is None else each.writes, each.shown)
        for each in talk.bursts
    )
    return min((writes / shown for writes, shown in counts if writes and shown), default=None)


def _within(factor: float, value: float, of: float) -> bool:
    return of / factor <= value <= of * factor
