from batches.store import MemoryStore
from batches.writer import BatchWriter

__all__ = ["BatchWriter", "MemoryStore"]
