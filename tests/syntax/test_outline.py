"""What a file defines, uses and imports, in each language, and for hostile text."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from atlas_tui.syntax import definition_span, tree
from atlas_tui.syntax.grammars import LANGUAGES, language_of
from atlas_tui.syntax.outline import Outline, outline

ROOT = Path(__file__).resolve().parents[2]

PYTHON = b"""\
import a.b, c as d
from . import x
from ..y import (z as q, w)
from m import *

LIMIT: int = 3

# doc
@dec
class A(B):
    field: int = 1

    @property
    def p(self) -> int:
        return self.q(1)

    class In:
        async def f(
            self,
            a,
        ): pass


if x:
    def either(): ...
"""
JAVASCRIPT = b"""\
import a, { b } from './x';
const r = require("./q");
// Doc of A.
export default class A extends B {
  x = () => 1;
  static m(a) { return this.go(a); }
}
export const f = async (a) => a;
exports.h = function (a) {};
module.exports = { p(a) {}, q: function () {} };
A.prototype.z = function () {};
"""
TYPESCRIPT = b"""\
export interface I { m(a: number): void; }
type T = { a: 1 };
enum E { A }
namespace N { export function g() {} }
@dec() abstract class C { abstract q(): void; @d m<T>(a: T) {} }
export * from "./other";
"""
GO = b"""\
package p

import (
	"a/b"
	x "c/d"
)

// Doc.
type S struct{ a int }
type I interface{ M(a int) }

func (s *S[T]) M(a int) error { return s.x(a) }
func F() {}

const X = 1
"""
RUST = b"""\
use crate::a::{b, c::d};
mod m;
/// Doc.
#[derive(Debug)]
pub struct S<T> { a: T }
impl<T> Tr for S<T> {
    fn f(&self) -> u8 { self.g(1) + h::k() }
}
trait Tr { fn f(&self); }
mod tests {
    #[test]
    fn t() { assert_eq!(a(), 1); }
}
"""
JAVA = b"""\
package a.b;
import a.c.D;
import static a.E.*;
/** Doc. */
@Ann
public class C<T> extends B {
    private int x = 1;
    @Override public void m(int a) throws E { this.n(a); }
    C() {}
    enum K { A }
}
"""
C = b"""\
#include "a.h"
#include <b/c.h>
#define Y(a) a
#ifdef Q
/* doc */
int *f(int a) { return g(a); }
#endif
struct S { int a; };
typedef struct { int b; } T;
int proto(void);
"""
CPP = b"""\
namespace n {
class D : public B { public: int f(int a) const { return 1; } int p(int); };
int D::g(int a) { return h(a); }
}
template <typename T> struct V { T x; };
"""
SOURCES = {
    "python": PYTHON, "javascript": JAVASCRIPT, "typescript": TYPESCRIPT, "tsx": TYPESCRIPT, "go": GO,
    "rust": RUST, "java": JAVA, "c": C, "cpp": CPP,
}  # fmt: skip
DEFINED = {
    "python": {
        "LIMIT": "variable", "A": "class", "A.field": "variable", "A.p": "method", "A.In": "class",
        "A.In.f": "method", "either": "function",
    },
    "javascript": {
        "A": "class", "A.x": "method", "A.m": "method", "f": "function", "h": "function",
        "module.exports": "module", "p": "function", "q": "function", "A.z": "function",
    },
    "typescript": {
        "I": "interface", "I.m": "method", "T": "type", "E": "enum", "N": "namespace", "N.g": "function",
        "C": "class", "C.q": "method", "C.m": "method",
    },
    "go": {"S": "struct", "I": "interface", "S.M": "method", "F": "function", "X": "variable"},
    "rust": {
        "S": "struct", "impl Tr for S": "impl", "S.f": "method", "Tr": "trait", "Tr.f": "method",
        "tests": "module", "tests.t": "function",
    },
    "java": {"C": "class", "C.x": "variable", "C.m": "method", "C.C": "method", "C.K": "enum"},
    "c": {"Y": "macro", "f": "function", "S": "struct", "T": "type", "proto": "declaration"},
    "cpp": {
        "n": "namespace", "n.D": "class", "n.D.f": "method", "n.D.p": "declaration", "n.D.g": "function",
        "V": "struct", "V.x": "variable",
    },
}  # fmt: skip
DEFINED["tsx"] = DEFINED["typescript"]
IMPORTED = {
    "python": ("a.b", "c", ".x", "..y.z", "..y.w", "m"),
    "javascript": ("./x", "./q"),
    "typescript": ("./other",),
    "tsx": ("./other",),
    "go": ("a/b", "c/d"),
    "rust": ("crate::a::b", "crate::a::c::d", "self::m"),
    "java": ("a.c.D", "a.E.*"),
    "c": ("a.h", "<b/c.h>"),
    "cpp": (),
}
USED = {
    "python": "q", "javascript": "go", "typescript": "dec", "tsx": "dec", "go": "x", "rust": "k", "java": "n",
    "c": "g", "cpp": "h",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_definitions_imports_and_references(language: str) -> None:
    found = outline(SOURCES[language], language)
    assert found.whole
    assert {each.qualified: each.kind for each in found.definitions} == DEFINED[language]
    assert found.imports == IMPORTED[language]
    assert USED[language] in found.references


def piece(source: bytes, found: Outline, name: str, above: bool = False) -> str:
    each = found.find(name)[0]
    assert source[: each.start].count(b"\n") + 1 == each.first_line
    assert source[: each.end].count(b"\n") + 1 == each.last_line
    return source[each.above if above else each.start : each.end].decode()


@pytest.mark.parametrize(
    ("language", "name", "begins", "ends", "above"),
    [
        ("python", "A", "@dec\nclass A(B):", "): pass", "# doc\n"),
        ("python", "A.p", "@property\n    def p", "self.q(1)", ""),
        ("javascript", "A", "export default class A", "}\n}", "// Doc of A.\n"),
        ("javascript", "f", "export const f", "=> a;", ""),
        ("javascript", "h", "exports.h", "{};", ""),
        ("typescript", "C::m", "@d m<T>", "{}", ""),
        ("go", "S", "type S struct", "}", "// Doc.\n"),
        ("rust", "S", "#[derive(Debug)]\npub struct", "}", "/// Doc.\n"),
        ("rust", "tests::t", "#[test]\n    fn t()", "}", ""),
        ("java", "C", "@Ann\npublic class", "}", "/** Doc. */\n"),
        ("c", "f", "int *f", "}", "/* doc */\n"),
        ("c", "S", "struct S", "};", ""),
        ("cpp", "V", "template <typename T> struct V", "};", ""),
    ],
)
def test_what_belongs_to_a_definition(language: str, name: str, begins: str, ends: str, above: str) -> None:
    source = SOURCES[language]
    found = outline(source, language)
    text = piece(source, found, name)
    assert text.startswith(begins)
    assert text.endswith(ends)
    assert piece(source, found, name, above=True) == above + text


@pytest.mark.parametrize(
    ("language", "name", "signature"),
    [
        ("python", "A.In.f", "async def f( self, a, )"),
        ("javascript", "A.x", "x = ()"),
        ("rust", "S", "pub struct S<T>"),
        ("java", "C.m", "@Override public void m(int a) throws E"),
        ("c", "proto", "int proto(void);"),
        ("go", "S.M", "func (s *S[T]) M(a int) error"),
    ],
)
def test_signatures_are_one_line_without_the_body(language: str, name: str, signature: str) -> None:
    assert outline(SOURCES[language], language).find(name)[0].signature == signature


def test_python_spans_are_those_that_are_replaced() -> None:
    for path in sorted((ROOT / "atlas_tui" / "workspace").glob("*.py")):
        source = path.read_bytes()
        last = {each.qualified: each for each in outline(source, "python").definitions}
        for name, each in last.items():
            if each.kind in ("function", "class", "method") and name.count(".") < 2:
                assert definition_span(source, name) == (each.start, each.end), (path, name)


def test_the_innermost_definition_around_a_line() -> None:
    found = outline(PYTHON, "python")
    assert [getattr(found.around(line), "qualified", None) for line in (1, 9, 14, 18)] == [
        None, "A", "A.p", "A.In.f",
    ]  # fmt: skip


def test_a_broken_file_shows_what_can_be_read() -> None:
    found = outline(b"def f(:\n    pass\n\ndef g():\n    return h()\n", "python")
    assert not found.whole
    assert "g" in {each.name for each in found.definitions}


HOSTILE = (
    b"", b"\0" * 100, b"\xff\xfe" * 300, b"(" * 20_000, b"{" * 20_000, b"def f(): pass\n" * 6_000,
    b"a<" * 20_000, b"a=>" * 20_000, b"template<" * 20_000, b"'" * 9_999, b"class A {" * 5_000,
    b"".join(b" " * depth + b"class A:\n" for depth in range(200)), b"use " + b"a::{" * 9_000,
    b"a." * 9_000 + b"b = function(){}", b"#if\n" * 5_000, random.Random(5).randbytes(20_000),
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_never_raises_and_stays_small(language: str) -> None:
    before = tree._peak_bytes()
    for source in HOSTILE:
        found = outline(source, language, seconds=0.1)
        for each in found.definitions:
            assert 0 <= each.above <= each.start <= each.end <= len(source)
            assert len(each.signature) < 300
            assert "\n" not in each.signature
    assert tree._peak_bytes() - before < 2 * tree.PARSE_BYTES


def test_another_language_has_no_outline() -> None:
    assert outline(b"x", "cobol") == Outline(language="cobol", whole=False)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", "python"), ("B.PYI", "python"), ("x.test.jsx", "javascript"), ("x.d.ts", "typescript"),
        ("x.tsx", "tsx"), ("a.h", "c"), ("a.hpp", "cpp"), ("Makefile", ""), (".py", ""), ("a.py/b", ""),
    ],
)  # fmt: skip
def test_the_language_is_told_by_the_name(path: str, language: str) -> None:
    assert language_of(path) == language
