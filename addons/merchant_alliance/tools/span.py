"""A stretch of time to show figures of, and the one before it that they are compared with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From ``start`` up to ``end`` (naive UTC), compared with what was ``back`` (timedelta of the zone's clock) before.

    Both stretches are equally long: a morning is compared with a morning, not with a whole day.
    """

    zone: str
    start: datetime
    end: datetime
    back: timedelta
    by_hour: bool = False

    @property
    def previous_start(self):
        return self._move(self.start)

    @property
    def previous_end(self):
        return min(self._move(self.end), self.start)

    @property
    def unit(self):
        """What PostgreSQL's ``date_trunc`` takes."""
        return "hour" if self.by_hour else "day"

    @property
    def buckets(self):
        """Return the beginnings of its hours or days: naive ``datetime`` of the zone's clock."""
        first = self._truncate(to_local(self.start, self.zone))
        last = to_local(self.end - timedelta(microseconds=1), self.zone)
        step = HOUR if self.by_hour else DAY
        return [first + number * step for number in range((self._truncate(last) - first) // step + 1)]

    def _truncate(self, moment):
        return moment.replace(minute=0, second=0, microsecond=0, **({} if self.by_hour else {"hour": 0}))

    def _move(self, moment):
        return to_utc(to_local(moment, self.zone) - self.back, self.zone)


def to_local(moment, zone):
    """Return what the zone's clock shows (naive) at ``moment`` (naive UTC)."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def to_utc(moment, zone):
    """Return when (naive UTC) the zone's clock shows ``moment`` (naive)."""
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


def get_days(zone, now, days):
    """Return the span of the last ``days`` days of the zone's calendar, today among them.

    :param datetime now: naive UTC
    """
    midnight = to_local(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    start = to_utc(midnight - (days - 1) * DAY, zone)
    # what happens within this very second counts
    return Span(zone, start, now.replace(microsecond=0) + timedelta(seconds=1), days * DAY, by_hour=days == 1)
