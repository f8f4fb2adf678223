"""What an audit says to a reader, in English and in Dutch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.audit.label_bias import ADJUSTED, AS_REPORTED, EQUAL
from hgrisk.audit.proxy import ProxyResult
from hgrisk.words import load_words, number_marks


def group_sentences(table: pd.DataFrame, capacity_share: float, lang: str) -> tuple[str, ...]:
    """Say how to read the table of groups.

    Parameters
    ----------
    table : DataFrame
        The table of a :class:`~hgrisk.audit.groups.GroupAudit`.
    capacity_share : float
        The share flagged.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    tuple of str
        Sentences; none of them names a group as better or worse.
    """
    words = load_words(lang, "hgrisk.audit")["groups"]
    groups = table.drop_duplicates(["attribute", "group"])
    count = int((~groups["shown"]).sum())
    said = [words["about"].format(share=_percent(capacity_share, lang)), words["question"], words["not_safe"]]
    if count:
        said.append(words["withheld_one" if count == 1 else "withheld"].format(count=count))
    return tuple(said)


def proxy_sentences(result: ProxyResult, lang: str) -> tuple[str, ...]:
    """Say how well an attribute can be told from the features.

    Parameters
    ----------
    result : ProxyResult
        The test.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    tuple of str
        A finding for each level, by which features, and a caution.
    """
    words = load_words(lang, "hgrisk.audit")["proxy"]
    said = []
    for row in result.table.to_dict("records"):
        said.append(_proxy_finding(row, words, lang))
        features = result.top_features.loc[result.top_features["level"] == row["level"], "feature"]
        if len(features):
            said.append(words["most"].format(features=", ".join(features)))
    if result.n_unknown:
        said.append(words["unknown"].format(n=result.n_unknown))
    return (*said, words["caution"])


def label_bias_sentences(table: pd.DataFrame, group: str, lang: str) -> tuple[str, ...]:
    """Say what a supposed difference in reporting would change.

    Parameters
    ----------
    table : DataFrame
        The table of a :class:`~hgrisk.audit.label_bias.LabelBias`.
    group : str
        The group reported more often, in the reader's words.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    tuple of str
        What is supposed, what would follow, whether households with one risk are taken to be alike, and a caution.
    """
    words = load_words(lang, "hgrisk.audit")["label_bias"]
    own = table[table["group"] == "group"]
    said = [words["suppose"].format(group=group, factor=number_marks(f"{own['factor'].iloc[0]:g}", lang))]
    if own["shown"].all():
        values = own.set_index(["scenario", "measure"])["estimate"]
        shares = {
            (scenario, measure): _percent(values[scenario, measure], lang)
            for scenario, measure in values.index
            if measure in {"observed", "predicted", "share_of_flags"}
        }
        said.append(
            words["observed"].format(
                equal=shares[EQUAL, "observed"],
                reported=shares[AS_REPORTED, "observed"],
                predicted=shares[AS_REPORTED, "predicted"],
            )
        )
        flags = {"equal": shares[ADJUSTED, "share_of_flags"], "reported": shares[AS_REPORTED, "share_of_flags"]}
        said.append(words["flags"].format(**flags))
        # a run from before it could be set took all as alike
        supposed = own.get("frailty_variance", pd.Series([0.0]))
        said.append(_how_alike(float(supposed.iloc[0]), words, lang))
    else:
        said.append(words["withheld"].format(group=group))
    return (*said, words["caution"])


def _proxy_finding(row: Mapping[Any, Any], words: Mapping[str, str], lang: str) -> str:
    names = {"attribute": row["attribute"], "level": row["level"]}
    if not row["shown"]:
        return words["withheld"].format(**names)
    auc, lower, upper = (number_marks(f"{row[name]:.2f}", lang) for name in ("auc", "lower", "upper"))
    key = "finding_without_interval" if math.isnan(row["lower"]) else "finding"
    return words[key].format(**names, auc=auc, lower=lower, upper=upper)


def _how_alike(variance: float, words: Mapping[str, str], lang: str) -> str:
    if variance == 0.0:
        return words["alike"]
    return words["frailty"].format(variance=number_marks(f"{variance:g}", lang))


def _percent(share: float, lang: str) -> str:
    text = f"{100 * share:.1f}".removesuffix(".0")
    return f"{number_marks(text, lang)}%"
