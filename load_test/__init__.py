"""Load for the chat servers: Locust to feel and explore, an experiment to measure.

``locustfile`` and ``new_year_load_test`` are for playing. ``demo`` and ``compare`` are for numbers
one can quote: they start the servers themselves, and ``experiment`` holds how that is done.
"""
