"""What a GGUF file says about itself, read without llama.cpp and without trusting one length in it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import hashlib
import itertools
import mmap
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from atlas_tui.engine.base import ModelLoadError

Scalar = int | float | bool | str

_FIXED = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_TOKENS = "tokenizer.ggml.tokens"  # llama.cpp aborts on a token that comes twice
_LONGEST_STRING = 1 << 24
_MOST_KEYS, _MOST_TENSORS = 1 << 16, 1 << 20
_MOST_LAYERS = 512  # llama.cpp aborts beyond
_LEAST_STRING = 8  # the length field itself
_LONGEST_KEPT = _MOST_LAYERS  # an array with one number for each layer
_INTEGERS = frozenset((0, 1, 2, 3, 4, 5, 7, 10, 11))
_PART = re.compile(r"(?P<begin>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")
_MOST_PARTS = 1 << 10
_SAMPLES, _SAMPLE_BYTES, _READ_WHOLE = 64, 4096, 1 << 24
_PIECE = 1 << 20

_BYTES_OF_32 = {"f16": 64, "q8_0": 34, "q4_0": 18}
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Elements and bytes of one block, by ggml type number; a type that is not here is not checked for size."""

RECURRENT = frozenset(("mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"))
"""Architectures without any attention, and so without a KV cache (``llm_arch_is_recurrent``)."""

_OTHER_FILE = "choose a GGUF model file with --model or model.path"
_FETCH_AGAIN = "copy or download the file again"


@dataclass(frozen=True, slots=True)
class Tensor:
    """Name and size of some weights. ``size`` is in bytes; ``kind`` is the ggml type number."""

    name: str
    kind: int
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """Metadata of a GGUF file, or of all files of a model that comes in parts.

    Long arrays are skipped and only their lengths kept; whole numbers that stand one for each layer are kept.
    """

    values: dict[str, Scalar]
    lengths: dict[str, int]
    tensors: int
    file_bytes: int
    """Bytes of all parts."""
    arrays: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    table: tuple[Tensor, ...] = ()
    data_at: int = 0
    """Where the weights of the first part begin, in bytes."""
    parts: tuple[Path, ...] = ()

    @property
    def architecture(self) -> str:
        return str(self.values.get("general.architecture", ""))

    def number(self, key: str, default: int = 0) -> int:
        """An integer of the architecture's own keys, such as ``block_count``."""
        return _integer(self.values.get(f"{self.architecture}.{key}"), default)

    def per_layer(self, key: str, default: int = 0) -> tuple[int, ...]:
        """The same for every layer: some models have one number for each, most have one for all."""
        layers = max(0, min(self.number("block_count"), _MOST_LAYERS))
        found = self.arrays.get(f"{self.architecture}.{key}")
        if found is None:
            return (self.number(key, default),) * layers
        return tuple(found[place] if place < len(found) else default for place in range(layers))

    def text(self, key: str) -> str:
        found = self.values.get(key, "")
        return found if isinstance(found, str) else ""

    def head_width(self) -> int:
        """Width of an attention head where the header does not name one; 0 when it does not tell."""
        heads = max(self.per_layer("attention.head_count"), default=0)
        return self.number("embedding_length") // heads if heads > 0 else 0

    def cell_numbers(self) -> tuple[int, ...]:
        """Numbers that one token puts into the KV cache, by layer; layers without attention have none."""
        if self.architecture in RECURRENT:
            return (0,) * len(self.per_layer("block_count"))
        width = self.head_width()
        each = self.number("attention.key_length", width) + self.number("attention.value_length", width)
        heads = self.per_layer("attention.head_count")
        groups = self.per_layer("attention.head_count_kv", max(heads, default=0))
        interval = self.number("full_attention_interval")
        return tuple(
            0 if interval > 0 and (layer + 1) % interval else max(0, count) * max(0, each)
            for layer, count in enumerate(groups)
        )

    def cell_bytes(self, kv_type: str = "f16") -> int:
        """Bytes of one token in a KV cache, over all layers; 0 when the header does not tell.

        A block of q8_0 holds 32 numbers in 34 bytes, one of q4_0 in 18 (ggml-common.h).
        """
        return kv_bytes(sum(self.cell_numbers()), kv_type)


def kv_bytes(numbers: int, kv_type: str) -> int:
    """Bytes that so many numbers of a KV cache take."""
    return numbers * _BYTES_OF_32[kv_type] // 32


def _integer(found: object, default: int = 0) -> int:
    return int(found) if isinstance(found, int) and not isinstance(found, bool) else default


class _Damaged(Exception):
    """The bytes are not what the format wants; says what is wrong."""


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.at, self.end = data, 0, len(data)

    def take(self, size: int) -> int:
        """Move over ``size`` bytes and give where they begin."""
        if size > self.end - self.at:
            raise _Damaged("it ends inside its own header")
        self.at += size
        return self.at - size

    def one(self, form: str) -> int:
        value: int = struct.unpack_from(form, self.data, self.take(struct.calcsize(form)))[0]
        return value

    def string(self) -> str:
        size = self.one("<Q")
        if size > _LONGEST_STRING:
            raise _Damaged(f"it has a text of {size:,} bytes in its header")
        begin = self.take(size)
        return self.data[begin : begin + size].decode("utf-8", "replace")

    def value(self, kind: int) -> Scalar:
        if kind == _STRING:
            return self.string()
        if kind not in _FIXED:
            raise _Damaged(f"it has a value of unknown type {kind}")
        return self.one(_FIXED[kind])

    def numbers(self, kind: int, count: int) -> tuple[int, ...]:
        """An array of whole numbers."""
        form = f"<{count}{_FIXED[kind][1:]}"
        values = struct.unpack_from(form, self.data, self.take(struct.calcsize(form)))
        return tuple(int(value) for value in values)

    def array(self, *, unique: bool = False) -> tuple[int, tuple[int, ...] | None]:
        """Move over an array; gives its length, and what is in it when that is a few whole numbers.

        With ``unique`` its texts must all differ.
        """
        kind, count = self.one("<I"), self.one("<Q")
        least = _LEAST_STRING if kind == _STRING else struct.calcsize(_FIXED.get(kind, ""))
        if not least:
            raise _Damaged(f"it has an array of unknown type {kind}")
        if count * least > self.end - self.at:
            raise _Damaged("it ends inside its own header")
        if kind in _INTEGERS and count <= _LONGEST_KEPT:
            return count, self.numbers(kind, count)
        if kind != _STRING:
            self.take(count * least)
            return count, None
        seen = set()
        for _ in range(count):
            size = self.one("<Q")
            begin = self.take(size)
            if unique:
                seen.add(self.data[begin : begin + size])
        if unique and len(seen) < count:
            raise _Damaged("its vocabulary has the same token twice")
        return count, None


@dataclass(frozen=True, slots=True)
class _Keys:
    values: dict[str, Scalar]
    lengths: dict[str, int]
    arrays: dict[str, tuple[int, ...]]


def _keys(cursor: _Cursor, count: int) -> _Keys:
    keys = _Keys({}, {}, {})
    for _ in range(count):
        name, kind = cursor.string(), cursor.one("<I")
        if kind != _ARRAY:
            keys.values[name] = cursor.value(kind)
            continue
        keys.lengths[name], numbers = cursor.array(unique=name == _TOKENS)
        if numbers is not None:
            keys.arrays[name] = numbers
    return keys


@dataclass(frozen=True, slots=True)
class _Described:
    name: str
    kind: int
    offset: int
    size: int
    """Bytes; 0 for a type that is not known here."""


def _tensor(cursor: _Cursor) -> _Described:
    name = cursor.string()
    dimensions = cursor.one("<I")
    if dimensions > 4:
        raise _Damaged(f"it has a tensor with {dimensions} dimensions")
    elements = 1
    for _ in range(dimensions):
        elements *= cursor.one("<Q")
    kind, offset = cursor.one("<I"), cursor.one("<Q")
    per_block, block_bytes = _BLOCKS.get(kind, (1, 0))
    return _Described(name, kind, offset, elements // per_block * block_bytes)


def _table(described: list[_Described], data_bytes: int) -> tuple[Tensor, ...]:
    """Sizes of all tensors. One of an unknown type is as large as the room it has in the file."""
    begins = sorted({one.offset for one in described} | {data_bytes})
    after = dict(itertools.pairwise(begins))
    return tuple(
        Tensor(one.name, one.kind, one.size or max(0, after.get(one.offset, one.offset) - one.offset))
        for one in described
    )


def _parse(data: mmap.mmap) -> Header:
    cursor = _Cursor(data)
    cursor.take(4)
    version = cursor.one("<I")
    if version not in (2, 3):
        swapped = int.from_bytes(version.to_bytes(4, "big"), "little")
        kind = "big-endian" if swapped in (2, 3) else f"version {version}"
        raise ModelLoadError(
            "This GGUF file cannot be used", f"it is {kind}; versions 2 and 3 are supported", _OTHER_FILE
        )
    tensors, keys = cursor.one("<Q"), cursor.one("<Q")
    if keys > _MOST_KEYS or tensors > _MOST_TENSORS:
        raise _Damaged(f"it claims {keys:,} keys and {tensors:,} tensors")
    read = _keys(cursor, keys)
    described = [_tensor(cursor) for _ in range(tensors)]
    alignment = read.values.get("general.alignment", 32)
    if not isinstance(alignment, int) or isinstance(alignment, bool) or alignment <= 0:
        raise _Damaged("its alignment is not a positive number")
    begin = -(-cursor.at // alignment) * alignment
    needed = begin + max((one.offset + one.size for one in described), default=0)
    if needed > cursor.end:
        raise _Damaged(f"it should have {needed:,} bytes and has {cursor.end:,}")
    table = _table(described, cursor.end - begin)
    return Header(read.values, read.lengths, tensors, cursor.end, read.arrays, table, begin)


def read_header(path: Path) -> Header:
    """The header of a GGUF file.

    Raises:
        ModelLoadError: missing, a folder, not a GGUF, damaged, truncated or of an unsupported version.
    """
    try:
        if path.is_dir():
            raise ModelLoadError("This is not a model", f"{path} is a folder", _OTHER_FILE)
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelLoadError("This is not a model", f"{path} is not a GGUF file", _OTHER_FILE)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _parse(data)
    except FileNotFoundError:
        raise ModelLoadError("There is no such model", f"{path} does not exist", _OTHER_FILE) from None
    except OSError as error:
        raise ModelLoadError("The model cannot be read", f"{path}: {error.strerror}", _OTHER_FILE) from error
    except _Damaged as damage:
        raise ModelLoadError(
            "The model file is damaged or truncated", f"{path}: {damage}", _FETCH_AGAIN
        ) from None


def part_paths(path: Path, count: int) -> list[Path]:
    """The files of a model in ``count`` parts, from the name of its first (``llama_split_path``).

    Raises:
        ModelLoadError: this is not the name of the first of so many parts.
    """
    match = _PART.fullmatch(path.name)
    first = match is not None and int(match["number"]) == 1 and int(match["count"]) == count
    if match is None or not first or count > _MOST_PARTS:
        why = f"{path} belongs to a model in {count} parts and is not named as the first of them"
        begin = match["begin"] if match else "NAME"
        todo = f"choose {begin}-00001-of-{count:05}.gguf, with all other parts beside it"
        raise ModelLoadError("This is not a whole model", why, todo)
    return [
        path.with_name(f"{match['begin']}-{number:05}-of-{count:05}.gguf") for number in range(1, count + 1)
    ]


def read_model(path: Path) -> Header:
    """The header of a model, all parts of it together. Raises: ModelLoadError: also for a missing part."""
    first = read_header(path)
    count = _integer(first.values.get("split.count"), 1)
    paths = part_paths(path, count) if count > 1 else [path]
    headers = [first]
    for place, one in enumerate(paths[1:], 1):
        if not one.exists():
            why = f"{one.name} is missing; it is part {place + 1} of {count} of {path.name}"
            raise ModelLoadError("This is not a whole model", why, f"put it into {path.parent}")
        headers.append(read_header(one))
        if _integer(headers[-1].values.get("split.no"), -1) != place:
            raise ModelLoadError("The model file is damaged", f"{one} is another part", _FETCH_AGAIN)
    return replace(
        first,
        tensors=sum(one.tensors for one in headers),
        file_bytes=sum(one.file_bytes for one in headers),
        table=tuple(tensor for one in headers for tensor in one.table),
        parts=tuple(paths),
    )


def fingerprint(header: Header) -> str:
    """Tells a model from any other without reading it whole, as 32 hexadecimal digits.

    SHA-256 over, for each part, its size, its header, and 64 pieces of 4 KiB spread evenly over its weights;
    parts of up to 16 MiB are read whole. A file cut, grown, quantized or trained otherwise gets another one.
    A change of a few bytes between two pieces does not show: only the checksum of the whole file tells it
    (``atlas-tui models verify``).

    Raises:
        ModelLoadError: a part cannot be read any more.
    """
    digest = hashlib.sha256()
    try:
        for place, path in enumerate(header.parts):
            size = path.stat().st_size
            begin = header.data_at if place == 0 else 0
            digest.update(struct.pack("<Q", size))
            with path.open("rb") as file:
                left = size if size <= _READ_WHOLE else begin
                while left > 0 and (piece := file.read(min(left, _PIECE))):
                    digest.update(piece)
                    left -= len(piece)
                for number in range(_SAMPLES if size > _READ_WHOLE else 0):
                    file.seek(begin + max(0, size - begin - _SAMPLE_BYTES) * number // (_SAMPLES - 1))
                    digest.update(file.read(_SAMPLE_BYTES))
    except OSError as error:
        raise ModelLoadError("The model cannot be read", str(error.strerror), _OTHER_FILE) from error
    return digest.hexdigest()[:32]


def check_model(path: Path, *, chat: bool = True) -> Header:
    """The header of a file that can be used; for chat, unless that is not wanted.

    Raises:
        ModelLoadError: as ``read_model``, or it names no architecture or has no chat template.
    """
    header = read_model(path)
    if not header.architecture:
        raise ModelLoadError("The model file is damaged", f"{path} names no architecture", _FETCH_AGAIN)
    if not 0 < header.number("block_count") <= _MOST_LAYERS:
        why = f"{path} claims {header.number('block_count')} layers"
        raise ModelLoadError("The model file is damaged", why, _FETCH_AGAIN)
    if not header.tensors:
        raise ModelLoadError("This is not a whole model", f"{path} has no weights", _OTHER_FILE)
    if chat and not header.text("tokenizer.chat_template").strip():
        raise ModelLoadError(
            "This model cannot hold a conversation",
            f"{path} has no chat template",
            "choose an instruction-tuned GGUF",
        )
    return header
