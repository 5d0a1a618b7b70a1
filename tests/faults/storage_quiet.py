"""Imports eventlet without its words about being in maintenance (the README has ours).

For processes of our own, which start with this import; pytest has a filter for the warning.
"""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")
    import eventlet

__all__ = ["eventlet"]
