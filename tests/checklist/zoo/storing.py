"""Wrong answers: what is written, where, how, and what a sick disk does to it."""

from tests.checklist.zoo.animal import Animal, Edit, lent
from tests.checklist.zoo.edits import SMALL_BATCHES

DATA, PROCESSOR, MODELS = "data_manager.py", "message_processor.py", "models.py"
GIVES_UP = (
    "                if self._backlog.closed:\n"
    '                    raise StorageUnavailable(f"the disk refuses: {error.strerror}") '
    "from error\n"
)
IF_MANY = "                if len(messages) > 1:\n"
RAISES = "                raise\n"
FALLBACK = (
    "                self._backlog.storage_failed(error, batch)\n"
    "                self._store_one_by_one(batch)\n"
)

STORES_BATCH = (
    "            try:\n"
    "                self._data.create_messages_batch(batch)\n"
    "            except StorageUnavailable as error:\n"
    "                self._settle(batch, error)\n"
    "            except Exception as error:\n" + FALLBACK + "            else:\n"
    "                self._settle(batch)\n"
)

STORING = (
    Animal(
        "one-by-one",
        "the batch method is there, and is called for one message at a time",
        fails=(
            "batch.one_write_per_batch",
            "processor.coalesces_burst",
            "documentation.numbers_match",
        ),
        edits=(Edit(PROCESSOR, STORES_BATCH, "            self._store_one_by_one(batch)\n"),),
    ),
    Animal(
        "loses-failed",
        "drops a batch that the disk refused, and tells nobody",
        fails=(
            "errors.keeps_what_it_acknowledged",
            "errors.tells_what_it_cannot_keep",
        ),
        edits=(
            lent("batch given up at once"),
            Edit(PROCESSOR, "self._on_failed(message, error or NOT_STORED)", "pass"),
        ),
    ),
    Animal(
        "dies-of-failure",
        "its loop ends with the first write that fails",
        fails=(
            "errors.recovers",
            "errors.tells_what_it_cannot_keep",
        ),
        edits=(
            Edit(DATA, GIVES_UP, RAISES),
            Edit(PROCESSOR, "            except Exception as error:\n" + FALLBACK, ""),
        ),
    ),
    Animal(
        "doubles",
        "stores a batch that failed one by one, and then as a batch once more",
        fails=("errors.keeps_what_it_acknowledged",),
        edits=(
            Edit(DATA, GIVES_UP, IF_MANY + "    " + RAISES + GIVES_UP),
            Edit(
                PROCESSOR,
                FALLBACK,
                FALLBACK + "                for message in batch:\n"
                "                    message.created_at = None\n"
                "                self._data.create_messages_batch(batch)\n",
            ),
        ),
    ),
    Animal(
        "rotates-late",
        "a batch that crosses the end of a file leaves one message too many in it",
        fails=("batch.rotates_exactly",),
        edits=(lent("batch one over the end of a file"),),
    ),
    Animal(
        "overwrites",
        "gives the active file the new messages, in place of all",
        fails=(
            "batch.keeps_every_message",
            "handler.keeps_its_books",
            "errors.shows_only_what_is_stored",
            "errors.keeps_what_it_acknowledged",
            "errors.shuts_down_well",
        ),
        edits=(Edit(DATA, "[*records, *added]", "added"), *SMALL_BATCHES),
    ),
    Animal(
        "memory-only",
        "writes nothing, and answers from memory",
        fails=(
            "batch.writes_files",
            "handler.keeps_its_books",
            "metrics.match_the_system",
            "metrics.batches_are_traced",
            "metrics.writes_are_traced",
            "errors.shows_only_what_is_stored",
            "errors.shuts_down_well",
            "errors.tells_what_it_cannot_keep",
        ),
        unclear=("documentation.numbers_match",),
        edits=(
            Edit(
                DATA,
                "        self.history = History(files.read,",
                "        self._kept: dict[str, list[dict[str, str]]] = {}\n"
                "        self.history = History(lambda name: self._kept.get(name) "
                "or files.read(name),",
            ),
            Edit(
                DATA,
                "self._files.write(name, [*records, *added])",
                "self._kept[name] = [*records, *added]",
            ),
        ),
    ),
    Animal(
        "json-lines",
        "writes a record a line, which is no JSON array; it reads both",
        fails=(
            "batch.writes_files",
            "handler.keeps_its_books",
            "errors.shows_only_what_is_stored",
            "errors.shuts_down_well",
        ),
        edits=(
            Edit(
                MODELS,
                "return json.dumps(records, ensure_ascii=False).encode()",
                "lines = (json.dumps(each, ensure_ascii=False) for each in records)\n"
                '    return "".join(f"{line}\\n" for line in lines).encode()',
            ),
            Edit(
                MODELS,
                "records = json.loads(data)",
                'lines = [json.loads(line) for line in data.decode().split("\\n") if line]\n'
                '        records = lines[0] if data.startswith(b"[") else lines',
            ),
        ),
    ),
    Animal(
        "in-place",
        "writes a file where it is, so that a crash tears it",
        fails=("batch.replaces_files",),
        edits=(lent("in-place write"),),
    ),
    Animal(
        "wrong-times",
        "gives times as a person writes them",
        fails=("batch.keeps_timestamps",),
        edits=(
            Edit(
                MODELS,
                'datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")',
                "datetime.now(UTC).ctime()",
            ),
        ),
    ),
    Animal(
        "same-ids",
        "numbers messages by the second, so that many share a number",
        fails=("batch.ids_are_unique",),
        edits=(
            Edit(
                MODELS,
                "max(time.time_ns() // 1000, self._last + 1)",
                "max(time.time_ns() // 1_000_000_000 * 1_000_000, self._last)",
            ),
            Edit(
                PROCESSOR,
                "self._outcomes.pop(message.id)",
                "self._outcomes.pop(message.id, Event())",
            ),
        ),
    ),
)
