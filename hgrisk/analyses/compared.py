"""Each model beside the one that it has to beat, as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from hgrisk.analyses.stacked import Tables, not_empty
from hgrisk.evaluation.capacity import has_own_threshold
from hgrisk.evaluation.gain import gain
from hgrisk.judgement import FittedModel

COLUMNS = ("model", "against", "metric", "horizon_days", "difference", "lower", "upper")


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
        "comparison": ``model``, ``against``, ``metric``, ``horizon_days``, ``difference`` (the model's metric minus
        that of ``against``), ``lower``, ``upper``. Net benefit is left out: its threshold differs by model.
    """
    judged = {fitted.name: fitted.evaluation for fitted in models}
    rows = [
        (name, against, *key, *gain(judged[against], evaluation, *key))
        for name, evaluation in judged.items()
        if name != against
        for key in evaluation.replicates
        if not has_own_threshold(key[0])
    ]
    return not_empty({"comparison": pd.DataFrame(rows, columns=list(COLUMNS))})
