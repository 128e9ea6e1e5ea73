"""What the hub achieves: who was reached, what was earned, who got which share. Reads everyone; nobody reads it but the pages."""
