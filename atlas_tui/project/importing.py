"""Which file of a repository an import means, told by the names of files alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from posixpath import dirname, join, normpath

_SOURCE_FOLDERS = ("", "src/", "lib/", "python/")
_JAVASCRIPT_ENDINGS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts")
_MOST = 40
"""Files that one import may mean; a package of Go has several."""


class Importing:
    """Knows the files of a repository and what language each is in."""

    def __init__(self, languages: Mapping[str, str]) -> None:
        self._languages = languages
        self._by_name: dict[str, list[str]] = {}
        self._packages: dict[str, list[str]] = {}
        """Folders with files of Go."""
        self._begun: set[str] = set()
        """Folders with anything below them, and files without their ending: what an import may begin with."""
        for path, language in languages.items():
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)
            if language == "go":
                self._packages.setdefault(dirname(path), []).append(path)
            self._begun.add(path.rpartition(".")[0])
            folder = dirname(path)
            while folder and folder not in self._begun:
                self._begun.add(folder)
                folder = dirname(folder)

    def files(self, path: str, module: str) -> tuple[str, ...]:
        """What ``module``, imported by ``path``, means here; nothing where it is not of this repository."""
        language = self._languages.get(path, "")
        if language == "python":
            found = self._python(path, module)
        elif language in ("javascript", "typescript", "tsx"):
            found = self._javascript(path, module)
        elif language == "go":
            found = self._go(module)
        elif language == "rust":
            found = self._rust(path, module)
        elif language == "java":
            found = self._ending(path, (f"{part}.java" for part in _shorter(module.split("."))))
        else:
            name = module.strip("<>")
            beside = normpath(join(dirname(path), name))
            found = [beside] if beside in self._languages else self._ending(path, [name])
        return tuple(each for each in found if each != path)[:_MOST]

    def _python(self, path: str, module: str) -> list[str]:
        dots = len(module) - len(module.lstrip("."))
        parts = [part for part in module.lstrip(".").split(".") if part]
        folder = dirname(path)
        for _ in range(dots - 1):
            folder = dirname(folder)
        roots = [f"{folder}/" if folder else ""] if dots else _roots(dirname(path))
        if dots and not parts:
            return self._first([f"{roots[0]}__init__.py"])
        for root in roots:
            if parts and f"{root}{parts[0]}" not in self._begun:
                continue
            for name in _shorter(parts):
                found = self._first([f"{root}{name}{end}" for end in (".py", "/__init__.py", ".pyi")])
                if found:
                    return found
        return self._first([f"{roots[0]}__init__.py"]) if dots else []

    def _javascript(self, path: str, module: str) -> list[str]:
        if module.startswith("."):
            tried = [normpath(join(dirname(path), module))]
        elif module.startswith(("@/", "~/")):
            tried = [f"{root}{module[2:]}" for root in _roots(dirname(path))]
        else:
            return []
        names: list[str] = []
        for name in tried:
            stem = name.rpartition(".")[0] if name.endswith((".js", ".jsx", ".mjs", ".cjs")) else name
            names += [
                name,
                *(f"{each}{end}" for each in dict.fromkeys((name, stem)) for end in _JAVASCRIPT_ENDINGS),
            ]
            names += [f"{name}/index{end}" for end in _JAVASCRIPT_ENDINGS]
        return self._first(names)

    def _go(self, module: str) -> list[str]:
        parts = module.split("/")
        for start in range(len(parts)):
            folder = "/".join(parts[start:])
            if folder in self._packages:
                return [each for each in self._packages[folder] if not each.endswith("_test.go")]
        return []

    def _rust(self, path: str, module: str) -> list[str]:
        first, *rest = [part for part in module.split("::") if part != "*"] or [""]
        folder, stem = dirname(path), path.rpartition("/")[2].removesuffix(".rs")
        own = folder if stem in ("lib", "main", "mod") else f"{folder}/{stem}".removeprefix("/")
        if first == "self":
            roots = [own, folder]
        elif first == "super":
            roots = [dirname(own)]
            while rest and rest[0] == "super":
                roots, rest = [dirname(roots[0])], rest[1:]
        else:
            roots = [f"{root}src" for root in _roots(folder) if not root.endswith("src/")]
            rest = rest if first == "crate" else rest or [""]
        for root in roots:
            start = f"{root}/" if root else ""
            for name in _shorter(rest, "/"):
                found = self._first([f"{start}{name}.rs", f"{start}{name}/mod.rs"])
                if found:
                    return found
        return self._first([f"{root}/lib.rs" for root in roots])

    def _ending(self, path: str, names: Iterable[str]) -> list[str]:
        """The file whose path ends so, that nearest to the one that imports it."""
        for name in names:
            plain = normpath(name).replace("../", "")
            same = self._by_name.get(plain.rpartition("/")[2], [])
            ends = [each for each in same if each == plain or each.endswith(f"/{plain}")]
            if ends:
                return [max(ends, key=lambda each: (_common(each, path), -len(each), each))]
        return []

    def _first(self, paths: Iterable[str]) -> list[str]:
        return next(([path] for path in paths if path in self._languages), [])


def _shorter(parts: list[str], joint: str = "/") -> Iterator[str]:
    """``a/b/c``, ``a/b``, ``a``: the last parts may be names inside a file."""
    for end in range(len(parts), 0, -1):
        yield joint.join(parts[:end])


@lru_cache(maxsize=4096)
def _roots(folder: str) -> tuple[str, ...]:
    """Where a search for modules may start: the folders above, nearest first, and the usual ones in them."""
    above = []
    while folder:
        above.append(f"{folder}/")
        folder = dirname(folder)
    return tuple(f"{each}{inner}" for each in (*above, "") for inner in _SOURCE_FOLDERS)


def _common(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
