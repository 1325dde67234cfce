"""Facts that reports count: made from the journal, kept when a month is closed, summed by day."""
