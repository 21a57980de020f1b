"""What each language takes; the compilers that this machine has are really called."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from atlas_tui.problem import Limits
from atlas_tui.sandbox import languages, placing
from atlas_tui.sandbox.languages import (
    Language,
    NotInstalled,
    Toolchain,
    UnknownLanguage,
    compile_script,
    java_names,
    known,
    locate,
    located,
    named,
    of_file,
    run_command,
)

SUM = {
    "python": "print('sum', sum(map(int, input().split())))\n",
    "c": "#include <stdio.h>\n#include <math.h>\nint main(void) { double x, s = 0;"
    ' while (scanf("%lf", &x) == 1) s += x; printf("sum %g\\n", sqrt(s * s)); }\n',
    "cpp": "#include <bits/stdc++.h>\nint main() { long x, s = 0; while (std::cin >> x) s += x;"
    ' std::cout << "sum " << s << "\\n"; }\n',
    "go": 'package main\nimport "fmt"\nfunc add[T int | float64](a, b T) T { return a + b }\n'
    "func main() { s, x := 0, 0; for { if _, err := fmt.Scan(&x); err != nil { break }; s = add(s, x) }"
    '; fmt.Println("sum", s) }\n',
    "rust": "use std::io::*;\nfn main() { let mut s = String::new(); stdin().read_to_string(&mut s).unwrap();"
    'println!("sum {}", s.split_whitespace().map(|x| x.parse::<i64>().unwrap())'
    ".sum::<i64>()); }\n",
    "javascript": "const text = require('fs').readFileSync(0, 'utf8');\n"
    "console.log('sum', text.trim().split(' ').map(Number).reduce((a, b) => a + b));\n",
    "typescript": "import * as fs from 'fs';\nenum Start { Zero }\n"
    "class Total { constructor(private n: number) {} add(m: number): void { this.n += m; }"
    " get(): number { return this.n; } }\nconst total = new Total(Start.Zero);\n"
    "for (const word of fs.readFileSync(0, 'utf8').trim().split(' ')) total.add(Number(word));\n"
    "console.log('sum', total.get());\n",
    "java": "package one.two;\nimport java.util.*;\npublic class Solver { static class Inner { long s; }\n"
    "  public static void main(String[] args) { Inner i = new Inner(); Scanner in = new Scanner(System.in);\n"
    '  while (in.hasNextLong()) i.s += in.nextLong(); System.out.println("sum " + i.s); } }\n',
    "bash": "read -r a b c; echo sum $((a + b + c))\n",
}
BROKEN = {
    "c": "int main( {", "cpp": "int main( {", "go": "package main\nfunc main( {", "rust": "fn main( {",
    "javascript": "let x = ;", "typescript": "let x: = 1; function (", "java": "class X { int }",
}  # fmt: skip
PATH = os.environ.get("PATH", "/usr/bin:/bin")
TIMEOUT = 120


def program(path: Path, text: str = "") -> Path:
    """A file that may be executed; without a text it is taken for a program of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() or b"\x7fELF")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home" / "someone"
    folder.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    return folder


# --- names


@pytest.mark.parametrize(
    ("alias", "name"),
    [("C++", "cpp"), ("cc", "cpp"), ("js", "javascript"), ("ts", "typescript"), ("node", "javascript"),
     ("py", "python"), ("sh", "bash"), ("golang", "go"), ("rs", "rust"), (" Java ", "java"), ("c", "c")],
)  # fmt: skip
def test_aliases(alias: str, name: str) -> None:
    assert named(alias).name == name


def test_an_unknown_language_names_those_there_are() -> None:
    with pytest.raises(UnknownLanguage, match="'cobol' is not known") as caught:
        named("cobol")
    assert all(name in str(caught.value) for name in SUM) and isinstance(caught.value, ValueError)


def test_every_language_has_a_program_here() -> None:
    assert known() == list(SUM)


def test_names_are_not_shared() -> None:
    names = [name for each in map(named, known()) for name in (each.name, *each.aliases)]
    suffixes = [suffix for each in map(named, known()) for suffix in each.suffixes]
    assert len(names) == len(set(names)) and len(suffixes) == len(set(suffixes))


@pytest.mark.parametrize(
    ("path", "name"),
    [("/a/b.py", "python"), ("x.CPP", "cpp"), ("x.cc", "cpp"), ("a.b/x.mjs", "javascript"),
     ("x.tar.ts", "typescript"), ("x.sh", "bash"), ("x.txt", None), ("x", None), (".py", None), ("", None)],
)  # fmt: skip
def test_language_of_a_file(path: str, name: str | None) -> None:
    assert of_file(path) == name


# --- compiling and running with the real tools


def find(name: str) -> Toolchain:
    try:
        return locate(named(name), PATH)
    except NotInstalled as error:
        pytest.skip(str(error))


def environment(toolchain: Toolchain, scratch: Path) -> dict[str, str]:
    more = languages.environment(toolchain, Limits(), str(scratch))
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(scratch), **more}


def compiled(toolchain: Toolchain, source: str, scratch: Path) -> subprocess.CompletedProcess[bytes]:
    """The result of the compile script, in folders with names that a shell would take apart."""
    given = scratch.parent / "given '$(touch x)' \"here\"" / toolchain.language.file
    given.parent.mkdir(exist_ok=True)
    given.write_text(source)
    out = scratch / languages.artefact_name(toolchain)
    script = compile_script(toolchain, source, str(given), str(out), str(scratch))
    assert script is not None
    return subprocess.run(
        script,
        cwd="/",
        env=environment(toolchain, scratch),
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "it's a; folder"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("name", list(SUM))
def test_a_program_is_compiled_and_runs(name: str, scratch: Path) -> None:
    toolchain = find(name)
    bytes_of_it = SUM[name].encode()
    if toolchain.language.compile:
        done = compiled(toolchain, SUM[name], scratch)
        assert done.returncode == 0, done.stderr.decode()
        bytes_of_it = done.stdout
    placed = scratch.parent / "box" / languages.artefact_name(toolchain)
    placed.parent.mkdir()
    placed.write_bytes(bytes_of_it)
    placed.chmod(0o755)
    ran = subprocess.run(
        run_command(toolchain, str(placed), Limits(), str(scratch)), input=b"1 2 39\n", capture_output=True,
        cwd=scratch, env=environment(toolchain, scratch), timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"sum 42\n", b"")


@pytest.mark.parametrize("name", list(BROKEN))
def test_what_does_not_compile_says_why_and_gives_nothing(name: str, scratch: Path) -> None:
    done = compiled(find(name), BROKEN[name], scratch)
    assert done.returncode != 0 and done.stdout == b"" and len(done.stderr.strip()) > 10
    assert name == "javascript" or str(scratch).encode() not in done.stderr


def test_a_path_never_reaches_the_shell_as_code(scratch: Path) -> None:
    for name in BROKEN:
        toolchain = Toolchain(language=named(name), tool="/bin/false", partner="/bin/false")
        compiled(toolchain, "class $(touch x) {}; public class `touch x` {}", scratch)
    assert not [path for path in scratch.parent.rglob("x") if path.is_file()]


@pytest.mark.parametrize("name", list(SUM))
@pytest.mark.parametrize("partner", ["", "/p"])
def test_no_word_is_left_open(name: str, partner: str) -> None:
    toolchain = Toolchain(language=named(name), tool="/t/{scratch}", partner=partner)
    script = compile_script(toolchain, "", "/given/x", "/out", "/scratch") or []
    line = [*script, *run_command(toolchain, "/p", Limits(), "/scratch"), *toolchain.version_command]
    line += languages.environment(toolchain, Limits(), "/scratch").values()
    assert {word for part in line for word in re.findall(r"\{[a-z_]+\}", part)} <= {"{scratch}"}
    assert "/t//scratch" not in " ".join(line), "a value was filled in twice"


def test_runtimes_are_told_their_memory() -> None:
    def line(name: str, mb: int) -> list[str]:
        toolchain = Toolchain(language=named(name), tool="/t/tool")
        return run_command(toolchain, "/p", Limits(memory_bytes=mb << 20), "/s")

    assert "-Xmx512m" in line("java", 512) and "-Xmx64m" in line("java", 64)
    assert {"--max-old-space-size=128", "--stack-size=65536"} <= set(line("javascript", 128))
    assert "--stack-size=262144" in line("typescript", 1024)
    go = Toolchain(language=named("go"), tool="/t/go")
    assert languages.environment(go, Limits(memory_bytes=100), "/s")["GOMEMLIMIT"] == "90"


# --- finding the tools


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    def text(name: str, path: str = str(tmp_path)) -> str:
        with pytest.raises(NotInstalled) as caught:
            locate(named(name), path)
        return str(caught.value)

    assert text("go") == "go is not installed (looked for: go)"
    assert text("cpp", "") == "cpp is not installed (looked for: g++, c++, clang++)"
    said = text("typescript")
    assert said == "typescript is not installed (looked for: node 22.13 or newer, or node with tsc)"
    program(tmp_path / "rustc")
    assert "needs another program (looked for: cc, gcc, clang)" in text("rust")


def test_relative_folders_of_the_path_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin" / "gcc")
    monkeypatch.chdir(tmp_path)
    for path in ("bin", "./bin", ".:bin", ""):
        with pytest.raises(NotInstalled):
            locate(named("c"), path)
    assert locate(named("c"), f"bin:{tmp_path}/bin").tool == f"{tmp_path}/bin/gcc"


def test_a_tool_brings_the_folder_it_is_installed_in(tmp_path: Path, home: Path) -> None:
    tool = program(home / ".nvm" / "v22" / "bin" / "node")
    found = locate(named("javascript"), str(tool.parent))
    assert (found.tool, found.mounts) == (str(tool), (str(home / ".nvm" / "v22"),))
    assert found.version_command == [str(tool), "--version"]


@pytest.mark.parametrize("folder", ["bin", ".local/bin", "", "../bin", "../../bin"])
def test_a_folder_that_others_share_stays_hidden(folder: str, home: Path) -> None:
    tool = program(Path(os.path.normpath(home / folder)) / "node")
    assert locate(named("javascript"), str(tool.parent)).mounts == (str(tool),)


def test_nothing_that_holds_the_home_folder_is_shown(home: Path) -> None:
    for folder in (home, home.parent, Path("/")):
        with pytest.raises(ValueError, match="must stay hidden"):
            placing.to_show([str(folder)])


def test_a_tool_keeps_the_name_it_is_called_by(tmp_path: Path) -> None:
    real = program(tmp_path / "llvm" / "bin" / "clang-18")
    (real.parent / "clang++").symlink_to("clang-18")
    (tmp_path / "links" / "bin").mkdir(parents=True)
    (tmp_path / "links" / "bin" / "clang++").symlink_to(real.parent / "clang++")
    found = locate(named("cpp"), str(tmp_path / "links" / "bin"))
    assert found.tool == str(real.parent / "clang++")
    assert str(tmp_path / "llvm") in found.mounts and str(tmp_path / "links") not in found.mounts


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert len(placing.chain(str(tmp_path / "a"))) <= 40


def rust_like(folder: Path, answer: str) -> Path:
    return program(folder / "rustc", f"#!/bin/sh\n[ $1 = --print ] || exit 9\n{answer}\n")


def test_a_stand_in_is_asked_for_the_real_tool(tmp_path: Path) -> None:
    real = program(tmp_path / "toolchains" / "stable" / "bin" / "rustc")
    program(tmp_path / "bin" / "cc")
    stand_in = rust_like(tmp_path / "cargo" / "bin", f"echo {real.parent.parent}")
    found = locate(named("rust"), f"{stand_in.parent}:{tmp_path}/bin:/bin")
    assert (found.tool, found.partner) == (str(real), str(tmp_path / "bin" / "cc"))
    assert str(real.parent.parent) in found.mounts and str(tmp_path / "cargo") not in found.mounts


@pytest.mark.parametrize("answer", ["echo no toolchain >&2; exit 1", "echo /nowhere", "true"])
def test_a_stand_in_for_nothing_is_told(answer: str, tmp_path: Path) -> None:
    program(tmp_path / "bin" / "cc")
    stand_in = rust_like(tmp_path / "bin", answer)
    with pytest.raises(NotInstalled, match=re.escape(f"looked for: rustc; {stand_in}: ")):
        locate(named("rust"), str(stand_in.parent))


def test_all_of_them_can_be_tried(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        program(tmp_path / folder / "bin" / "gcc")
    (tmp_path / "again").symlink_to("one")
    path = ":".join(f"{tmp_path}/{folder}/bin" for folder in ("one", "again", "two"))
    assert [each.tool for each in located(named("c"), path)] == [
        f"{tmp_path}/{n}/bin/gcc" for n in ("one", "two")
    ]


def node_like(folder: Path, version: str) -> Path:
    text = f"#!/bin/sh\ncase $1 in --version) echo {version};; -p) echo {folder}/real/node;; esac\n"
    program(folder / "real" / "node", text)
    return program(folder / "node", text)


def test_typescript_needs_a_new_node_or_tsc(tmp_path: Path) -> None:
    new, old = node_like(tmp_path / "new", "v22.13.0"), node_like(tmp_path / "old", "v20.9.1")
    package = program(
        tmp_path / "lib" / "node_modules" / "typescript" / "bin" / "tsc", "#!/usr/bin/env node\n"
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "tsc").symlink_to(package)
    system = ":/usr/bin:/bin" if not list(Path("/usr/bin").glob("tsc*")) else ""
    found = locate(named("typescript"), f"{new.parent}:{tmp_path}/bin")
    assert (found.tool, found.partner) == (f"{new.parent}/real/node", "")
    found = locate(named("typescript"), f"{old.parent}:{tmp_path}/bin{system}")
    assert (found.tool, found.partner) == (f"{old.parent}/real/node", str(package))
    assert str(tmp_path / "lib" / "node_modules") in found.mounts
    with pytest.raises(NotInstalled, match=r"looked for: tsc"):
        locate(named("typescript"), str(old.parent))


def test_python_may_be_given(tmp_path: Path) -> None:
    given = program(tmp_path / "own" / "bin" / "python3.12")
    assert locate(named("python"), "", str(given)).tool == str(given)
    with pytest.raises(NotInstalled):
        locate(named("python"), "")


def test_configuration_that_a_jdk_links_to_is_shown(tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc" / "java-17"
    (elsewhere / "security").mkdir(parents=True)
    secret = tmp_path / "secret"
    secret.mkdir()
    tool = program(tmp_path / "jdk" / "bin" / "javac")
    (tmp_path / "jdk" / "conf").mkdir()
    (tmp_path / "jdk" / "conf" / "security").symlink_to(elsewhere / "security")
    (tmp_path / "jdk" / "lib").symlink_to(secret)
    allowed = re.escape(str(tmp_path)) + r"/etc/java[\w.-]*"
    assert placing.linked(str(tool), allowed) == [str(elsewhere)]
    assert placing.linked(str(tool), "") == []


# --- names in a Java program


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("public class Main { public static void main(String[] a) {} }", ("Main", "Main")),
        ("class A {} public class B { static void main(String... a) {} } class C {}", ("B", "B")),
        ("class A {} class B { public static void main(String[] a) {} }", ("Main", "B")),
        ("package a.b; public final class X { public static void main(String[] a) {} }", ("X", "a.b.X")),
        ("public interface I {} class R { static void main(String[] a) {} }", ("I", "R")),
        ("public record P(int x) { public static void main(String[] a) {} }", ("P", "P")),
        ("public enum E { A, B; public static void main(String[] a) {} }", ("E", "E")),
        ("class A { static class In { static void main(String[] a) {} } } class B { static void main() {} }",
         ("Main", "B")),
        ("class A { void main(String[] a) {} } class B { static void main(String[] a) {} }", ("Main", "B")),
        ("void main() { System.out.println(1); }", ("Main", "Main")),
        ("class A { void main() {} }", ("Main", "A")),
        ("// public class No { static void main(\n/* public class No {} */ class Y {"
         " String s = \"} public class No {\"; char c = '\"'; char d = '}'; "
         " public static void main(String[] a) {} }", ("Main", "Y")),
        ('class T { String s = """\n } public class No { " \\""" }\n"""; static void main(String[] a) {} }',
         ("Main", "T")),
        ("@A({1, 2}) public class G<T extends List<T>> { public static void main(String[] a) {} }",
         ("G", "G")),
        ("import java.util.*; public class Q { int classes; Class<?> c = String.class;"
         " public static void main(String[] a) {} }", ("Q", "Q")),
        ("", ("Main", "Main")),
        ("public class $(touch) {}", ("$", "$")),
        ("public class Größe { static void main(String[] a) {} }", ("Main", "Main")),
        (f"public class {'x' * 300} {{}}", ("Main", "Main")),
        ("}}}} public class Z { static void main(String[] a) {} }", ("Z", "Z")),
    ],
)  # fmt: skip
def test_java_names(source: str, expected: tuple[str, str]) -> None:
    assert java_names(source) == expected


@pytest.mark.parametrize(
    "piece", ["/*", '"""', '"', "'", "//", "{", "}", "\\", "void main(", "class ", "a.", '"""\\']
)
def test_java_names_are_found_soon_in_any_text(piece: str) -> None:
    started = time.monotonic()
    java_names(piece * (10_000_000 // len(piece)))
    assert time.monotonic() - started < 5


def test_a_language_is_immutable() -> None:
    with pytest.raises(AttributeError):
        named("c").name = "d"  # type: ignore[misc]
    assert isinstance(named("c"), Language)
