"""Small groups on the page: their counts are kept back with what would tell them, and they have no name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from hgrisk.evaluation.small_cells import hidden_cells
from hgrisk.report.blocks import Cell
from hgrisk.report.voice import Voice

SMALLEST = 10
"""The smallest count on a page where none is asked for."""
_COUNT = re.compile(r"(?<= )\d+(?=, |$)")
NO_TOTALS: Mapping[str, float] = MappingProxyType({})


def keep_back(
    rows: pd.DataFrame,
    cell: str,
    min_cell: int,
    *,
    n: str = "n",
    n_events: str | None = None,
    totals: Mapping[str, float] = NO_TOTALS,
) -> pd.DataFrame:
    """Empty the counts of groups that would tell a smaller one by subtraction, and mark the small ones.

    Parameters
    ----------
    rows : DataFrame
        Rows of the groups of one attribute, or of the parts of one design; all of one group have the same counts.
    cell : str
        The column with the name of the group.
    min_cell : int
        The smallest count that may be shown.
    n, n_events : str
        Columns with the number of rows, and, where they are printed, of re-reports.
    totals : Mapping of str to float
        What the page prints as the number of all, by column.

    Returns
    -------
    DataFrame
        The rows. A count is NaN where it is kept back for another one, those below ``min_cell`` stay. ``rare`` says
        whether there are fewer rows than ``min_cell``, or a number not known: such a group is not named.

    Examples
    --------
    >>> keep_back(pd.DataFrame({"group": ["a", "b", "c"], "n": [7, 40, 300]}), "group", 10)["n"].tolist()
    [7.0, nan, 300.0]
    """
    columns = [column for column in (n, n_events) if column]
    floats = rows.assign(**{column: rows[column].to_numpy(dtype=float, na_value=float("nan")) for column in columns})
    each = floats.drop_duplicates(cell).sort_values(cell, kind="stable", key=lambda names: names.astype(str))
    also = None
    for column in columns:
        also = hidden_cells(each[column], min_cell, total=totals.get(column), also=also)
        kept = each.loc[also & (each[column] >= min_cell).to_numpy(), cell]
        floats[column] = floats[column].mask(floats[cell].isin(kept))
    rare = each.loc[~(each[n] >= min_cell), cell]
    return floats.assign(rare=floats[cell].isin(rare))


def small_counts_in(text: str, voice: Voice, min_cell: int = SMALLEST) -> str:
    """Write the counts at the end of the parts of a text, such as "death 19, moved 3", as small counts.

    Parameters
    ----------
    text : str
        Parts with a comma and a space between them; a part may end in a count.
    voice : Voice
        The language.
    min_cell : int
        The smallest count that may be shown.

    Returns
    -------
    str
        The text; without a total beside it no count is told by the others.

    Examples
    --------
    >>> from hgrisk.report.voice import voice
    >>> small_counts_in("death 19, moved 3", voice("en"))
    'death 19, moved <10'
    """
    return _COUNT.sub(lambda found: voice.small_count(int(found[0]), min_cell), text)


def other_groups(count: int, voice: Voice) -> Cell:
    """Return the name of groups that have none.

    Parameters
    ----------
    count : int
        How many they are.
    voice : Voice
        The language.

    Returns
    -------
    Cell
        The name.

    Examples
    --------
    >>> from hgrisk.report.voice import voice
    >>> other_groups(1, voice("en")).text, other_groups(3, voice("nl")).text
    ('other (1 group)', 'overige (3 groepen)')
    """
    return Cell(voice.say("page", "other_group") if count == 1 else voice.say("page", "other_groups", n=count))


def other_line(count: int, n_values: int, key: tuple[str, str], voice: Voice) -> tuple[tuple[Cell, ...], ...]:
    """Return the line of all groups that are not named, with nothing of them shown.

    Parameters
    ----------
    count : int
        How many they are.
    n_values : int
        Cells beside the name.
    key : tuple of str
        Section and key of the word for what is not shown.
    voice : Voice
        The language.

    Returns
    -------
    tuple
        One line, or none without such groups.
    """
    hidden = Cell(voice.say(*key), role="quiet")
    return ((other_groups(count, voice), *[hidden] * n_values),) if count else ()
