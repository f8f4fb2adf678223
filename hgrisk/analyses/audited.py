"""Whom each model serves worse, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.analyses.stacked import Tables, not_empty, stacked
from hgrisk.audit.groups import audit_groups
from hgrisk.audit.label_bias import label_bias
from hgrisk.audit.protected import FEWEST, check_protected
from hgrisk.audit.proxy import ProxyResult, proxy_test
from hgrisk.audit.settings import AuditSettings
from hgrisk.dataset import UNKNOWN, Dataset
from hgrisk.errors import ConfigError
from hgrisk.evaluation.sample import Sample


def check_audited(whole: Dataset, test: Dataset, settings: AuditSettings) -> None:
    """Refuse an audit that cannot be done as it says, before anything is fitted.

    Parameters
    ----------
    whole : Dataset
        Training and test landmarks.
    test : Dataset
        The test landmarks.
    settings : AuditSettings
        The audit.

    Raises
    ------
    DataError
        If an audit column is not there, or a feature gives away an attribute that no model may see.
    ConfigError
        If a group that is supposed to be reported more often is not among the test landmarks.
    """
    attributes = whole.groups(settings.only_audit)
    check_protected(whole.X, attributes.where(attributes != UNKNOWN), whole.clusters)
    for attribute, levels in settings.reported_more.items():
        labels = test.groups((attribute,))[attribute]
        for level in levels:
            _members(labels, level, test)


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
            members = _members(labels, level, test)
            for name, sample in samples.items():
                found = label_bias(sample, members, test.clusters, horizon, settings=settings, seed=seed)
                yield {"model": name, "attribute": attribute, "level": level}, found.table


def _members(labels: pd.Series[Any], level: str, test: Dataset) -> NDArray[np.bool_]:
    """Return which rows are of a level; one of few household networks is never named: it can be about one of them."""
    members = (labels == level).to_numpy(dtype=np.bool_)
    if not members.any():
        networks = pd.Series(test.clusters).groupby(labels.to_numpy()).nunique()
        known = sorted(networks.index[networks >= FEWEST])
        cure = f"use one of {', '.join(known)}" if known else "use a column with larger groups"
        raise ConfigError(f"A group reported more often is a value of {labels.name!r}", f"{level!r}", cure)
    return members
