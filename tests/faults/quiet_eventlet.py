"""Imports eventlet without its words about being in maintenance (the README has ours).

For processes of our own, which start with this import; pytest has a filter for the warning.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet

__all__ = ["eventlet"]


def import_first() -> None:
    """For a pool's workers: that this module is imported before all others is all they need."""
