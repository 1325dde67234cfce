"""The kernel: database, transactions, journal, jobs, time, languages. Knows no word of the helpdesk trade."""
