"""Replies for files of other languages: the same rules as for Python, by the definitions of the outline."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from atlas_tui.project.apart import outlined
from tests.project.editing_parts import replied

JS = """\
'use strict';
// Prices.
import { one, two } from './numbers.js';
import fs from 'node:fs';

const LIMIT = 3;

/** Rounds. */
export function rounded(value) {
  return Math.ceil(value);
}

export class Cart extends Map {
  size = 1;

  /** Adds. */
  add(item) {
    this.set(item, 1);
  }

  cost() { return 0; }
}

export const twice = (x) => {
  return 2 * x;
};
"""
GO = """\
// Package shop sells.
package shop

import (
\t"fmt"
\tm "math"
)

const Limit = 3

// Cart holds items.
type Cart struct {
\tItems []string
}

// Add adds.
func (c *Cart) Add(item string) {
\tc.Items = append(c.Items, item)
}

func Rounded(value float64) string {
\treturn fmt.Sprint(m.Ceil(value))
}
"""
RUST = """\
use std::collections::HashMap;

#[derive(Debug, Clone)]
pub struct Cart {
    items: HashMap<String, u32>,
}

impl Cart {
    /// Adds.
    pub fn add(&mut self, item: &str) {
        self.items.insert(item.to_string(), 1);
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }
}

pub fn rounded(value: f64) -> f64 {
    value.ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds() {
        assert_eq!(rounded(1.5), 2.0);
    }
}
"""
JAVA = """\
package shop;

import java.util.List;

public class Cart {
  private int size = 0;

  /** Adds. */
  public int add(int item) {
    return size + item;
  }

  public int add(String item) {
    return size;
  }
}
"""
C = """\
#include <math.h>

#define LIMIT 3

int rounded(double value);

/* Rounds. */
int rounded(double value) {
    return (int)ceil(value);
}
"""

CASES = {
    "a function": (
        "a.js",
        JS,
        "export function rounded(value) {\n  return 1;\n}",
        [("Math.ceil(value)", "1")],
    ),
    "a function without its export": (
        "a.js",
        JS,
        "/** Down. */\nexport function rounded(value) {\n  return 1;\n}",
        [("/** Rounds. */", "/** Down. */"), ("Math.ceil(value)", "1")],
    ),
    "a method of a class": (
        "a.ts",
        JS,
        "export class Cart extends Map {\n  add(item) {\n    return 2;\n  }\n}",
        [("this.set(item, 1);", "return 2;")],
    ),
    "a new method": (
        "a.js",
        JS,
        "class Cart {\n  cost() { return 0; }\n\n  clear() {\n    return 3;\n  }\n}",
        [("  cost() { return 0; }\n", "  cost() { return 0; }\n\n  clear() {\n    return 3;\n  }\n")],
    ),
    "a method alone": ("a.js", JS, "add(item) {\n  return 2;\n}", [("this.set(item, 1);", "return 2;")]),
    "an arrow function": (
        "a.js",
        JS,
        "export const twice = (x) => {\n  return x + x;\n};",
        [("2 * x", "x + x")],
    ),
    "a constant": ("a.js", JS, "const LIMIT = 4;", [("LIMIT = 3", "LIMIT = 4")]),
    "imports": (
        "a.js",
        JS,
        "import { one, three } from './numbers.js';\nimport fs from 'node:fs';\n\nconst LIMIT = three;",
        [
            ("node:fs';\n", "node:fs';\nimport { three } from './numbers.js';\n"),
            ("LIMIT = 3", "LIMIT = three"),
        ],
    ),
    "a new function": (
        "a.js",
        JS,
        "export function rounded(value) {\n  return Math.ceil(value);\n}\n\nfunction fresh() {}",
        [("return Math.ceil(value);\n}\n", "return Math.ceil(value);\n}\n\nfunction fresh() {}\n")],
    ),
    "the export that is forgotten": (
        "a.js",
        JS,
        "function rounded(value) {\n  return 1;\n}",
        [("Math.ceil(value)", "1")],
    ),
    "rust: attributes that are forgotten": (
        "a.rs",
        RUST,
        "struct Cart {\n    items: Vec<u32>,\n}",
        [("HashMap<String, u32>", "Vec<u32>")],
    ),
    "java: a method alone": (
        "Cart.java",
        JAVA,
        "public int add(String item) {\n  return 1;\n}",
        [("return size;", "return 1;")],
    ),
    "go: a method": (
        "a.go",
        GO,
        "func (c *Cart) Add(item string) {\n\tc.Items = nil\n}",
        [("append(c.Items, item)", "nil")],
    ),
    "go: imports": (
        "a.go",
        GO,
        'package shop\n\nimport (\n\t"fmt"\n\t"strings"\n)\n\nconst Limit = 4',
        [(")\n\nconst Limit = 3", ')\nimport "strings"\n\nconst Limit = 4')],
    ),
    "rust: part of an impl": (
        "a.rs",
        RUST,
        "impl Cart {\n    pub fn len(&self) -> usize {\n        0\n    }\n}",
        [("self.items.len()", "0")],
    ),
    "rust: a method alone": (
        "a.rs",
        RUST,
        "pub fn len(&self) -> usize {\n    0\n}",
        [("self.items.len()", "0")],
    ),
    "rust: imports": (
        "a.rs",
        RUST,
        (
            "use std::collections::{HashMap, HashSet};\n\n"
            "pub fn rounded(value: f64) -> f64 {\n    value.floor()\n}"
        ),
        [("HashMap;\n", "HashMap;\nuse std::collections::HashSet;\n"), ("value.ceil()", "value.floor()")],
    ),
    "java: one overload": (
        "Cart.java",
        JAVA,
        ("public class Cart {\n  public int add(String item) {\n    return 1;\n  }\n}"),
        [("return size;", "return 1;")],
    ),
    "c: a definition and not its declaration": (
        "a.c",
        C,
        "int rounded(double value) {\n    return 1;\n}",
        [("return (int)ceil(value);", "return 1;")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_pieces_go_to_their_places(tmp_path: Path, name: str) -> None:
    path, content, code, replaced = CASES[name]
    expected = content
    for old, new in replaced:
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    reply = replied(tmp_path, {path: content}, f"### {path}\n```\n{code}\n```")
    assert (reply.fault, [(c.content or b"").decode() for c in reply.changes]) == ("", [expected])


@pytest.mark.parametrize(
    ("path", "content"), [("a.js", JS), ("a.go", GO), ("a.rs", RUST), ("C.java", JAVA), ("a.c", C)]
)
def test_a_file_by_itself_changes_nothing(tmp_path: Path, path: str, content: str) -> None:
    for heading in (f"### {path}", f"### {path} (whole file)"):
        assert replied(tmp_path, {path: content}, f"{heading}\n```\n{content}```").diff == ""
    # In other line ends and as parts, one after the other.
    parts = content.replace("\r", "").split("\n\n")
    for part in parts:
        reply = replied(tmp_path, {path: content.replace("\n", "\r\n")}, f"### {path}\n```\n{part}\n```")
        assert reply.diff == "", part


def test_a_first_import_stands_above_the_comment_of_what_follows(tmp_path: Path) -> None:
    old = "/** Rounds. */\nexport function f(x) {\n  return 1;\n}\n"
    code = "import { one } from './one.js';\n\nfunction g() {}\n\nexport function f(x) {\n  return one;\n}"
    reply = replied(tmp_path, {"a.js": old}, f"### a.js\n```js\n{code}\n```")
    expected = "import { one } from './one.js';\n\nfunction g() {}\n\n/** Rounds. */\n"
    assert (reply.changes[0].content or b"").decode().startswith(expected), reply.diff


def test_what_would_break_the_file_is_not_taken(tmp_path: Path) -> None:
    reply = replied(
        tmp_path, {"a.js": JS}, "### a.js\n```js\nexport function rounded(value) {\n  return (\n```"
    )
    assert reply.fault == "a.js: the code for it has a syntax fault, or is not a whole definition"


def test_a_block_without_a_path_goes_where_its_names_are(tmp_path: Path) -> None:
    reply = replied(
        tmp_path, {"a.go": GO, "b.go": "package shop\n"},
        "```go\nfunc Rounded(value float64) string {\n\treturn \"\"\n}\n```",
        context="### b.go\n### a.go\n",
    )  # fmt: skip
    assert [change.path for change in reply.changes] == ["a.go"]


def test_other_texts_are_given_as_a_whole(tmp_path: Path) -> None:
    files = {"README.md": "# One\n\nA\nB\nC\n", "data.json": '{"a": 1}\n'}
    part = replied(tmp_path, files, "### README.md\n```md\nSomething else.\n```")
    assert "only the whole of such a file" in part.fault
    reply = replied(
        tmp_path,
        files,
        '### README.md\n```md\n# One\n\nA\nX\nC\n```\n### data.json (whole file)\n```json\n{"b": 2}\n```',
    )
    assert [(c.content or b"").decode() for c in reply.changes] == ["# One\n\nA\nX\nC\n", '{"b": 2}\n']


@pytest.mark.skipif(shutil.which("go") is None or shutil.which("gofmt") is None, reason="go is not installed")
def test_go_takes_what_comes_out(tmp_path: Path) -> None:
    code = (
        'package shop\n\nimport (\n\t"fmt"\n\t"strings"\n)\n\n'
        "func Rounded(value float64) string {\n"
        "\treturn strings.ToUpper(fmt.Sprint(value))\n}"
    )
    reply = replied(tmp_path, {"a.go": GO}, f"### a.go\n```go\n{code}\n```")
    (tmp_path / "out.go").write_bytes(reply.changes[0].content or b"")
    assert (
        subprocess.run(
            ["gofmt", "-l", "-e", str(tmp_path / "out.go")], capture_output=True, check=False
        ).stderr
        == b""
    )


def test_a_reply_that_would_tangle_a_parser_is_refused_and_the_next_is_read() -> None:
    """The grammars of these languages can take gigabytes in one step that nothing ends but their process."""
    tangled = outlined(b'"+;new ' * 20_000, "tsx")
    assert not tangled.whole and not tangled.definitions
    assert outlined(b"function half(n) { return n / 2; }\n", "typescript").definitions
