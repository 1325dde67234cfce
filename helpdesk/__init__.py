"""Threeline: helpdesk and after-sales service desk. Importing this package runs nothing."""

__version__ = "0.1.0"
