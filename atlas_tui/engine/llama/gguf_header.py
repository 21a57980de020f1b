"""What a GGUF file says about itself, read without llama.cpp and without trusting one length in it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
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

_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Elements and bytes of one block, by ggml type number; a type that is not here is not checked for size."""

_OTHER_FILE = "choose a GGUF model file with --model or model.path"
_FETCH_AGAIN = "copy or download the file again"


@dataclass(frozen=True, slots=True)
class Header:
    """Metadata of a GGUF file. Arrays are skipped; only their lengths are kept."""

    values: dict[str, Scalar]
    lengths: dict[str, int]
    tensors: int
    file_bytes: int

    @property
    def architecture(self) -> str:
        return str(self.values.get("general.architecture", ""))

    def number(self, key: str, default: int = 0) -> int:
        """An integer of the architecture's own keys, such as ``block_count``."""
        found = self.values.get(f"{self.architecture}.{key}", default)
        return int(found) if isinstance(found, int) and not isinstance(found, bool) else default

    def text(self, key: str) -> str:
        found = self.values.get(key, "")
        return found if isinstance(found, str) else ""

    def cell_bytes(self) -> int:
        """Bytes of one token in an f16 KV cache, over all layers; 0 when the header does not tell."""
        heads = self.number("attention.head_count")
        width = self.number("embedding_length") // heads if heads else 0
        each = self.number("attention.key_length", width) + self.number("attention.value_length", width)
        return 2 * self.number("block_count") * self.number("attention.head_count_kv", heads) * each


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

    def skip_array(self, *, unique: bool = False) -> int:
        """Move over an array and give its length; with ``unique`` its texts must all differ."""
        kind, count = self.one("<I"), self.one("<Q")
        least = _LEAST_STRING if kind == _STRING else struct.calcsize(_FIXED.get(kind, ""))
        if not least:
            raise _Damaged(f"it has an array of unknown type {kind}")
        if count * least > self.end - self.at:
            raise _Damaged("it ends inside its own header")
        if kind != _STRING:
            self.take(count * least)
            return count
        seen = set()
        for _ in range(count):
            size = self.one("<Q")
            begin = self.take(size)
            if unique:
                seen.add(self.data[begin : begin + size])
        if unique and len(seen) < count:
            raise _Damaged("its vocabulary has the same token twice")
        return count


def _keys(cursor: _Cursor, count: int) -> tuple[dict[str, Scalar], dict[str, int]]:
    values: dict[str, Scalar] = {}
    lengths: dict[str, int] = {}
    for _ in range(count):
        name, kind = cursor.string(), cursor.one("<I")
        if kind == _ARRAY:
            lengths[name] = cursor.skip_array(unique=name == _TOKENS)
        else:
            values[name] = cursor.value(kind)
    return values, lengths


def _tensor_end(cursor: _Cursor) -> int:
    """Read one tensor description; gives where its data ends, counted from the begin of all data."""
    cursor.string()
    dimensions = cursor.one("<I")
    if dimensions > 4:
        raise _Damaged(f"it has a tensor with {dimensions} dimensions")
    elements = 1
    for _ in range(dimensions):
        elements *= cursor.one("<Q")
    kind, offset = cursor.one("<I"), cursor.one("<Q")
    per_block, block_bytes = _BLOCKS.get(kind, (1, 0))
    return offset + elements // per_block * block_bytes


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
    values, lengths = _keys(cursor, keys)
    needed = max((_tensor_end(cursor) for _ in range(tensors)), default=0)
    alignment = values.get("general.alignment", 32)
    if not isinstance(alignment, int) or isinstance(alignment, bool) or alignment <= 0:
        raise _Damaged("its alignment is not a positive number")
    needed += -(-cursor.at // alignment) * alignment
    if needed > cursor.end:
        raise _Damaged(f"it should have {needed:,} bytes and has {cursor.end:,}")
    return Header(values, lengths, tensors, cursor.end)


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


def check_model(path: Path) -> Header:
    """The header of a file that can be used for chat.

    Raises:
        ModelLoadError: as ``read_header``, or it names no architecture or has no chat template.
    """
    header = read_header(path)
    if not header.architecture:
        raise ModelLoadError("The model file is damaged", f"{path} names no architecture", _FETCH_AGAIN)
    if not 0 < header.number("block_count") <= _MOST_LAYERS:
        why = f"{path} claims {header.number('block_count')} layers"
        raise ModelLoadError("The model file is damaged", why, _FETCH_AGAIN)
    if not header.tensors:
        raise ModelLoadError("This is not a whole model", f"{path} has no weights", _OTHER_FILE)
    if not header.text("tokenizer.chat_template").strip():
        raise ModelLoadError(
            "This model cannot hold a conversation",
            f"{path} has no chat template",
            "choose an instruction-tuned GGUF",
        )
    return header
