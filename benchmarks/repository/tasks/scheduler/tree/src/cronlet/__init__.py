from cronlet.job import Job
from cronlet.plan import due, next_run

__all__ = ["Job", "due", "next_run"]
