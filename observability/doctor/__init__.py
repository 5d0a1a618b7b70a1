"""Looks whether this machine can run the workshop, and says what to do where it cannot."""
