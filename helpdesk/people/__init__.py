"""Accounts, organisations and contacts, operators and their absences."""
