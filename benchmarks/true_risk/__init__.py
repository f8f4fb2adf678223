"""Made-up landmarks with their true risk, and what classifiers and designs make of them: see classifier_truth.py."""
