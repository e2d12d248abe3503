"""Settings from the environment and from `.env` in the working folder. Secrets never print."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import SecretStr  # noqa: TC002 - pydantic reads the annotation when the program runs
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SAMPLES = Path(__file__).parent
"""Where the sample files lie."""
NAMES = {
    "policy.toml": "policy.toml",
    "library.toml": "library.toml",
    "example.env": ".env",
    "slack-manifest.yaml": "slack-manifest.yaml",
}
"""The files that `commentdesk init DIR` copies, and what they are called there."""


class Settings(BaseSettings):
    """Every setting; its name in the environment is its name here in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # what stands in the wrong place may be a token
    )

    database_url: SecretStr | None = None
    """Where everything is kept. A PostgreSQL address holds a password, so it never prints as it is."""
    library_file: Path | None = None
    policy_file: Path | None = None
    libraries_dir: Path | None = None
    """Makes `commentdesk run` serve each library of the folders in here instead of one."""
    record_head_file: Path | None = None
    """Where the record's head is written down once a day; best on another machine than the database."""
    backup_folder: Path | None = None
    """Where `commentdesk backup` puts its dated copies; best on another machine than the database."""
    health_port: int | None = None
    """Makes `commentdesk run` say on http://127.0.0.1:PORT/healthz how it is."""
    log_key: SecretStr | None = None
    """Makes authors' pseudonyms in logs the same from one start to the next; without it each start has its own."""
    console_person: str | None = None
    """Who sits at this terminal, as `library.toml` names them; makes `commentdesk run` open the console chat."""

    slack_bot_token: SecretStr | None = None
    """`xoxb-…`; makes `commentdesk run` open the Slack chat."""
    slack_app_token: SecretStr | None = None
    """`xapp-…`, for Socket Mode: the desk needs no public address."""
    slack_signing_secret: SecretStr | None = None
    """For HTTP mode, which is used where there is no app token."""
    slack_http_port: int = 3000
    """Where HTTP mode listens, behind a load balancer that speaks HTTPS."""
    slack_api_base_url: str = "https://slack.com/api/"
    discord_token: SecretStr | None = None
    """Makes `commentdesk run` open the Discord chat."""
    discord_api_base_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = "wss://gateway.discord.gg/"

    def database(self, kind: str) -> str:
        """The database's address; by default a SQLite file in the user's data folder, another one for the demo."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        folder = platformdirs.user_data_path("comment-desk", ensure_exists=True)
        return f"sqlite:///{folder / ('demo.db' if kind == 'demo' else 'desk.db')}"


class LibrarySettings(Settings):
    """The settings of one library of several, from its own `.env`: an environment would be that of them all."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by name, then the file."""
        return init_settings, dotenv_settings


OF_ALL = ("database_url", "libraries_dir", "log_key", "health_port", "backup_folder", "console_person")
"""Settings that a deployment of several libraries has once."""
