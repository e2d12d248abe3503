"""Settings, and the sample policy and library that a new desk starts from."""
