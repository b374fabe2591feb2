"""The folder that a run puts first on PYTHONPATH, for the sake of its `sitecustomize`."""
