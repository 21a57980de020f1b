from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from cronlet.job import Job


def next_run(job: Job, now: datetime) -> datetime:
    """The first moment after ``now`` at which the job runs, in UTC."""
    moment = datetime.combine(now.date(), job.at, tzinfo=timezone.utc)
    while moment <= now or moment.weekday() not in job.weekdays:
        moment += timedelta(days=1)
    return moment


def due(jobs: Iterable[Job], since: datetime, now: datetime) -> list[str]:
    """Names of the jobs that were to run after ``since`` and up to ``now``, in order of time."""
    moments = [(next_run(job, since), job.name) for job in jobs]
    return [name for moment, name in sorted(moments) if moment <= now]
