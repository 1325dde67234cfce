"""Service levels: working time, clocks and targets. Knows nothing of the desk but `helpdesk.core`."""
