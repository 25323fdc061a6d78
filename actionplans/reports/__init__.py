"""What this app makes for use outside the portal."""
