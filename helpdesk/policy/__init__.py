"""Who may do and see what: the actors, the actions, the rules, the scopes."""
