"""What an attacker makes of a published page: one module an area, each reading the HTML alone."""
