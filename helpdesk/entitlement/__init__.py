"""Which contract and policy cover a request, and why not the others."""
