"""What a reader should know about the data's quality."""

from __future__ import annotations

import polars as pl

from hgrisk.provenance import MADE_UP_NOTE

MANY_EVENTS = 1_000
"""Above this number of events a household is counted in the notes: it is often a place-holder identifier."""


def origin_notes(*, made_up: bool) -> list[str]:
    """Say where the data come from, if that is nowhere.

    Parameters
    ----------
    made_up : bool
        Whether a table bears the mark of a made-up world.

    Returns
    -------
    list of str
        The note, or nothing.

    Examples
    --------
    >>> origin_notes(made_up=False)
    []
    """
    return [MADE_UP_NOTE] if made_up else []


def quality_notes(events: pl.DataFrame, persons: pl.DataFrame) -> list[str]:
    """Look for what is allowed but suspect.

    Parameters
    ----------
    events : polars.DataFrame
        The events that are used.
    persons : polars.DataFrame
        The persons; empty where the source has none.

    Returns
    -------
    list of str
        One sentence for each finding, without identifiers.
    """
    found = (
        _large_households(events), _no_late_knowledge(events), _kinds_by_case(events), _strangers(events, persons),
        _corrected(events),
    )  # fmt: skip
    return [note for note in found if note]


def _large_households(events: pl.DataFrame) -> str:
    sizes = events.group_by("case_id").agg(rows=pl.len())["rows"]
    large = sizes.filter(sizes > MANY_EVENTS)
    if large.is_empty():
        return ""
    return (
        f"{len(large)} household(s) have more than {MANY_EVENTS:,} events (at most {max(large.to_list()):,}): "
        "check that the case identifier is not a place-holder."
    )


def _no_late_knowledge(events: pl.DataFrame) -> str:
    if events.filter(pl.col("known_on") > pl.col("occurred_on")).height:
        return ""
    return (
        "No event is known later than it occurred: if the source has no date of registration, late knowledge "
        "cannot be told from timely knowledge."
    )


def _kinds_by_case(events: pl.DataFrame) -> str:
    kinds = events["kind"].unique().sort()
    alike = kinds.filter(kinds.str.to_lowercase().is_duplicated())
    if alike.is_empty():
        return ""
    return f"Kinds that differ in capitals only are different kinds: {', '.join(alike)}."


def _corrected(events: pl.DataFrame) -> str:
    corrected = events.filter(pl.col("corrected_on").is_not_null()).height
    if not corrected:
        return ""
    return (
        f"{corrected:,} event(s) were corrected after they became known. Their severity is hidden at landmarks up to "
        "that day, and its absence there tells of the correction to come: supply the first version to be free of that."
    )


def _strangers(events: pl.DataFrame, persons: pl.DataFrame) -> str:
    if persons.is_empty():
        return ""
    known = persons["person_id"].implode()
    strange = events.filter(pl.col("person_id").is_not_null() & ~pl.col("person_id").is_in(known)).height
    return f"{strange} event(s) name a person who is not among the persons." if strange else ""
