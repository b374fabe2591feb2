"""What a caller asks for, and what comes of it: jobs, handles, frame sizes, the table of states.

Knows nothing of workers, processes and pipes: another engine could run these jobs.
"""
