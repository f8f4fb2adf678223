"""Every table of a case history: its columns, their types, and its rules by name.

Only ``events`` is compulsory; the other tables are derived or left empty. Extra columns travel along. A rule's name
is the reason that a quarantined row is given.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

ROW_KEY = "row_key"
"""Working column by which a checked row is found again; no part of a table."""

END_OF_TIME = 2999
"""From this year on an end date is a place-holder (9999-12-31) for what has not ended, and is read as empty."""

_EARLIEST, _LATEST = pl.date(1900, 1, 1), pl.date(2100, 12, 31)


class Table(dy.Schema):
    """The base of every table: only the working key."""

    row_key = dy.UInt32(nullable=False)


class Events(Table):
    """What happened to a household: reports, decisions, help, arrests, detention and so on.

    ``further_kinds`` holds more codes of the same event, separated by ";" (``child_abuse;other``). ``corrected_on``
    says that the severity is as corrected on that day, and no longer the one first registered: it is seen only at
    landmarks after that day.
    """

    event_id = dy.String(nullable=False)
    case_id = dy.String(nullable=False)
    person_id = dy.String(nullable=True)
    exposed_person_id = dy.String(nullable=True)
    kind = dy.String(nullable=False, min_length=1)
    code = dy.String(nullable=True)
    further_kinds = dy.String(nullable=True)
    occurred_on = dy.Date(nullable=False)
    known_on = dy.Date(nullable=False)
    ended_on = dy.Date(nullable=True)
    corrected_on = dy.Date(nullable=True)
    occurred_at = dy.Datetime(nullable=True, time_unit="us")
    known_at = dy.Datetime(nullable=True, time_unit="us")
    severity = dy.Float64(nullable=True, allow_inf=False, allow_nan=False)
    source = dy.String(nullable=True)
    value = dy.Float64(nullable=True, allow_inf=False, allow_nan=False)

    @dy.rule()
    def known_before_it_occurred(cls) -> pl.Expr:
        """An event is known on or after the day, and where the source has it the instant, at which it occurred."""
        instants = (pl.col("known_at") >= pl.col("occurred_at")).fill_null(value=True)
        return (pl.col("known_on") >= pl.col("occurred_on")) & instants

    @dy.rule()
    def ends_before_it_starts(cls) -> pl.Expr:
        """A spell ends on or after the day it starts."""
        return pl.col("ended_on") >= pl.col("occurred_on")

    @dy.rule()
    def instant_not_on_its_date(cls) -> pl.Expr:
        """An instant lies on the date that goes with it."""
        return (pl.col("known_at").dt.date() == pl.col("known_on")).fill_null(value=True) & (
            pl.col("occurred_at").dt.date() == pl.col("occurred_on")
        ).fill_null(value=True)

    @dy.rule()
    def date_before_1900(cls) -> pl.Expr:
        """A date lies in or after 1900: earlier ones are place-holders for unknown, or lost a century."""
        return pl.col("occurred_on") >= _EARLIEST

    @dy.rule()
    def date_after_2100(cls) -> pl.Expr:
        """A date lies before 2101: later ones are typing errors."""
        later = [(pl.col(name) <= _LATEST).fill_null(value=True) for name in ("ended_on", "corrected_on")]
        return (pl.col("known_on") <= _LATEST) & pl.all_horizontal(later)

    @dy.rule()
    def corrected_before_known(cls) -> pl.Expr:
        """A row is corrected on or after the day on which the event became known."""
        return pl.col("corrected_on") >= pl.col("known_on")


class Cases(Table):
    """A household-case and the period in which its events are seen."""

    case_id = dy.String(nullable=False)
    region = dy.String(nullable=True)
    observed_from = dy.Date(nullable=False)
    observed_until = dy.Date(nullable=False)
    end_reason = dy.String(nullable=True)

    @dy.rule()
    def observation_ends_before_it_starts(cls) -> pl.Expr:
        """Observation ends on or after the day it starts."""
        return pl.col("observed_until") >= pl.col("observed_from")

    @dy.rule()
    def date_before_1900(cls) -> pl.Expr:
        """A date lies in or after 1900: a place-holder would feign a long look back."""
        return pl.col("observed_from") >= _EARLIEST

    @dy.rule()
    def date_after_2100(cls) -> pl.Expr:
        """A date lies before 2101: later ones are typing errors."""
        return (pl.col("observed_from") <= _LATEST) & (pl.col("observed_until") <= _LATEST)


class Persons(Table):
    """A person, pseudonymous."""

    person_id = dy.String(nullable=False)
    born_on = dy.Date(nullable=True)
    sex = dy.String(nullable=True)

    @dy.rule()
    def date_before_1900(cls) -> pl.Expr:
        """A person was born in or after 1900: earlier dates are place-holders for unknown."""
        return pl.col("born_on") >= _EARLIEST


class Memberships(Table):
    """Who belongs to which household, and when."""

    case_id = dy.String(nullable=False)
    person_id = dy.String(nullable=False)
    role = dy.String(nullable=True)
    from_on = dy.Date(nullable=True)
    until_on = dy.Date(nullable=True)

    @dy.rule()
    def membership_ends_before_it_starts(cls) -> pl.Expr:
        """A membership ends on or after the day it starts."""
        return pl.col("until_on") >= pl.col("from_on")


class Regions(Table):
    """A region, when it existed, and which region it went up in."""

    region = dy.String(nullable=False)
    valid_from = dy.Date(nullable=True)
    valid_until = dy.Date(nullable=True)
    successor = dy.String(nullable=True)

    @dy.rule()
    def region_ends_before_it_starts(cls) -> pl.Expr:
        """A region ends on or after the day it starts."""
        return pl.col("valid_until") >= pl.col("valid_from")


class CaseRegions(Table):
    """Where a household lives, and when: only for households that move while their case is followed."""

    case_id = dy.String(nullable=False)
    region = dy.String(nullable=False)
    from_on = dy.Date(nullable=True)
    until_on = dy.Date(nullable=True)

    @dy.rule()
    def residence_ends_before_it_starts(cls) -> pl.Expr:
        """A residence ends on or after the day it starts."""
        return pl.col("until_on") >= pl.col("from_on")


TABLES: dict[str, type[Table]] = {
    "events": Events,
    "cases": Cases,
    "persons": Persons,
    "memberships": Memberships,
    "regions": Regions,
    "case_regions": CaseRegions,
}

KEYS: dict[str, tuple[str, ...]] = {
    "events": ("event_id",),
    "cases": ("case_id",),
    "persons": ("person_id",),
    "memberships": (),
    "regions": ("region",),
    "case_regions": (),
}
"""The columns that identify a row of each table; none where rows are told apart by all their columns."""


END_DATES: dict[str, tuple[str, ...]] = {
    "events": ("ended_on",),
    "cases": ("observed_until",),
    "memberships": ("until_on",),
    "regions": ("valid_until",),
    "case_regions": ("until_on",),
}
"""The columns that are empty while something lasts."""


def column_types(table: str) -> dict[str, pl.DataType]:
    """Return the columns of a table and their types.

    Parameters
    ----------
    table : str
        One of the names in ``TABLES``.

    Returns
    -------
    dict
        Column name to polars type, in the table's order.

    Examples
    --------
    >>> list(column_types("persons"))
    ['person_id', 'born_on', 'sex']
    """
    return {name: dtype for name, dtype in TABLES[table].create_empty().schema.items() if name != ROW_KEY}


def compulsory_columns(table: str) -> list[str]:
    """Return the columns that a source of this table has to supply.

    Parameters
    ----------
    table : str
        One of the names in ``TABLES``.

    Returns
    -------
    list of str
        Columns that may not be empty, less those that can be derived.

    Examples
    --------
    >>> compulsory_columns("events")
    ['case_id', 'kind', 'occurred_on']
    """
    derived = {ROW_KEY, "event_id", "known_on", "observed_from", "observed_until"}
    return [name for name, column in TABLES[table].columns().items() if not column.nullable and name not in derived]
