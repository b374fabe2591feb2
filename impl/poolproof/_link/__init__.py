"""The parent's end of each worker: its channel, what it was given, and who may use it now."""
