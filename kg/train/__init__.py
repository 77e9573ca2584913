"""Training: `python -m kg.train` made the shipped weights (see MODEL_CARD.md), `kg train` goes on from them."""
