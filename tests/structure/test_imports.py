"""Imports run one way, and do nothing but define."""

import ast
import graphlib
import sys
from pathlib import Path

import pytest

from tests.structure.source import OURS, PACKAGES, TESTS, Function, is_in, known_as, modules_under

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
        {"config", "errors", "files"},
        {"models", "fields", "limits", "connections"},
        {"healing", "backlog", "sample_history"},
        {"storage", "history", "status"},
        {"directory", "data_manager"},
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
LOCUSTFILE = Path("load_test/locustfile.py")  # Locust runs it, and listens for what it registers


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
