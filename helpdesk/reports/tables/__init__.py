"""Reports over the desk's own tables, where nothing is counted beforehand: promises, revisits, claims, hours …"""
