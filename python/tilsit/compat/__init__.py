"""Stand-ins for other tools, for programs that call them in Python."""
