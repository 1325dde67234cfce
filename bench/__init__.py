"""Measurements: `python -m bench.run` for the desk under load, `bench_*.py` for single parts of it."""
