"""The parts of models of time cut into intervals: who is at risk in which, and the hazard in each."""
