"""The catalog: its entries hold together, and names mean files without any network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from atlas_tui import paths
from atlas_tui.engine import bundled_model_path, catalog
from atlas_tui.engine.base import ModelLoadError
from atlas_tui.engine.catalog import Entry, Source, Thinking
from atlas_tui.engine.llama.gguf_header import read_header

OWED = {
    "bundled", "qwen3-14b", "qwen3-0.6b", "qwen3-4b", "qwen3-8b", "qwen3-32b", "qwen2.5-coder-1.5b",
    "qwen2.5-coder-3b", "qwen2.5-coder-7b", "qwen2.5-coder-14b", "qwen2.5-coder-32b", "qwen3-coder-30b-a3b",
}  # fmt: skip


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def entry(name: str) -> Entry:
    found = catalog.named(name)
    assert found is not None
    return found


def refusal(spec: str) -> str:
    with pytest.raises(ModelLoadError) as caught:
        catalog.locate(spec)
    line = caught.value.one_line()
    assert "\n" not in line
    return line


def place(source: Source) -> None:
    for file in source.files:
        path = source.place(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"GGUF")


def test_every_model_that_is_owed_has_one_entry() -> None:
    names = [one.name for one in catalog.entries()]
    assert set(names) == OWED and len(names) == len(OWED)


def test_the_reference_and_its_draft() -> None:
    reference = entry("qwen3-14b")
    assert reference.title == "Qwen3-14B Q4_K_M"
    assert reference.source == Source("Qwen/Qwen3-14B-GGUF", "Qwen3-14B-Q4_K_M.gguf")
    assert reference.draft == "qwen3-0.6b"
    assert reference.budgets == (0, 1024, 2048, 4096, 8192)


@pytest.mark.parametrize("one", catalog.entries(), ids=lambda one: one.name)
def test_every_entry_holds_together(one: Entry) -> None:
    assert one.context > 0 and one.licence and one.title
    thinks = one.thinking is not Thinking.NONE
    assert thinks == bool(one.budgets) == (one.thinking_sampler is not None)
    assert list(one.budgets) == sorted(set(one.budgets))
    for sampler in filter(None, (one.sampler, one.thinking_sampler)):
        assert 0 < sampler.temperature <= 2 and 0 < sampler.top_p <= 1 and sampler.top_k >= 0
    if one.draft:
        assert entry(one.draft).source and entry(one.draft).name != one.name
    if one.source is not None:
        assert catalog.source(one.source.spec) == one.source
        assert catalog.of_source(one.source) is one
    assert not {"size", "sha256"} & set(Entry.__dataclass_fields__)


def test_the_bundled_entry_says_what_its_file_says() -> None:
    header = read_header(bundled_model_path())
    assert entry("bundled").context == header.number("context_length")
    assert entry("bundled").title == header.text("general.name")


@pytest.mark.parametrize("spec", ["", "bundled", "Bundled"])
def test_nothing_means_the_bundled_model(spec: str) -> None:
    assert catalog.locate(spec) == bundled_model_path()


def test_a_name_means_its_pulled_file() -> None:
    line = refusal("qwen3-14b")
    assert "not pulled yet" in line and line.endswith("`atlas-tui models pull qwen3-14b`")
    source = entry("qwen3-14b").source
    assert source is not None
    place(source)
    assert catalog.locate("qwen3-14b") == catalog.locate("QWEN3-14B") == source.path
    assert catalog.locate(source.spec) == source.path
    assert source.path == paths.models_dir() / "Qwen" / "Qwen3-14B-GGUF" / "Qwen3-14B-Q4_K_M.gguf"


def test_of_a_split_model_the_first_part_is_meant_and_all_must_be_here() -> None:
    spec = "hf:maker/Large-GGUF:Q8/large-00002-of-00003.gguf"
    source = catalog.source(spec)
    assert source is not None
    assert source.files == tuple(f"Q8/large-0000{number}-of-00003.gguf" for number in (1, 2, 3))
    place(source)
    assert catalog.locate(spec) == source.place(source.files[0])
    source.place(source.files[2]).unlink()
    line = refusal(spec)
    assert "1 of its 3 parts" in line and "large-00003-of-00003.gguf" in line


def test_other_words_are_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert catalog.locate("/some/model.gguf") == Path("/some/model.gguf")
    assert catalog.locate("~/model.gguf") == tmp_path / "model.gguf"
    assert catalog.locate("./qwen3-14b") == Path("qwen3-14b")
    (tmp_path / "model").touch()
    assert catalog.locate("model") == Path("model")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("qwen3-14", "did you mean qwen3-14b"),
        ("gpt", "`atlas-tui models list`"),
        ("~nobody-of-this-name/x.gguf", "nobody-of-this-name"),
        ("hf:", "hf:owner/repo:file.gguf"),
        ("hf:owner", "hf:owner/repo:file.gguf"),
        ("hf:owner/repo", "`atlas-tui models pull hf:owner/repo`"),
        ("hf:owner/repo:", "`atlas-tui models pull hf:owner/repo`"),
        ("hf:../repo:x.gguf", "no repository"),
        ("hf:owner/..:x.gguf", "no repository"),
        ("hf:a/b/c:x.gguf", "no repository"),
        ("hf:owner/re po:x.gguf", "no repository"),
        ("hf:owner/repo:readme.md", "no GGUF file"),
        ("hf:owner/repo:../../../x.gguf", "no GGUF file"),
        ("hf:owner/repo:/etc/x.gguf", "no GGUF file"),
        ("hf:owner/repo:a//x.gguf", "no GGUF file"),
        ("hf:owner/repo:a\\x.gguf", "no GGUF file"),
        ("hf:owner/repo:a\x1b[2Jx.gguf", "no GGUF file"),
        ("hf:owner/repo:x-00004-of-00003.gguf", "no such part"),
        ("hf:owner/repo:x-00000-of-00003.gguf", "no such part"),
    ],
)
def test_what_cannot_be_meant_is_refused(spec: str, words: str) -> None:
    assert words in refusal(spec)


def test_no_file_of_the_hub_lies_outside_the_folder() -> None:
    for spec in ("hf:a/b:c.gguf", "hf:a/b:d/e/c.gguf", "hf:a/b:...gguf"):
        source = catalog.source(spec)
        assert source is not None
        assert source.path.resolve().is_relative_to(paths.models_dir().resolve())
