"""What a run can say of the points of a checklist for publications: facts by topic, and a sentence for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hgrisk.figures.tables import require_columns
from hgrisk.report.checklist_facts import (
    Tables,
    Values,
    data_facts,
    further_facts,
    judgement_facts,
    model_facts,
    outcome_facts,
)
from hgrisk.report.content import ReportContent
from hgrisk.report.voice import Voice
from hgrisk.words import load_words

FURTHER: Mapping[str, tuple[str, ...]] = {
    "validation": ("design", "part"),
    "validation_optimism": ("metric", "optimism", "n_draws"),
    "audit_groups": ("attribute",),
}
"""Further tables of a run that a checklist reads, and the columns it needs of them."""


def facts_by_topic(content: ReportContent, speaking: Voice, further: Tables | None = None) -> dict[str, Values]:
    """Return what a run says, by topic.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    speaking : Voice
        The language.
    further : Mapping of str to DataFrame, optional
        More tables of the run: ``"validation"``, ``"validation_optimism"`` and ``"audit_groups"``; others are not read.

    Returns
    -------
    dict
        Topic to what fills its sentence in ``checklist_en.toml``; None where the run has nothing to say of it.

    Raises
    ------
    DataError
        If a further table lacks a column.
    """
    tables = {name: table for name, table in (further or {}).items() if name in FURTHER and len(table)}
    for name, table in tables.items():
        require_columns(table, FURTHER[name], name)
    of_content = (data_facts, outcome_facts, model_facts, judgement_facts)
    found = {topic: values for facts in of_content for topic, values in facts(content, speaking).items()}
    return found | further_facts(tables, speaking)


def say(facts: Mapping[str, Values], topics: Iterable[str], lang: str) -> str:
    """Return the sentences of the topics that are known, one after the other; empty where none is.

    Parameters
    ----------
    facts : Mapping
        See :func:`facts_by_topic`.
    topics : iterable of str
        Topics, in the order of the sentences.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        Sentences.

    Examples
    --------
    >>> say({"limits": None, "definition": {"definition": "A new report."}}, ("limits", "definition"), "en")
    'A new report.'
    """
    sentences = load_words(lang, "hgrisk.report", "checklist")["entries"]
    known = ((topic, facts[topic]) for topic in topics)
    return " ".join(sentences[topic].format(**values) for topic, values in known if values is not None)
