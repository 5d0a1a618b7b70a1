"""A small chat server that works, and melts under New Year's greetings. Find out why.

Read it in this order: ``socket_handler`` (a message comes in), ``data_manager`` (it is stored),
``storage`` and ``files`` (what storing costs). The rest is what any chat server needs: ``routes``
and ``auth`` (the HTTP API), ``directory`` (who is who), ``app`` and ``server`` (put together, run).

Start it with ``python -m challenge``; a copy of this folder runs under the name of the copy.
"""
