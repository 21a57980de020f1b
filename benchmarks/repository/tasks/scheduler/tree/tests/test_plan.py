from datetime import datetime, time, timezone

import pytest

from cronlet import Job, due, next_run
from cronlet.job import hours

UTC = timezone.utc


def at(day, hour, minute=0):
    """A moment of May 2024; the 6th is a Monday."""
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC)


def test_later_today():
    assert next_run(Job("mail", time(8)), at(6, 7)) == at(6, 8)


def test_tomorrow():
    assert next_run(Job("mail", time(8)), at(6, 8)) == at(7, 8)


def test_on_weekdays():
    job = Job("report", time(9), weekdays=frozenset({0}))
    assert next_run(job, at(6, 10)) == at(13, 9)


def test_the_zone_of_the_job():
    assert next_run(Job("mail", time(8), hours(2)), at(6, 5)) == at(6, 6)


def test_the_result_is_in_utc():
    found = next_run(Job("mail", time(8), hours(-5)), at(6, 5))
    assert (found, found.utcoffset().total_seconds()) == (at(6, 13), 0)


def test_another_day_there():
    assert next_run(Job("mail", time(1), hours(2)), at(6, 23, 30)) == at(7, 23)
    assert next_run(Job("mail", time(20), hours(-5)), at(6, 2)) == at(7, 1)


def test_weekday_of_the_zone():
    job = Job("report", time(1), hours(2), frozenset({1}))
    assert next_run(job, at(6, 12)) == at(6, 23)


def test_now_needs_a_zone():
    with pytest.raises(ValueError):
        next_run(Job("mail", time(8)), datetime(2024, 5, 6))


def test_due():
    jobs = [Job("late", time(12)), Job("early", time(6)), Job("never", time(23))]
    assert due(jobs, at(6, 0), at(6, 13)) == ["early", "late"]


def test_a_job_without_days():
    with pytest.raises(ValueError):
        Job("x", time(1), weekdays=frozenset())
