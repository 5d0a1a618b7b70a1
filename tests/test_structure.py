"""What the layout promises: imports run one way, files stay readable, the diff stays the lesson.

All by reading the files; nothing of the workshop is imported. A participant's `attempt/` is theirs
and never read.
"""

import ast
import difflib
import graphlib
import re
import statistics
import subprocess
import sys
import tokenize
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("challenge", "solution", "observability", "load_test", "notebooks")
# What each part may import of ours; the longest name that fits counts.
MAY_IMPORT = {
    "challenge": ("observability",),
    "solution": ("challenge", "observability"),
    "observability": (),
    "load_test": ("observability",),
    "load_test.experiment": ("observability",),
    "notebooks": ("observability",),
}
# In a package, a module may need those of its own line and of the lines above.
ORDER = {
    "challenge": (
        {"config", "errors", "models", "files"},
        {"healing", "data_manager"},
        {"auth"},
        {"routes", "socket_handler"},
        {"app", "server"},
        {"__main__"},
    ),
    "solution": (
        {"config"},
        {"data_manager"},
        {"message_processor"},
        {"socket_handler"},
        {"app"},
        {"__main__"},
    ),
}
PATCHERS = ("locust", "gevent")  # importing them patches what eventlet patches otherwise
LOCUSTFILE = Path("load_test/locustfile.py")  # Locust runs it, and listens for what it registers

MOST_FILE_LINES = 250
MOST_MEDIAN_LINES = 110
MOST_FUNCTION_LINES = 40
MOST_HANDLER_LINES = 25
MOST_DIFF_LINES = 150

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A Python file of ours, parsed."""

    path: Path  # from the root

    @cached_property
    def text(self) -> str:
        """The source."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text)

    @property
    def name(self) -> str:
        """The name to import it by."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @cached_property
    def imports(self) -> list[tuple[str, bool]]:
        """All that it imports, at any depth: the full name, and whether it was given relatively."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(alias.name, False) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self.path.parts[: len(self.path.parts) - node.level] if node.level else ()
                start = ".".join((*base, *([node.module] if node.module else [])))
                found += [(f"{start}.{alias.name}", bool(node.level)) for alias in node.names]
        return found

    def functions(self) -> Iterator[Function]:
        """All functions and methods, nested ones too."""
        return (each for each in ast.walk(self.tree) if isinstance(each, Function))


def modules_under(*folders: str) -> list[Module]:
    """The Python files of some folders of the root."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Module(path.relative_to(ROOT)) for path in paths]


OURS = modules_under(*PACKAGES)
TESTS = modules_under("tests")
BY_NAME = {module.name: module for module in OURS}
SAME_NAMED = [
    (Module(Path("challenge") / module.path.name), module)
    for module in modules_under("solution")
    if (ROOT / "challenge" / module.path.name).exists()
]


def known_as(full_name: str) -> str | None:
    """The module of ours that a full name means: itself, or what it is a part of."""
    while full_name and full_name not in BY_NAME:
        full_name = full_name.rpartition(".")[0]
    return full_name or None


def is_in(name: str, package: str) -> bool:
    """Whether a full name is a package's or of something in it."""
    return f"{name}.".startswith(f"{package}.")


def lines_of(node: ast.AST) -> int:
    """How many lines a function takes, docstring included."""
    assert isinstance(node, Function)
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def is_public(name: str) -> bool:
    """Whether others may use a name."""
    return not name.startswith("_")


def test_there_is_something_to_check() -> None:
    assert {module.path.parts[0] for module in OURS} >= set(PACKAGES) - {"notebooks"}
    assert len(SAME_NAMED) == 6


# Imports


def test_imports_run_one_way() -> None:
    wrong = []
    for module in OURS:
        part = max((part for part in MAY_IMPORT if is_in(module.name, part)), key=len)
        allowed = (part, *MAY_IMPORT[part])
        for name, _ in module.imports:
            ours = name.split(".")[0] in (*PACKAGES, "tests", "attempt")
            if ours and not any(is_in(name, each) for each in allowed):
                wrong.append(f"{module.path} imports {name}")
    assert wrong == []


def test_a_copy_of_a_server_runs_under_another_name() -> None:
    wrong = [
        f"{module.path} imports {name}"
        for package in ("challenge", "solution")
        for module in modules_under(package)
        for name, relatively in module.imports
        if name.split(".")[0] == package and not relatively
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ORDER)
def test_a_server_is_built_from_the_bottom_up(package: str) -> None:
    # given what each module of a server imports of the same server
    needs: dict[str, set[str]] = {}
    for module in modules_under(package):
        inside = {known_as(name) for name, _ in module.imports} - {package}
        needs[module.name] = {name for name in inside if name and name.startswith(package)}

    # then there is no circle, and nobody needs, at any remove, who stands above them
    order = list(graphlib.TopologicalSorter(needs).static_order())
    reach: dict[str, set[str]] = {}
    for name in order:
        reach[name] = set(needs.get(name, ())).union(*(reach[each] for each in needs.get(name, ())))
    for rank, line in enumerate(ORDER[package]):
        above = {f"{package}.{name}" for higher in ORDER[package][rank + 1 :] for name in higher}
        for name in line:
            assert reach[f"{package}.{name}"] & above == set(), f"{name} needs what is built on it"


def test_only_main_modules_patch_and_they_do_it_first() -> None:
    patching = []
    for module in OURS:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr == "monkey_patch":
                patching.append(module.name)
                before = [
                    alias.name
                    for each in module.tree.body
                    if isinstance(each, ast.Import | ast.ImportFrom) and each.lineno < node.lineno
                    for alias in each.names
                ]
                assert set(before) <= {"os", "warnings", "eventlet"}, module.path
    assert patching == ["challenge.__main__", "solution.__main__"]


def test_importing_does_nothing() -> None:
    defining = (
        ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.ClassDef | Function
    )  # fmt: skip
    doing = []
    for module in OURS:
        if module.path.name == "__main__.py" or module.path == LOCUSTFILE:
            continue
        for node in module.tree.body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            as_main = isinstance(node, ast.If) and "'__main__'" in ast.unparse(node.test)
            if not (isinstance(node, defining) or docstring or as_main):
                doing.append(f"{module.path}:{node.lineno}: {ast.unparse(node)[:60]}")
    assert doing == []


def test_packages_say_what_they_are_and_no_more() -> None:
    for module in OURS:
        if module.path.name == "__init__.py":
            assert ast.get_docstring(module.tree), module.path
            assert len(module.tree.body) == 1, module.path


def patched_by_locust() -> set[str]:
    """Our modules that import Locust or gevent, at any remove."""
    found = {
        module.name
        for module in OURS
        if any(name.split(".")[0] in PATCHERS for name, _ in module.imports)
    }
    while True:
        more = {
            module.name
            for module in OURS
            if any(known_as(name) in found for name, _ in module.imports)
        }
        if more <= found:
            return found
        found |= more


def test_locust_stays_out_of_the_experiment_and_of_the_tests() -> None:
    patched = patched_by_locust()
    assert "load_test.locustfile" in patched
    assert not {name for name in patched if name.startswith("load_test.experiment")}
    assert not patched & {"load_test.compare", "load_test.demo"}
    wrong = [
        f"{module.path} imports {name}"
        for module in TESTS
        for name, _ in module.imports
        if name.split(".")[0] in PATCHERS or known_as(name) in patched
    ]
    assert wrong == []


def test_no_test_imports_what_starts_things() -> None:
    wrong = [
        f"{module.path} imports {name}"
        for module in TESTS
        for name, _ in module.imports
        if "__main__" in name.split(".")
    ]
    assert wrong == []


def test_no_file_hides_a_module_of_the_standard_library() -> None:
    # `cd load_test; python new_year_load_test.py` puts that folder before the library.
    hidden = [
        str(module.path)
        for module in OURS
        for name in module.path.with_suffix("").parts
        if name in sys.stdlib_module_names - {"__main__"}
    ]
    assert hidden == []


# Budgets


def test_files_are_short() -> None:
    lengths = {str(module.path): len(module.text.splitlines()) for module in OURS}
    assert {path: lines for path, lines in lengths.items() if lines > MOST_FILE_LINES} == {}
    assert statistics.median(lengths.values()) <= MOST_MEDIAN_LINES


def test_functions_are_short() -> None:
    long = {
        f"{module.path}: {function.name}": lines_of(function)
        for module in OURS
        for function in module.functions()
        if lines_of(function) > MOST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("package", ["challenge", "solution"])
def test_handlers_are_shorter(package: str) -> None:
    handlers = {
        function.name: lines_of(function)
        for function in BY_NAME[f"{package}.socket_handler"].functions()
        if function.name != "__init__"
    }
    assert "send_message" in handlers
    assert {name: n for name, n in handlers.items() if n > MOST_HANDLER_LINES} == {}


def test_everything_public_is_explained() -> None:
    silent = []
    for module in OURS:
        parts: list[tuple[str, ast.Module | ast.ClassDef | Function]] = [("", module.tree)]
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef):
                parts.append((node.name, node))
                parts += [
                    (f"{node.name}.{each.name}", each)
                    for each in node.body
                    if isinstance(each, Function) and is_public(each.name) and is_public(node.name)
                ]
            elif isinstance(node, Function) and is_public(node.name):
                parts.append((node.name, node))
        silent += [f"{module.path}: {name}" for name, part in parts if not ast.get_docstring(part)]
    assert silent == []


# The lesson


def test_the_solution_consists_of_the_lesson() -> None:
    theirs = {path.name for path in (ROOT / "challenge").glob("*.py")}
    ours = {path.name for path in (ROOT / "solution").glob("*.py")}
    changed = {"app.py", "config.py", "data_manager.py", "socket_handler.py"}
    assert ours & theirs == changed | {"__init__.py", "__main__.py"}
    assert ours - theirs == {"message_processor.py"}


def test_the_difference_is_the_lesson() -> None:
    changed = {}
    for before, after in SAME_NAMED:
        diff = difflib.unified_diff(before.text.splitlines(), after.text.splitlines())
        lines = [line for line in diff if not line.startswith(("---", "+++"))]
        changed[after.path.name] = sum(line.startswith(("+", "-")) for line in lines)
    assert sum(changed.values()) <= MOST_DIFF_LINES, changed


def test_same_named_files_offer_the_same_names() -> None:
    for pair in SAME_NAMED:
        before, after = (
            {name for node in module.tree.body for name in names_defined(node) if is_public(name)}
            for module in pair
        )
        assert before == after, pair[1].path


def names_defined(node: ast.stmt) -> list[str]:
    """The names that a statement of a module defines, imported ones apart."""
    if isinstance(node, ast.ClassDef | Function):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def test_names_of_spans_and_attributes_stand_in_one_place() -> None:
    naming = ("start_as_current_span", "start_span", "set_attribute")
    names = BY_NAME["observability.names"].tree.body
    known = {name for node in names for name in names_defined(node)}
    used, wrong = set(), []
    for module in modules_under("challenge", "solution"):
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in naming:
                owner, _, name = ast.unparse(node.args[0]).partition(".")
                used.add(name)
                if owner != "names" or name not in known:
                    wrong.append(f"{module.path}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []
    assert {"SEND_MESSAGE", "CREATE_MESSAGES_BATCH", "JSON_MS"} <= used


# Ground


def test_comments_are_calm() -> None:
    loud = []
    for module in (*OURS, *TESTS):
        with (ROOT / module.path).open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                text = token.string.replace("!=", "")
                excited = "!" in text or any(unicodedata.category(c) == "So" for c in text)
                if token.type == tokenize.COMMENT and excited:
                    loud.append(f"{module.path}:{token.start[0]}: {token.string}")
    assert loud == []


def test_the_lock_pins_everything_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(index|extra-index|find-links)|\s@\s", lock)
    entries = re.split(r"\n(?=[\w.-]+==)", "\n" + lock)[1:]
    pinned = set()
    for entry in entries:
        first, *rest = entry.splitlines()
        name = re.match(r"[\w.-]+", first)
        assert name
        pinned.add(name[0].lower().replace("_", "-").replace(".", "-"))
        assert re.fullmatch(r"[\w.-]+==[\w.+!-]+( ; .+)? \\", first), first
        hashes = [line for line in rest if re.match(r"    --hash=sha256:[0-9a-f]{64}( \\)?$", line)]
        comments = [line for line in rest if line.lstrip().startswith("#")]
        assert hashes, first
        assert len(hashes) + len(comments) == len(rest), entry
    wanted = re.findall(r"^[\w.-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert {name.lower().replace("_", "-").replace(".", "-") for name in wanted} <= pinned


def test_make_alone_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.findall(r"^  make (\w+):? +(\S.*)$", listed, re.MULTILINE)
    assert len(targets) == len(listed.splitlines())
    assert [name for name, _ in targets] == phony[1].split()
    assert set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == set(phony[1].split())


def test_what_participants_write_is_never_read() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert settings["pytest"]["ini_options"]["testpaths"] == ["tests"]
    assert "attempt" in settings["ruff"]["extend-exclude"]
    assert "attempt" not in settings["mypy"]["files"]
    reading = r"""(ROOT|PROJECT) / ["']attempt"""
    assert [module.path for module in TESTS if re.search(reading, module.text)] == []
