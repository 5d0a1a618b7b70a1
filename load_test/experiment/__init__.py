"""An experiment: two servers under the same load, and what became of every message.

In the order of reading: `settings`, `arrivals` (who sends when, fixed before the run), `clients`
(raw WebSocket connections), `ledger` (what became of each message), `run` (one run), `summary`
(its numbers, with `latency`, `validity` and `witnesses`), `comparison` (all runs, results.json).
These rest on `processes`, `servers`, `prepared` (data and tokens), `counters`, `traces` and
`machine`; `progress`, `table`, `notebook`, `report`, `results` and `command` show and keep it.
"""
