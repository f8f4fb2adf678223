"""The TRIPOD+AI table: what a run can say of each of its 27 items, and which it leaves to the author."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hgrisk.report.checklist import facts_by_topic, say
from hgrisk.report.content import ReportContent
from hgrisk.report.voice import voice
from hgrisk.words import load_words

N_ITEMS = 27
COLUMNS = ("item", "topic", "entry", "from_the_run")

TOPICS: Mapping[int, tuple[str, ...]] = {
    1: ("title",),
    5: ("rows",),
    6: ("attrition",),
    7: ("set_aside",),
    8: ("definition",),
    9: ("features",),
    10: ("size",),
    11: ("missing",),
    12: ("analysis",),
    13: ("imbalance",),
    14: ("groups", "audit"),
    15: ("output",),
    16: ("split", "apparent"),
    18: ("provenance",),
    20: ("test_rows",),
    22: ("coefficients",),
    23: ("scores",),
    26: ("limits",),
}
"""What a run says of each item; the others are for the author."""


def tripod_table(content: ReportContent, lang: str = "en") -> pd.DataFrame:
    """Fill the items of TRIPOD+AI from what a run left.

    Parameters
    ----------
    content : ReportContent
        The content of the report.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    DataFrame
        ``item`` (1 to 27), ``topic``, ``entry``, and ``from_the_run``, false where the run has nothing to say and the
        author of a publication must. An entry states facts of the run; it is no judgement that an item is met.

    Raises
    ------
    ConfigError
        If the language is not known.

    Notes
    -----
    Collins et al. (2024), doi:10.1136/bmj-2023-078378. The topics are in our words.
    """
    words, facts = load_words(lang, "hgrisk.report", "tripod"), facts_by_topic(content, voice(lang), content.further)
    said = {item: say(facts, TOPICS.get(item, ()), lang) for item in range(1, N_ITEMS + 1)}
    rows = [(item, words["topics"][str(item)], entry or words["missing"], bool(entry)) for item, entry in said.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS))
