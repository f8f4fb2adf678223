"""Several rows of one subject: in order, without overlap, nothing after a terminal event."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.hazards.placing import sorted_by_group
from hgrisk.models.by_group.group_rows import Rows
from hgrisk.models.inputs.fit_arguments import check_within_clusters
from hgrisk.surv import RE_REPORT


def check_subjects(rows: Rows) -> NDArray[np.bool_]:
    """Refuse rows of one subject that contradict each other, and return which rows begin an observation.

    Parameters
    ----------
    rows : Rows
        Rows at risk in (entry, duration], with their subjects.

    Returns
    -------
    ndarray of bool, shape (n,)
        Whether a row enters after day 0 and does not go on where another of its subject ended.

    Raises
    ------
    DataError
        If no subjects are given, or rows of a subject overlap, follow on a terminal event, or lie in several
        groups or clusters.
    """
    subject = rows.subject
    if subject is None:
        raise DataError("A mean count is one of subjects", "none", "pass subject=, a label for each row")
    if rows.cluster is not None:
        check_within_clusters(subject, rows.cluster)
    order = sorted_by_group(rows.entry, subject, int(subject.max(initial=0)) + 1)
    before, after = order[:-1], order[1:]
    same = subject[before] == subject[after]
    before, after = before[same], after[same]
    _refuse(
        rows.entry[after] < rows.duration[before],
        "Rows of one subject do not overlap",
        "correct the entry days, or the subject",
        (rows.entry[after], rows.duration[before], "a row from {:g} days beside one until {:g} days"),
    )
    _refuse(
        rows.event[before] > RE_REPORT,
        "A subject has no row after a terminal event",
        "correct the event codes, or the subject",
        (rows.event[before], rows.entry[after], "code {:g} and then a row from {:g} days"),
    )
    _refuse(
        rows.group[before] != rows.group[after],
        "All rows of a subject are in one group",
        "group by a column that stays the same for a subject",
        (rows.duration[before], rows.entry[after], "another one between {:g} and {:g} days"),
    )
    begins = rows.late.copy()
    begins[after] &= rows.entry[after] > rows.duration[before]
    return begins


def _refuse(wrong: NDArray[np.bool_], rule: str, cure: str, shown: tuple[NDArray[Any], NDArray[Any], str]) -> None:
    if wrong.any():
        left, right, text = shown
        raise DataError(rule, text.format(left[wrong][0], right[wrong][0]), cure)
