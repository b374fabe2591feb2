"""The dispatcher and its handlers: move tasks from jobs to workers, and outcomes back.

Knows all the other packages, and only `pool` knows this one.
"""
