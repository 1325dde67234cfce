"""Articles at the desk: who may read and write them, what tickets have to do with them."""
