"""Problems, what is detected of them, what is told to whom, and what the product owner is told."""
