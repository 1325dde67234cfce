"""Moving in: other desks' event logs become tickets with their real past."""
