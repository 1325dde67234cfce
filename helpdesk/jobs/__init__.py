"""Work behind the scenes: what follows from facts, what runs when, and the worker that does it."""
