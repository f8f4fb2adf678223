"""Incidents: several reports of one happening, days apart, are one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort

import polars as pl

REPORT_KINDS = ("report", "follow_up_report")
NEVER_A_REPORT = ("advice", "radar_link")
"""Kinds that are signals about a household but never a report, and so never an outcome."""

BECAME_KNOWN = ("known_on", "known_at", "occurred_on", "event_id")
"""The order in which events became known, sorted with ``nulls_last``: what bears no instant is last of its day."""


def mark_incidents(events: pl.DataFrame, report_kinds: tuple[str, ...], window_days: int) -> pl.DataFrame:
    """Mark which reports start an incident and which repeat one.

    Reports are taken in the order in which they became known. A report belongs to the incident of its case whose
    first-known report occurred at most ``window_days`` before or after it (of two, to the one known first); otherwise
    it starts one. So the mark of a report depends on nothing that became known after it, and an incident cannot grow
    without end.

    Parameters
    ----------
    events : polars.DataFrame
        Events, with ``case_id``, ``event_id``, ``kind``, ``occurred_on``, ``known_on`` and ``known_at``.
    report_kinds : tuple of str
        The kinds that are reports.
    window_days : int
        The merge window in days, 0 or more; at 0 only reports of the same day are merged.

    Returns
    -------
    polars.DataFrame
        The events with ``starts_incident`` (bool, true for every event that is not a report) and ``incident_on``
        (date of the incident's first-known report; empty for other events).

    Examples
    --------
    >>> from datetime import date
    >>> days = [date(2023, 1, 1), date(2023, 1, 10), date(2023, 1, 20)]
    >>> events = pl.DataFrame({"event_id": ["a", "b", "c"], "case_id": "H1", "kind": "report",
    ...                        "occurred_on": days, "known_on": days, "known_at": None})
    >>> mark_incidents(events, ("report",), 14)["starts_incident"].to_list()
    [True, False, True]
    """
    reports = events.filter(pl.col("kind").is_in(report_kinds)).sort("case_id", *BECAME_KNOWN, nulls_last=True)
    days = reports["occurred_on"].to_physical().to_list()
    anchors = _anchors(reports["case_id"].to_list(), days, window_days)
    starts = [anchor is None for anchor in anchors]
    dates = [day if anchor is None else anchor for day, anchor in zip(days, anchors, strict=True)]
    marks = reports.select("event_id").with_columns(
        pl.Series("starts_incident", starts, dtype=pl.Boolean),
        pl.Series("incident_on", dates, dtype=pl.Int32).cast(pl.Date),
    )
    marked = events.join(marks, on="event_id", how="left", maintain_order="left")
    return marked.with_columns(pl.col("starts_incident").fill_null(value=True))


def _anchors(cases: list[str], days: list[int], window: int) -> list[int | None]:
    """Return for each report the day of the incident it repeats, or None where it starts one."""
    found: list[int | None] = []
    current, anchors, order = None, list[int](), dict[int, int]()
    for case, day in zip(cases, days, strict=True):
        if case != current:
            current, anchors, order = case, [], {}
        near = anchors[bisect_left(anchors, day - window) : bisect_right(anchors, day + window)]
        match = min(near, key=order.__getitem__, default=None)
        if match is None:
            insort(anchors, day)
            order[day] = len(order)
        found.append(match)
    return found
