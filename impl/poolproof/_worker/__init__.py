"""What runs in a worker process.

Knows `_wire`, and nothing of the parent: a spawned worker loads these two packages and no more.
"""
