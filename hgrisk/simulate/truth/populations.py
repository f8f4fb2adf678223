"""The populations of landmarks for which true effects are given, and which landmarks of a household go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import NEVER, Bools, Households, Ints, Outcomes, Reports
from hgrisk.simulate.regions import INHABITANTS

SEVERE = 4
"""Least severity of a severe report."""

CONTRASTS = ("any", *NAMES)
"""``any``: as it happened against no intervention; then each intervention, given against not given."""

_NO_YES = ("no", "yes")
_FIXED = {"kind": KINDS, "children": _NO_YES, "under_25": _NO_YES, "alcohol": _NO_YES}
_VARYING = {"region": tuple(INHABITANTS), "severity": ("1-3", "4-5"), "reported_before": _NO_YES}

TREATED = "treated"
LEVELS = (
    ("all", "all"),
    *((split, level) for split, levels in (_FIXED | _VARYING).items() for level in levels),
    *((TREATED, contrast) for contrast in CONTRASTS),
)
"""Every population and its level. ``kind`` is that of the household's first relation, ``region`` where it lives on the
landmark (on the day of a move the new one), ``severity`` that of the landmark's report; ``reported_before`` counts
reports before registration began too. ``treated`` are the landmarks after which an intervention, or any, was in fact
given."""

_COMBINED = tuple(len(levels) for levels in _FIXED.values())
"""Households are first summed by every combination of what is fixed: one sum instead of one per split."""


def _members() -> Ints:
    """Return the strata of each population, shape (populations, strata): combinations, then the others as they are."""
    combinations = np.indices(_COMBINED).reshape(len(_COMBINED), -1)
    rows = [
        np.ones((1, combinations.shape[1])),
        *(np.eye(n)[:, of] for n, of in zip(_COMBINED, combinations, strict=True)),
    ]
    combined = np.vstack(rows)
    rest = np.eye(len(LEVELS) - len(combined))
    corners = np.zeros((len(combined), len(rest))), np.zeros((len(rest), combined.shape[1]))
    return np.block([[combined, corners[0]], [corners[1], rest]]).astype(np.int64)


MEMBERS = _members()
"""1 where a stratum is part of a population, shape (populations, strata)."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Landmarks of one household that share a stratum; a landmark is in one cluster of every split.

    Attributes
    ----------
    landmarks : ndarray of int, shape (entries,)
        Landmarks, cluster by cluster.
    starts : ndarray of int, shape (clusters + 1,)
        Where each cluster begins, and the end.
    strata : ndarray of int, shape (clusters,)
        The stratum of each cluster.
    """

    landmarks: Ints
    starts: Ints
    strata: Ints


def cluster(homes: Households, reports: Reports, outcomes: Outcomes) -> Clusters:
    """Divide the landmarks of a block.

    Parameters
    ----------
    homes, reports, outcomes : Households, Reports, Outcomes
        The block, with a landmark at least.

    Returns
    -------
    Clusters
        The clusters of every split.
    """
    home = reports.household[outcomes.report].astype(np.int64)
    everyone = np.arange(home.size)
    fixed = np.ravel_multi_index(tuple(_fixed_levels(homes, home).values()), _COMBINED)
    parts = [(everyone, fixed)]
    first = int(np.prod(_COMBINED))
    for split, level in _varying_levels(homes, reports, outcomes).items():
        parts.append((everyone, first + level))
        first += len(_VARYING[split])
    for place, given in enumerate(_given(reports, outcomes).T):
        chosen = np.flatnonzero(given)
        parts.append((chosen, np.full(chosen.size, first + place)))
    return _joined([_clustered(landmarks, home[landmarks], strata) for landmarks, strata in parts])


def _fixed_levels(homes: Households, home: Ints) -> dict[str, Ints]:
    covariates = {name: homes.covariates[home, COVARIATES.index(name)] for name in _FIXED if name != "kind"}
    found: dict[str, npt.NDArray[np.generic]] = {"kind": homes.kind[home, 0], **covariates}
    return {split: found[split].astype(np.int64) for split in _FIXED}


def _varying_levels(homes: Households, reports: Reports, outcomes: Outcomes) -> dict[str, Ints]:
    at = outcomes.report
    home = reports.household[at]
    moved = np.floor(homes.moved_at[home]) <= reports.on[at]
    again = np.diff(reports.household, prepend=-1) == 0
    found: dict[str, npt.NDArray[np.generic]] = {
        "region": np.where(moved, homes.next_region[home], homes.region[home]),
        "severity": reports.severity[at] >= SEVERE,
        "reported_before": again[at],
    }
    return {split: found[split].astype(np.int64) for split in _VARYING}


def _given(reports: Reports, outcomes: Outcomes) -> Bools:
    """Tell after which landmarks any intervention, and each of them, was in fact given: (landmarks, contrasts)."""
    given = reports.start_on[outcomes.report] != NEVER
    return np.concatenate([given.any(axis=1, keepdims=True), given], axis=1)


def _clustered(landmarks: Ints, home: Ints, strata: Ints) -> Clusters:
    keys = home * MEMBERS.shape[1] + strata
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    return Clusters(landmarks[order], starts, strata[order][starts])


def _joined(parts: list[Clusters]) -> Clusters:
    offsets = np.cumsum([0, *(part.landmarks.size for part in parts)])
    starts = [part.starts + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
    return Clusters(
        np.concatenate([part.landmarks for part in parts]),
        np.concatenate([*starts, offsets[-1:]]),
        np.concatenate([part.strata for part in parts]),
    )
