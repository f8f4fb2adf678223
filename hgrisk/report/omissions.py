"""Why something was left out, in words that tell no small count and no value."""

from __future__ import annotations

from hgrisk.report.voice import NUMBER, Voice


def reason_words(reason: str, voice: Voice) -> str:
    """Say why something was left out.

    Parameters
    ----------
    reason : str
        The reason, as a table holds it.
    voice : Voice
        The language.

    Returns
    -------
    str
        Fixed words. Of a text that is not ours nothing is said: it may hold a count of few people, or a value.

    Examples
    --------
    >>> from hgrisk.report.voice import voice
    >>> reason_words("3 re-reports by then in the training rows", voice("en"))
    'too few re-reports by then in the training rows'
    >>> reason_words("A fit has events, found 3", voice("en"))
    'a model could not be fitted there'
    """
    known = NUMBER.sub("#", reason) in voice.labels("omissions")
    return voice.phrase("omissions", reason) if known else voice.say("validation", "omitted_fit")
