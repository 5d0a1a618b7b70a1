"""The files broken on purpose: what is written, healed, numbered, paged through and bounded."""

from tests.variants.variant import Variant

FILES = "tests/challenge/test_files.py::"
HEALING = "tests/challenge/test_healing.py::"
MODELS = "tests/challenge/test_models.py::"
BACKLOG = "tests/challenge/test_backlog.py::"
FULL_FILE = "tests/challenge/test_data_manager.py::test_a_file_is_full_exactly_at_its_limit"
SYNCED = FILES + "test_content_is_synced_before_it_takes_its_place_and_the_folder_after"
FULL_DISK = FILES + "test_nothing_changes_if_the_disk_is_full_in_the_middle"

STORAGE = (
    Variant(
        "no fsync of the file",
        "challenge/files.py",
        "os.fsync(file.fileno())",
        "file.fileno()",
        SYNCED,
    ),
    Variant(
        "no fsync of the folder",
        "challenge/files.py",
        "os.fsync(descriptor)",
        "os.fstat(descriptor)",
        SYNCED,
    ),
    Variant(
        "in-place write",
        "challenge/files.py",
        "temporary = path.with_name(path.name + TEMPORARY)",
        "temporary = path",
        FULL_DISK,
    ),
    Variant(
        "temporary file left behind",
        "challenge/files.py",
        "temporary.unlink(missing_ok=True)",
        "pass",
        FULL_DISK,
    ),
    Variant(
        "short write taken for a whole one",
        "challenge/files.py",
        "left = left[file.write(left) :]",
        "left = left[file.write(left) and len(left) :]",
        FILES + "test_a_write_that_takes_a_part_is_gone_on_with",
    ),
    Variant(
        "read error as empty",
        "challenge/storage.py",
        "except (DamagedFile, FileNotFoundError):",
        "except OSError:\n            return []\n        except DamagedFile:",
        "tests/challenge/test_storage.py::"
        "test_a_disk_that_does_not_read_is_an_error_and_no_empty_file",
    ),
    Variant(
        "damaged file not set aside",
        "challenge/healing.py",
        "os.link(path, aside)",
        "pass",
        HEALING + "test_whole_records_are_kept_and_the_file_is_set_aside",
    ),
    Variant(
        "damaged file begun anew",
        "challenge/healing.py",
        "kept = salvage(path.name, data)",
        "kept = []",
        HEALING + "test_whole_records_are_kept_and_the_file_is_set_aside",
    ),
    Variant(
        "leftovers of a crash stay",
        "challenge/healing.py",
        "leftover.unlink()",
        "pass",
        HEALING + "test_leftovers_of_a_crash_are_removed_and_said",
    ),
    Variant(
        "ids not unique",
        "challenge/models.py",
        "max(time.time_ns() // 1000, self._last + 1)",
        "max(time.time_ns() // 1000, self._last)",
        MODELS + "test_ids_grow_whatever_the_clock_does",
    ),
    Variant(
        "ids begin anew at a restart",
        "challenge/models.py",
        "int(last, 16) if last else 0",
        "0",
        MODELS + "test_ids_of_a_folder_go_on_after_its_last",
    ),
    Variant(
        "created_at missing",
        "challenge/models.py",
        '            "createdAt": created_at,\n',
        "",
        MODELS + "test_a_message_has_its_form_in_the_file_and_on_the_wire",
    ),
    Variant(
        "history after an id off by one",
        "challenge/history.py",
        "inside[position + 1 :]",
        "inside[position:]",
        "tests/challenge/test_history.py::test_pages_are_those_of_a_plain_list",
    ),
    Variant(
        "rotation one late",
        "challenge/history.py",
        "if entry.count < self.max_per_file:",
        "if entry.count <= self.max_per_file:",
        FULL_FILE,
    ),
    Variant(
        "rotation one early",
        "challenge/history.py",
        "if entry.count < self.max_per_file:",
        "if entry.count < self.max_per_file - 1:",
        FULL_FILE,
    ),
    Variant(
        "unbounded queue",
        "challenge/backlog.py",
        "too_many = metrics.queue_messages >= self._max_messages",
        "too_many = False",
        BACKLOG + "test_it_is_bounded_in_messages",
    ),
    Variant(
        "queue unbounded in bytes",
        "challenge/backlog.py",
        "metrics.queue_bytes + message.size_bytes > self._max_bytes",
        "False",
        BACKLOG + "test_it_is_bounded_in_bytes",
    ),
    Variant(
        "queue bytes never given back",
        "challenge/backlog.py",
        "metrics.queue_bytes -= message.size_bytes",
        "pass",
        BACKLOG + "test_a_message_enters_and_leaves_as_stored_or_failed",
    ),
    Variant(
        "newcomers during the drain",
        "challenge/backlog.py",
        "if self.closed:\n            raise",
        "if False:\n            raise",
        BACKLOG + "test_nothing_enters_once_it_is_closed",
    ),
)
