"""What each random number of a candidate incident is for: its place in the candidate's substream."""

from __future__ import annotations

GAP, HEIGHT, SEVERITY, WITNESSED, REVERSED, REPORTED, POLICE, OTHER_SOURCE = range(8)
ASSESSMENT, ASSESSMENT_2, DECIDED, DECISION, INVOLVEMENT, INVOLVEMENT_2, PLANNED, PLAN_DAY = range(8, 16)
SENT_DAY, ACCEPTED, ACCEPT, ACCEPT_2, WAITING, WAITING_2, CONTACT, HOLDER, MONITORED = range(16, 25)
DETAINED, DETENTION, DETENTION_2, BREACHED, BREACH_DAY = range(25, 30)
INTERVENTIONS = 32
"""Each intervention has four numbers from here on: whether, two for the wait, and its length."""
PER_INTERVENTION = 4
