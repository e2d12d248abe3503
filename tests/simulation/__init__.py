"""The desk under faults: conversations through the real desk, on a clock and over wires that a seed governs.

One seed makes one run. A run plays a plan (`plan`) in a world of simulated chats and a database that can fail
(`world`, `wires`), under faults that the seed draws (`faults`), and is then held to laws (`laws`), most of which
compare it with a quiet run of the same plan. `python -m tests.simulation 10000` plays ten thousand.
"""
