"""The parts of models of cause-specific hazards: their rows, their fit, and the probabilities that follow."""
