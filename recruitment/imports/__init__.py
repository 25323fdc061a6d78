"""Reading published files of deployment figures, cell by cell, with the place of every fault."""
