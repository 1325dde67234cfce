"""Measurements, each to be run alone: `python -m bench.bench_desk` for the desk under load, others for parts of it."""
