import asyncio

import pytest

from batches import BatchWriter, MemoryStore


def test_whole_batches_are_written_at_once():
    async def scenario():
        store = MemoryStore()
        writer = BatchWriter(store, size=2)
        await writer.add_all([1, 2, 3, 4])
        return store.batches

    assert asyncio.run(scenario()) == [[1, 2], [3, 4]]


def test_flush():
    async def scenario():
        store = MemoryStore()
        writer = BatchWriter(store)
        await writer.add("row")
        await writer.flush()
        await writer.flush()
        return store.batches

    assert asyncio.run(scenario()) == [["row"]]


def test_the_rest_is_written_at_the_end():
    async def scenario():
        store = MemoryStore()
        async with BatchWriter(store, size=2) as writer:
            await writer.add_all([1, 2, 3])
        return store.rows

    assert asyncio.run(scenario()) == [1, 2, 3]


def test_closing_twice_writes_once():
    async def scenario():
        store = MemoryStore()
        writer = BatchWriter(store)
        await writer.add(1)
        await writer.close()
        await writer.close()
        return store.batches

    assert asyncio.run(scenario()) == [[1]]


def test_a_closed_writer_takes_nothing():
    async def scenario():
        writer = BatchWriter(MemoryStore())
        await writer.close()
        await writer.add(1)

    with pytest.raises(RuntimeError):
        asyncio.run(scenario())
