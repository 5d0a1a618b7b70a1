"""The answer: the same server, which collects messages and stores them a batch at a time.

Read ``diff -u challenge solution`` from top to bottom: it is the lesson. ``message_processor`` is
the one new idea; the files that had to change stand here under their old names; everything else
is imported from ``challenge``.
"""
