"""Everything that parses, fed with what nobody would write: `python -m tests.fuzz 1000000`."""
