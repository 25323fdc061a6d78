"""Full text that finds the same on SQLite and PostgreSQL, without an extension of either.

Words are folded and stemmed here, for the index and for the query alike; the databases only keep
and intersect the terms. No table is known here: `index` works beside any table with a numeric key.
"""
