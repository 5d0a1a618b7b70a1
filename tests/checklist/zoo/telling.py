"""Wrong answers: servers that say of themselves what is not so, and pages that do."""

from tests.checklist.zoo.animal import ROOT, Animal, Edit

TELLING = (
    Animal(
        "invents-spans",
        "says in its spans that each batch held 100 messages",
        fails=("metrics.batches_are_traced",),
        edits=(
            Edit("message_processor.py", "names.BATCH_SIZE: len(batch)", "names.BATCH_SIZE: 100"),
            Edit("data_manager.py", "names.BATCH_SIZE: len(messages)", "names.BATCH_SIZE: 100"),
        ),
    ),
    Animal(
        "invents-metrics",
        "counts one write in ten",
        fails=("metrics.match_the_system",),
        edits=(
            Edit(
                "storage.py",
                "self._metrics.file_writes += 1",
                "self._metrics.file_writes += len(records) % 10 == 0",
            ),
        ),
    ),
    Animal(
        "template",
        "a right answer, and a page on which nothing is filled in",
        files={"attempt/ANSWER.md": ROOT / "challenge/ANSWER.md"},
        fails=(
            "documentation.answers_every_question",
            "documentation.numbers_match",
            "documentation.declares_its_choice",
        ),
    ),
    Animal(
        "boasts",
        "a right answer, and a page with better numbers than its own",
        edits=(Edit("ANSWER.md", "| 1.00 | 0.010 |", "| 1.00 | 0.0002 |"),),
        fails=("documentation.numbers_match",),
    ),
)
