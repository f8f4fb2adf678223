"""Measures of the audit: their names, and how each is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hgrisk.report.blocks import Cell
from hgrisk.report.voice import Voice
from hgrisk.words import load_words

NUMBERS = frozenset({"calibration_intercept", "calibration_slope", "observed_expected"})
"""Measures that are no shares."""


def measure_label(measure: str, voice: Voice) -> str:
    """Name a measure of the audit.

    Parameters
    ----------
    measure : str
        One of the measures of the audit of groups or of reporting.
    voice : Voice
        The language.

    Returns
    -------
    str
        Its name.
    """
    return str(load_words(voice.lang, "hgrisk.audit")["measures"][measure])


def measure_cell(row: Mapping[Any, Any], voice: Voice) -> Cell:
    """Write an estimate of the audit with its interval: a share, or a number.

    Parameters
    ----------
    row : Mapping
        ``measure``, ``estimate``, ``lower``, ``upper``.
    voice : Voice
        The language.

    Returns
    -------
    Cell
        The cell.
    """
    ends = (row["estimate"], row["lower"], row["upper"])
    return voice.estimate(*ends, 2) if row["measure"] in NUMBERS else voice.estimate_share(*ends)
