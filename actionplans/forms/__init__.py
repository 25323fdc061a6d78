"""What the pages of catalogue, assignments, answers, periods and extensions take in."""
