"""Satisfaction: who is asked and who is not, what they answer, and what follows from a low score."""
