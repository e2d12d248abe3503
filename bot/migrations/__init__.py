"""How a database comes to be as the desk needs it: one file a step, forwards only, run at start by `bot.store`."""
