"""What a run says beyond its scores, as tables: choices and cards, explanations, validation designs, audits."""
