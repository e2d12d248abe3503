"""The Slack chat: payloads become forwards and presses, notices become messages. Nothing of Slack's leaves here."""

from adapters.slack.doctor import examine
from adapters.slack.wire import open_chat

__all__ = ["examine", "open_chat"]
