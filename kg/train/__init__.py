"""Training of the shipped weights: `python -m kg.train` (see MODEL_CARD.md). Nothing here is needed at run time."""
