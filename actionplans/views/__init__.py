"""Pages of catalogue, assignments, answers, national answer, evidence and periods."""
