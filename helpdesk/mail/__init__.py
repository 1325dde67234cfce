"""Mail in and out: what reaches the desk is read by pure functions, what leaves it is made of letters."""
