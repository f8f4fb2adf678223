"""What drives a prediction: the prior-violence ladder."""
