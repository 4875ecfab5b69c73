"""SQLite (sqlite.org/fileformat2.html): databases, write-ahead logs and rollback journals."""
