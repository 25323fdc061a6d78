"""What comes back from outside the portal."""
