"""From text to mentions, results and quantities: the only home of spaCy."""
