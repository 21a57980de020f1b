class BatchWriter:
    """Collects rows and writes them ``size`` at a time."""

    def __init__(self, store, size=100):
        self._store = store
        self._size = size
        self._waiting = []
        self.closed = False

    async def add(self, row):
        if self.closed:
            raise RuntimeError("the writer is closed")
        self._waiting.append(row)
        if len(self._waiting) >= self._size:
            await self.flush()

    async def add_all(self, rows):
        for row in rows:
            await self.add(row)

    async def flush(self):
        """Write what is waiting."""
        if self._waiting:
            rows, self._waiting = self._waiting, []
            await self._store.write(rows)

    async def close(self):
        if not self.closed:
            self.flush()
            self.closed = True

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, trace):
        await self.close()
