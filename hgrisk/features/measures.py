"""What can be asked of a history: a selection of events, and a measure of those that were known at the landmark.

A family says what it wants in these words, and never sees an event. The engine answers, and only the cut decides what
was known. In every measure a day before counts as age: ``age = landmark_on - occurred_on`` in whole days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from hgrisk.errors import ConfigError

Stream = Literal["household", "linked", "reported", "as_exposed", "exposed", "dyad", "reversed"]
"""Whose events:

- ``household``: of the landmark's household;
- ``linked``: of other households, while a person of this household belonged to them;
- ``reported``: in any household, naming as perpetrator the person so reported at the landmark;
- ``as_exposed``: in any household, naming as exposed person the one who is now reported as perpetrator;
- ``exposed``: in any household, naming as exposed person the one who is now exposed;
- ``dyad``: in any household, naming the landmark's two persons, in either role;
- ``reversed``: the same two persons, in the opposite roles.

A landmark that does not name the person (or both) has no value for any measure of the last five. In these, a report in
another household that occurred within the merge window of the index incident is taken for the same incident, and is
no history.
"""


@dataclass(frozen=True)
class Events:
    """A selection of events; conditions left out hold for every event.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of event.
    stream : str
        Whose events, see :data:`Stream`.
    reports : bool
        Only kinds that are reports, as the cohort has them.
    codes : tuple of str
        The event's code, or one of its further kinds, is one of these.
    sources : tuple of str
        Who reported.
    values : tuple of float or None
        The event's value is one of these; None stands for a value that is not known.
    once : bool
        Of several reports of one incident only the first-known one counts, as starter of the incident. With it, a
        severity is the highest of all reports of the incident that were known.
    """

    kinds: tuple[str, ...] = ()
    stream: Stream = "household"
    reports: bool = False
    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    values: tuple[float | None, ...] = ()
    once: bool = True

    def __post_init__(self) -> None:
        """Check the stream and that every condition is a tuple."""
        if self.stream not in get_args(Stream):
            raise ConfigError("A stream is known", f"{self.stream!r}", f"use one of {', '.join(get_args(Stream))}")
        for name in ("kinds", "codes", "sources", "values"):
            if not isinstance(getattr(self, name), tuple):
                found = f"{name} = {getattr(self, name)!r}"
                raise ConfigError("A condition of a selection is a tuple", found, "write for example ('arrest',)")


@dataclass(frozen=True)
class Measure:
    """A number that a selection gives at a landmark.

    Attributes
    ----------
    events : Events
        The selection.
    within_days : int, optional
        Only events of at most this age; "ever" without it.
    """

    events: Events
    within_days: int | None = None

    def __post_init__(self) -> None:
        """Check the window."""
        if self.within_days is not None and self.within_days < 1:
            raise ConfigError("A window is at least one day", f"{self.within_days}", "give positive days")


@dataclass(frozen=True)
class Count(Measure):
    """How many events; 0 where there are none."""


@dataclass(frozen=True)
class DaysSince(Measure):
    """Age of the last event in days, or of the first; empty where there are none."""

    which: Literal["last", "first"] = "last"


@dataclass(frozen=True)
class Decayed(Measure):
    """Sum of ``2 ** (-age / half_life_days)`` over the events; 0 where there are none."""

    half_life_days: float = 180.0


@dataclass(frozen=True)
class Gaps(Measure):
    """How the days between successive events run; the gaps are differences of successive ages.

    ``last``: the last gap (two events). ``mean``: the mean gap (two events). ``shrink``: 1 where the last gap is
    shorter than the mean of those before, else 0 (three events). ``burstiness``: ``(s - m) / (s + m)`` with m the mean
    and s the population standard deviation of the gaps: -1 regular, 0 as if at random, towards 1 in bursts (three
    events that are not all on one day; Goh and Barabasi 2008, doi:10.1209/0295-5075/81/48002). Empty with fewer.
    """

    how: Literal["last", "mean", "shrink", "burstiness"] = "last"


@dataclass(frozen=True)
class Periods(Measure):
    """In how many of the successive periods before the landmark there was an event: distinct ``age // period_days``."""

    period_days: int = 91


@dataclass(frozen=True)
class Field(Measure):
    """A summary of severity or value over the events that have one; empty where none has.

    Events are taken in order of occurring, then of becoming known. ``first``, ``last``, ``max``, ``min``, ``mean``,
    ``sum`` speak for themselves, but ``last`` of ``value`` is the value of the last event, and empty where that one is
    not known. ``slope`` is the least-squares slope on time in units per year of 365.25 days (two different dates);
    ``change`` is last less first (two events with a value).
    """

    field: Literal["severity", "value"] = "severity"
    how: Literal["first", "last", "max", "min", "mean", "sum", "slope", "change"] = "max"


@dataclass(frozen=True)
class Distinct(Measure):
    """How many different ones: codes (further kinds included), kinds, sources, households, or persons named."""

    of: Literal["code", "kind", "source", "case", "reported", "exposed"] = "code"


@dataclass(frozen=True)
class Spells(Measure):
    """What the spells that began among the events come to; an end is seen only if it lies before the landmark.

    ``active``: how many had begun and not been seen to end. ``ended``: how many had. ``days_since_end``: days since the
    latest end that was seen (empty without). ``days``: total days in spells up to the landmark, the day of beginning
    not counted.
    """

    how: Literal["active", "ended", "days_since_end", "days"] = "active"


@dataclass(frozen=True)
class Last(Measure):
    """The code, source or kind of the last event, as a category; empty where there is none."""

    of: Literal["code", "source", "kind"] = "code"


@dataclass(frozen=True)
class Changes(Measure):
    """How often the code differs from that of the event before, over those that have one; 0 with fewer than two."""


@dataclass(frozen=True)
class Share(Measure):
    """Which share of the events also belongs to ``part``; empty where there are none."""

    part: Events = Events()


@dataclass(frozen=True)
class OpenSince(Measure):
    """Age of the first event that no event of ``until`` has answered; empty if none waits.

    An event of ``until`` answers all events of its own day and before. So a handover sent and not accepted is open, and
    for how long. The window applies to both. ``working`` counts Dutch working days. With ``from_known`` an event waits
    from the day it became known, not from the day it occurred.
    """

    until: Events = Events()
    working: bool = False
    from_known: bool = False


@dataclass(frozen=True)
class Latency(Measure):
    """Days that the last answered events waited; empty where nothing was answered.

    Events of ``until`` answer as in `OpenSince`. Of the last day of answers that answered anything, the days since
    the first event that it answered. The window applies to both. ``working`` counts Dutch working days. With
    ``from_known`` an event waits from the day it became known, not from the day it occurred.
    """

    until: Events = Events()
    working: bool = False
    from_known: bool = False
