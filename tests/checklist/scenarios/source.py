"""What the text of a submission says: classes, functions and what they name, imports, its answer.

Nothing of it is imported. Its files are parsed in the grader, so their length is bounded; one that
is no Python is a fact like others, and left out of the rest.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from load_test.experiment.servers import Package
from tests.checklist.scenario import Stage, scenario
from tests.checklist.trouble import Trouble, Word

ANSWER = "ANSWER.md"
# Ten times the challenge; for a while parsing takes 100 times as much memory, and 2 s.
MOST_BYTES = 1_000_000
MOST_FILES = 1_000
MOST_ANSWER_CHARACTERS = 100_000

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """A function or method, with what is nested in it.

    `calls` are the last names of what it calls, as ``b`` of ``a.b()``; `mentions` are all names and
    attributes in it, and so what it hands on to be called later, too. `in_class` is "" for a
    function of a module.
    """

    name: str
    in_class: str
    file: str
    calls: frozenset[str]
    mentions: frozenset[str]


@dataclass(frozen=True)
class Source:
    """A submission as it is written.

    `classes` maps each name to the methods that it has, those of its parents in the package
    included. `imports` are the first parts of absolute imports, as ``os`` of ``os.path``.
    `unreadable` are files that could not be parsed, each with the reason. `as_challenge`: its
    Python files are the challenge's, comments and spaces apart. `answer` is the text of ANSWER.md,
    empty if there is none.
    """

    classes: Mapping[str, frozenset[str]]
    functions: tuple[Function, ...]
    imports: frozenset[str]
    unreadable: tuple[str, ...]
    as_challenge: bool
    answer: str


@dataclass(frozen=True)
class _File:
    """A file that could be parsed. `meaning` is all that is in it but comments and spaces."""

    meaning: str
    classes: tuple[tuple[str, set[str], set[str]], ...]  # name, methods, names of the parents
    functions: tuple[Function, ...]
    imports: frozenset[str]


def run(stage: Stage) -> Source:
    """Parse it all. Raises Trouble if there is too much of it."""
    files, unreadable = _read(stage.submission)
    challenge, _ = _read(stage.challenge)
    meanings = {name: file.meaning for name, file in files.items()}
    return Source(
        classes=_classes(files.values()),
        functions=tuple(each for file in files.values() for each in file.functions),
        imports=frozenset().union(*(file.imports for file in files.values())),
        unreadable=tuple(unreadable),
        as_challenge=not unreadable
        and meanings == {name: file.meaning for name, file in challenge.items()},
        answer=_text(stage.submission.folder / stage.submission.name / ANSWER),
    )


def _read(package: Package) -> tuple[dict[str, _File], list[str]]:
    """The files of a package by their paths, and what could not be parsed, with the reason."""
    folder = package.folder / package.name
    paths = sorted(path for path in folder.rglob("*.py") if _is_file(path))
    length = sum(path.stat().st_size for path in paths)
    if len(paths) > MOST_FILES or length > MOST_BYTES:
        what = f"{len(paths):,} Python files with {length:,} bytes"
        raise Trouble(Word.NO_EVIDENCE, f"{package.name} has {what}: nobody reads that")
    files: dict[str, _File] = {}
    unreadable = []
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = _parse(path, name)
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
            unreadable.append(f"{name}: {error or type(error).__name__}")
    return files, unreadable


def _is_file(path: Path) -> bool:
    """Whether it is a file of its own; what a link leads to is none of ours."""
    return path.is_file() and not path.is_symlink()


def _parse(path: Path, name: str) -> _File:
    with path.open("rb") as file:
        data = file.read(MOST_BYTES)
    with warnings.catch_warnings():  # of escapes in its texts, which are no concern of ours
        warnings.simplefilter("ignore")
        tree = ast.parse(data)
    return _File(
        meaning=ast.dump(tree),
        classes=tuple(_class(node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)),
        functions=tuple(_functions(tree, name)),
        imports=frozenset(_imports(tree)),
    )


def _text(path: Path) -> str:
    if not _is_file(path):
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(MOST_ANSWER_CHARACTERS)


def _class(node: ast.ClassDef) -> tuple[str, set[str], set[str]]:
    methods = {each.name for each in node.body if isinstance(each, FunctionNode)}
    return node.name, methods, {_last_name(each) for each in node.bases}


def _classes(files: Iterable[_File]) -> dict[str, frozenset[str]]:
    """All classes with their methods. Those of the same name count as one that has the methods of
    all: which of them is used, nobody can tell without running it.
    """
    methods: dict[str, set[str]] = {}
    parents: dict[str, set[str]] = {}
    for file in files:
        for name, own, bases in file.classes:
            methods.setdefault(name, set()).update(own)
            parents.setdefault(name, set()).update(bases)

    def family(name: str) -> set[str]:
        found, left = set[str](), {name}
        while left:
            found |= left
            left = set().union(*(parents.get(each, set()) for each in left)) - found
        return found

    return {
        name: frozenset().union(*(methods.get(each, set()) for each in family(name)))
        for name in methods
    }


def _functions(node: ast.AST, file: str, in_class: str = "") -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            within = list(ast.walk(child))
            calls = {_last_name(each.func) for each in within if isinstance(each, ast.Call)}
            mentions = {_last_name(each) for each in within}
            yield Function(
                child.name, in_class, file, frozenset(calls - {""}), frozenset(mentions - {""})
            )
        else:
            name = child.name if isinstance(child, ast.ClassDef) else in_class
            yield from _functions(child, file, name)


def _last_name(node: ast.AST) -> str:
    """``b`` for ``a.b`` and for ``b``; "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


SCENARIO = scenario("Reading the code", lasts_s=0.5)(run)
