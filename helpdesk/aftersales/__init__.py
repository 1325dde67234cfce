"""What happens after the sale: hours and their billing, revisits, claims."""
