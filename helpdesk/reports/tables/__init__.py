"""Reports over the desk's own tables: promises, revisits, claims, hours … Only closed months are kept beforehand."""
