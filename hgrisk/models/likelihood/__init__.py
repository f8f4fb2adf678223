"""The parts of models with a full likelihood: laws of time, predictors, and the search for the optimum."""
