"""Each model beside the one that it has to beat, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from hgrisk.analyses.stacked import Tables, not_empty
from hgrisk.evaluation.gain import differences
from hgrisk.judgement import FittedModel


def comparison_tables(models: Sequence[FittedModel], against: str) -> Tables:
    """Return by how much each model differs from one, on the same test landmarks and draws.

    Parameters
    ----------
    models : sequence of FittedModel
        The judged models.
    against : str
        Name of the model to compare with.

    Returns
    -------
    dict of str to DataFrame
        "comparison": see :func:`hgrisk.evaluation.gain.differences`.
    """
    return not_empty({"comparison": differences({fitted.name: fitted.evaluation for fitted in models}, against)})
