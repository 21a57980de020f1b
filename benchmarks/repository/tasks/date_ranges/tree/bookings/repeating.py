from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day some months later."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, day.day)


def monthly(start: date, count: int) -> list:
    """``count`` dates, a month apart."""
    return [add_months(start, number) for number in range(count)]
