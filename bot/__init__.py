"""The desk: judges, stores and speaks, and knows no chat product and no clock."""
