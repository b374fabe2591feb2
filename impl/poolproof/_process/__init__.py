"""Worker processes: how they are started and replaced, and what they are to the program.

Knows what they run (`_worker`), and not what they are sent.
"""
