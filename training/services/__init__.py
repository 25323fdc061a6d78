"""How the records of training are written."""
