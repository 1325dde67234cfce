"""The heart: a ticket's life from receipt to acceptance, through the three lines."""
