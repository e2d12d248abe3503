"""The outside world: chats, the ticker and the command line."""
