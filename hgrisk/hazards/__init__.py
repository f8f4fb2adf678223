"""Risk sets and the Cox likelihood, compiled: what every model of a hazard rests on."""
