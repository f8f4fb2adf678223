"""Whom each model serves worse, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from hgrisk.analyses.stacked import Tables, not_empty, stacked
from hgrisk.audit.groups import audit_groups
from hgrisk.audit.label_bias import label_bias
from hgrisk.audit.proxy import ProxyResult, proxy_test
from hgrisk.audit.settings import AuditSettings
from hgrisk.dataset import UNKNOWN, Dataset
from hgrisk.errors import ConfigError
from hgrisk.evaluation.sample import Sample


def audit_tables(
    samples: Mapping[str, Sample], test: Dataset, horizon: int, settings: AuditSettings, *, seed: int
) -> Tables:
    """Audit models on the test landmarks.

    Parameters
    ----------
    samples : mapping of str to Sample
        Outcomes and predicted risks of the test landmarks, by model.
    test : Dataset
        The test landmarks.
    horizon : int
        Days.
    settings : AuditSettings
        Groups, attributes, and which groups are supposed to be reported more often.
    seed : int
        Seed of all draws.

    Returns
    -------
    dict of str to DataFrame
        "audit_groups" and "audit_label_bias" with ``model`` in front, the second also with ``attribute`` and ``level``;
        "audit_proxy" and "audit_proxy_features", which are about the features.
    """
    columns = tuple(dict.fromkeys((*settings.by, *settings.only_audit, *settings.reported_more)))
    by, every = test.groups(columns), settings.model_copy(update={"by": columns})
    groups = [
        ({"model": name}, audit_groups(sample, by, test.clusters, horizon, settings=every, seed=seed))
        for name, sample in samples.items()
        if columns
    ]
    proxies = [_proxy(test, name, settings, seed) for name in settings.only_audit]
    bias = _label_bias(samples, test, horizon, settings, seed)
    return not_empty(
        {
            "audit_groups": stacked((facts, each.table) for facts, each in groups),
            "audit_proxy": stacked(({}, each.table) for each in proxies),
            "audit_proxy_features": stacked(({}, each.top_features) for each in proxies),
            "audit_label_bias": stacked(bias),
        }
    )


def _proxy(test: Dataset, name: str, settings: AuditSettings, seed: int) -> ProxyResult:
    """Ask whether the features tell an attribute; where it is not known there is nothing to tell."""
    labels = test.groups((name,))[name]
    return proxy_test(test.X, labels.where(labels != UNKNOWN), test.clusters, settings=settings, seed=seed)


def _label_bias(
    samples: Mapping[str, Sample], test: Dataset, horizon: int, settings: AuditSettings, seed: int
) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    for attribute, levels in settings.reported_more.items():
        labels = test.groups((attribute,))[attribute]
        for level in levels:
            members = (labels == level).to_numpy()
            if not members.any():
                known = ", ".join(sorted(set(labels)))
                raise ConfigError(
                    f"A group reported more often is a value of {attribute!r}", f"{level!r}", f"use one of {known}"
                )
            for name, sample in samples.items():
                found = label_bias(sample, members, test.clusters, horizon, settings=settings, seed=seed)
                yield {"model": name, "attribute": attribute, "level": level}, found.table
