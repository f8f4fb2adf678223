"""The PROBAST+AI table: what a run can say of each signalling question; the judgement stays with the author."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hgrisk.report.checklist import facts_by_topic, say
from hgrisk.report.checklist_facts import Tables
from hgrisk.report.content import ReportContent
from hgrisk.report.voice import voice
from hgrisk.words import load_words

COLUMNS = ("part", "domain", "item", "question", "entry", "from_the_run")

_PREDICTORS: Mapping[str, tuple[str, ...]] = {
    "2.1": ("features", "alike"),
    "2.2": ("set_aside", "prepared"),
    "2.3": ("canary",),
    "2.4": ("canary", "missing"),
}
_OUTCOME: Mapping[str, tuple[str, ...]] = {
    "3.1": ("definition", "competing"),
    "3.2": ("window",),
    "3.3": (),
    "3.4": ("output", "follow_up"),
}
TOPICS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "development": {
        "1.1": ("rows",),
        "1.2": ("followed",),
        "1.3": ("attrition",),
        **_PREDICTORS,
        **_OUTCOME,
        "4.1": ("size", "events_per_coefficient"),
        "4.2": ("kinds", "models"),
        "4.3": ("missing", "competing"),
        "4.4": ("imbalance",),
        "4.5": ("penalties", "optimism"),
    },
    "evaluation": {
        "1.1": ("rows",),
        "1.2": ("split", "apparent", "designs"),
        "1.3": ("attrition", "test_rows"),
        **_PREDICTORS,
        **_OUTCOME,
        "4.1": ("split", "apparent", "designs", "optimism"),
        "4.2": ("test_rows",),
        "4.3": ("missing", "weights"),
        "4.4": ("imbalance",),
        "4.5": ("networks", "prepared", "canary"),
        "4.6": ("designs", "refitted", "optimism"),
        "4.7": ("measures", "slopes", "groups", "audit"),
    },
}
"""Part and question to what a run says of it, in the order of the sentences."""

FACTS_ALONE = frozenset({("development", "4.4"), ("evaluation", "4.4"), ("evaluation", "4.1")})
"""Questions about what was done, which a fact of the run answers; all others are for the author to judge."""


def probast_table(content: ReportContent, lang: str = "en", further: Tables | None = None) -> pd.DataFrame:
    """Fill the signalling questions of PROBAST+AI from what a run left.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    lang : str
        ``"en"`` or ``"nl"``.
    further : Mapping of str to DataFrame, optional
        More tables of the run that are read where they are there: ``"validation"``, ``"validation_optimism"``,
        ``"audit_groups"``.

    Returns
    -------
    DataFrame, 34 rows
        ``part`` (development, 16 questions on quality; evaluation, 18 on risk of bias), ``domain``, ``item`` (domain
        and question, as ``"4.1"``), ``question``, ``entry`` and ``from_the_run``, false where the run has nothing to
        say. An entry states facts of the run. It is no answer: where judgement is needed it says that this is the
        author's, and no domain is rated. Whether the model applies to the reader's question is not asked here.

    Raises
    ------
    ConfigError
        If the language is not known.
    DataError
        If a further table lacks a column.

    Notes
    -----
    Moons et al. (2025), doi:10.1136/bmj-2024-082505. The questions are in our words: to rate a study, use the tool.
    """
    words, facts = load_words(lang, "hgrisk.report", "probast"), facts_by_topic(content, voice(lang), further)
    rows = []
    for part, items in TOPICS.items():
        questions = words["questions"]["both"] | words["questions"][part]
        for item, topics in items.items():
            said = say(facts, topics, lang)
            judged = () if said and (part, item) in FACTS_ALONE else (words["judge"],)
            entry = " ".join((said or words["missing"], *judged))
            rows.append((words["parts"][part], words["domains"][item[0]], item, questions[item], entry, bool(said)))
    return pd.DataFrame(rows, columns=list(COLUMNS))
