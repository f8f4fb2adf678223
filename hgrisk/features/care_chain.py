"""Family ``care_chain``: what followed earlier reports, from assessment to help, and what waits for how long."""

from __future__ import annotations

from collections.abc import Iterable

from hgrisk.features.measures import (
    Changes,
    Count,
    DaysSince,
    Distinct,
    Events,
    Last,
    Latency,
    Measure,
    OpenSince,
    Spells,
)
from hgrisk.features.settings import FeatureSettings
from hgrisk.features.spec import Family, FeatureSpec
from hgrisk.features.wording import Topic, lately

_NAME = "care_chain"

_REPORTS = Events(kinds=("report",))
"""What asks for an assessment: the first report of an incident. Follow-up reports come while one is going on."""

_ASSESSED = Events(kinds=("safety_assessment",))
_DECIDED = Events(kinds=("assessment_decision",))
_SENT = Events(kinds=("handover_sent",))
_ACCEPTED = Events(kinds=("handover_accepted",))
_CONTACT = Events(kinds=("help_first_contact",))
_INVOLVED = Events(kinds=("involvement",))
_CHECKED = Events(kinds=("monitoring_check",))
_HELP = Events(
    kinds=(
        "help_first_contact", "perpetrator_programme", "shelter", "multidisciplinary_approach", "mda", "zvh",
        "case_management", "intensive_regie", "trauma_care", "trauma_screening", "trauma_therapy", "aware", "csg",
    )
)  # fmt: skip

_DECISIONS = (
    ("investigation", "decisions to investigate", "besluiten tot onderzoek"),
    ("conditions_and_follow_up", "decisions on conditions and follow-up", "besluiten tot voorwaarden en vervolg"),
    ("handover_local_team", "decisions to hand over to the local team", "besluiten tot overdracht aan het lokale team"),
    (
        "handover_current_help", "decisions to hand over to the help already there",
        "besluiten tot overdracht aan de hulp die er al is",
    ),
    (
        "handover_multidisciplinary_team", "decisions to hand over to a multidisciplinary team",
        "besluiten tot overdracht aan een multidisciplinair team",
    ),
    ("end", "decisions to end the involvement", "besluiten om de betrokkenheid te beëindigen"),
)  # fmt: skip

_Row = tuple[str, str, str, str, str, Measure]
"""Name, unit, sentence in English and in Dutch, meaning of an empty value, measure."""

_TO_DECISION: tuple[_Row, ...] = (
    (
        "days_since_assessment", "days", "days since the last safety assessment",
        "dagen sinds de laatste veiligheidsbeoordeling", "no safety assessment", DaysSince(_ASSESSED),
    ),
    (
        "days_since_decision", "days", "days since the last decision after an assessment",
        "dagen sinds het laatste besluit na een beoordeling", "no decision", DaysSince(_DECIDED),
    ),
    (
        "decision_open_days", "days", "days that the oldest open safety assessment has waited for a decision",
        "dagen dat de oudste openstaande veiligheidsbeoordeling op een besluit wacht",
        "no assessment waits for a decision", OpenSince(_ASSESSED, until=_DECIDED),
    ),
)  # fmt: skip

_HANDOVER: tuple[_Row, ...] = (
    (
        "days_since_safety_plan", "days", "days since the last safety plan",
        "dagen sinds het laatste veiligheidsplan", "no safety plan", DaysSince(Events(kinds=("safety_plan",))),
    ),
    (
        "days_since_handover_sent", "days", "days since a handover was last sent",
        "dagen sinds voor het laatst een overdracht werd verzonden", "no handover was sent", DaysSince(_SENT),
    ),
    (
        "handover_wait_days", "days", "days from sending to acceptance, for the last handover accepted",
        "dagen van verzending tot acceptatie, bij de laatst geaccepteerde overdracht",
        "no handover was sent and accepted", Latency(_SENT, until=_ACCEPTED),
    ),
    (
        "handover_open_days", "days", "days that the oldest open handover has waited to be accepted",
        "dagen dat de oudste openstaande overdracht op acceptatie wacht", "no handover waits to be accepted",
        OpenSince(_SENT, until=_ACCEPTED),
    ),
    (
        "first_contact_wait_days", "days", "days from acceptance to the first contact, for the last first contact",
        "dagen van acceptatie tot eerste contact, bij het laatste eerste contact",
        "no accepted handover was followed by a first contact", Latency(_ACCEPTED, until=_CONTACT),
    ),
    (
        "first_contact_open_days", "days", "days that the oldest accepted handover has waited for a first contact",
        "dagen dat de oudste geaccepteerde overdracht op een eerste contact wacht",
        "no accepted handover waits for a first contact", OpenSince(_ACCEPTED, until=_CONTACT),
    ),
    (
        "handover_to_contact_days", "days", "days from sending a handover to first contact, for the last first contact",
        "dagen van verzending van de overdracht tot eerste contact, bij het laatste eerste contact",
        "no handover sent was followed by a first contact", Latency(_SENT, until=_CONTACT),
    ),
    (
        "days_since_first_contact", "days", "days since help last made a first contact",
        "dagen sinds de hulp voor het laatst een eerste contact legde", "no first contact", DaysSince(_CONTACT),
    ),
)  # fmt: skip

_COORDINATION: tuple[_Row, ...] = (
    (
        "regie_holders", "count", "different holders of coordination (regie) recorded; unknown counts as one",
        "verschillende vastgelegde regiehouders; onbekend telt als één", "", Distinct(_ACCEPTED, of="code"),
    ),
    (
        "regie_holder_changes", "count", "changes of the holder of coordination (regie), ever",
        "wisselingen van regiehouder, ooit", "", Changes(_ACCEPTED),
    ),
    (
        "regie_unknown_ever", "count", "handovers accepted with nobody known to hold coordination (regie), ever",
        "geaccepteerde overdrachten met onbekende regiehouder, ooit", "",
        Count(Events(kinds=("handover_accepted",), codes=("unknown",))),
    ),
    (
        "case_manager_changes", "count", "changes of the organisation that does case management, ever",
        "wisselingen van de organisatie die het casemanagement doet, ooit", "",
        Changes(Events(kinds=("case_management",))),
    ),
)  # fmt: skip

_INVOLVEMENT: tuple[_Row, ...] = (
    (
        "involvement_active", "count", "involvements of Veilig Thuis that began and are not known to have ended",
        "betrokkenheid van Veilig Thuis die is begonnen en waarvan geen einde bekend is", "", Spells(_INVOLVED),
    ),
    (
        "involvement_days", "days", "days of involvement of Veilig Thuis, ever",
        "dagen betrokkenheid van Veilig Thuis, ooit", "", Spells(_INVOLVED, how="days"),
    ),
    (
        "days_since_involvement_end", "days", "days since the last known end of an involvement of Veilig Thuis",
        "dagen sinds het laatste bekende einde van betrokkenheid van Veilig Thuis",
        "no involvement that is known to have ended", Spells(_INVOLVED, how="days_since_end"),
    ),
    (
        "days_since_case_closed", "days", "days since the case was last closed",
        "dagen sinds de casus voor het laatst werd gesloten", "never closed", DaysSince(Events(kinds=("case_closed",))),
    ),
    (
        "days_since_monitoring_check", "days", "days since the last monitoring check",
        "dagen sinds de laatste monitoring", "no monitoring check", DaysSince(_CHECKED),
    ),
)  # fmt: skip

_COUNTED = (
    ("safety_assessments", _ASSESSED, "safety assessments", "veiligheidsbeoordelingen"),
    ("safety_plans", Events(kinds=("safety_plan",)), "safety plans", "veiligheidsplannen"),
    ("handovers_sent", _SENT, "handovers sent", "verzonden overdrachten"),
    ("involvements", _INVOLVED, "involvements of Veilig Thuis", "keren dat Veilig Thuis betrokken raakte"),
    ("cases_closed", Events(kinds=("case_closed",)), "closures of the case", "afsluitingen van de casus"),
    ("monitoring_checks", _CHECKED, "monitoring checks", "monitoringsmomenten"),
    (
        "monitoring_not_reached", Events(kinds=("monitoring_check",), codes=("not_reached",)),
        "monitoring checks at which the household was not reached",
        "monitoringsmomenten waarop het huishouden niet werd bereikt",
    ),
)  # fmt: skip
"""What is counted ever: start of the name, selection, English and Dutch."""

_WORK = Topic(_NAME, "", "", "", process=True)
_HEARD = Topic(_NAME, "", "", "")


def describe(settings: FeatureSettings) -> tuple[FeatureSpec, ...]:
    """Return the specs of the family.

    All of it is the work of organisations, but for what monitoring hears about the household. Reports before 2019 had
    no safety assessment and will never get one, so waiting for an assessment is looked at in the recent window only.
    Whether case management runs is said by ``interventions``.

    Parameters
    ----------
    settings : FeatureSettings
        The recent window.

    Returns
    -------
    tuple of FeatureSpec
        Its features.

    Examples
    --------
    >>> print(describe(FeatureSettings())[0].sentence_en)
    working days from receipt of a report to safety assessment, for the last one in the 365 days before; the norm is 5
    """
    days = settings.recent_days
    return (
        *_assessment(days),
        *(lately(spec, settings) for spec in _specs(_TO_DECISION)),
        _last_decision(),
        *(_decisions(*each) for each in _DECISIONS),
        *(_ever(_WORK, *each) for each in _COUNTED),
        *(lately(spec, settings) for spec in _specs(_HANDOVER)),
        _regie_holder(),
        *_specs(_COORDINATION),
        _kinds_of_help(days),
        *_specs(_INVOLVEMENT),
        *_heard(),
    )


def _specs(rows: Iterable[_Row]) -> list[FeatureSpec]:
    return [_WORK.spec(*row, measure=measure) for *row, measure in rows]


def _ever(topic: Topic, stem: str, events: Events, english: str, dutch: str) -> FeatureSpec:
    return topic.spec(f"{stem}_ever", "count", f"{english}, ever", f"{dutch}, ooit", measure=Count(events))


def _assessment(days: int) -> list[FeatureSpec]:
    return [
        _WORK.spec(
            f"assessment_wait_{days}d", "working days",
            f"working days from receipt of a report to safety assessment, for the last one in the {days} days before; "
            "the norm is 5",
            f"werkdagen van ontvangst van een melding tot veiligheidsbeoordeling, bij de laatste in de {days} dagen "
            "ervoor; de norm is 5",
            f"no report of the {days} days before was assessed",
            measure=Latency(_REPORTS, days, until=_ASSESSED, working=True, from_known=True),
        ),
        _WORK.spec(
            f"assessment_open_{days}d", "working days",
            f"working days that the oldest open report of the {days} days before has waited for a safety assessment; "
            "the norm is 5",
            f"werkdagen dat de oudste openstaande melding uit de {days} dagen ervoor op een veiligheidsbeoordeling "
            "wacht; de norm is 5",
            f"no report of the {days} days before waits for an assessment",
            measure=OpenSince(_REPORTS, days, until=_ASSESSED, working=True, from_known=True),
        ),
    ]  # fmt: skip


def _last_decision() -> FeatureSpec:
    return _WORK.spec(
        "last_decision", "", "the last decision after an assessment", "het laatste besluit na een beoordeling",
        "no decision, or not recorded which", kind="category", measure=Last(_DECIDED, of="code"),
    )  # fmt: skip


def _decisions(code: str, english: str, dutch: str) -> FeatureSpec:
    return _ever(_WORK, f"decision_{code}", Events(kinds=_DECIDED.kinds, codes=(code,)), english, dutch)


def _regie_holder() -> FeatureSpec:
    return _WORK.spec(
        "regie_holder", "", "who last accepted a handover and so holds coordination (regie)",
        "wie het laatst een overdracht accepteerde en zo de regie heeft",
        "no handover was accepted, or not recorded by whom; a holder on record as unknown is a category of its own",
        kind="category", measure=Last(_ACCEPTED, of="code"),
    )  # fmt: skip


def _kinds_of_help(days: int) -> FeatureSpec:
    return _WORK.spec(
        f"kinds_of_help_{days}d", "count", f"different kinds of help that began in the {days} days before",
        f"verschillende soorten hulp die begonnen in de {days} dagen ervoor", measure=Distinct(_HELP, days, of="kind"),
    )  # fmt: skip


def _heard() -> list[FeatureSpec]:
    last = _HEARD.spec(
        "last_monitoring_result", "", "what the last monitoring check found", "wat de laatste monitoring opleverde",
        "no monitoring check, or its result is not recorded", kind="category", measure=Last(_CHECKED, of="code"),
    )  # fmt: skip
    violence = _ever(
        _HEARD, "monitoring_violence", Events(kinds=_CHECKED.kinds, codes=("violence_reported_to_go_on",)),
        "monitoring checks at which violence was reported to go on",
        "monitoringsmomenten waarop werd gemeld dat het geweld doorging",
    )  # fmt: skip
    return [last, violence]


FAMILY = Family(_NAME, describe)
