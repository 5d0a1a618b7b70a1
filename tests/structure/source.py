"""Our Python files, parsed: what the checks of the layout read.

Nothing of the workshop is imported. A participant's `attempt/` is theirs and never read.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("challenge", "solution", "observability", "load_test", "notebooks")

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


def is_public(name: str) -> bool:
    """Whether others may use a name."""
    return not name.startswith("_")


def names_defined(node: ast.stmt) -> list[str]:
    """The names that a statement of a module defines, imported ones apart."""
    if isinstance(node, ast.ClassDef | Function):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]
