"""The knowledge base: articles, their life and search. Knows nothing of the desk but `helpdesk.core`."""
