"""The configuration of the shop, read once."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Settings:
    """What a stack can choose."""

    version: str
    ready: bool
    disk: str
    selector: str
    privileged: bool
    port: int
    peers: str
    headless: bool
    migration: str
    password: pulumi.Output[str]

    @classmethod
    def load(cls) -> "Settings":
        """Reads the configuration of the current stack."""
        config = pulumi.Config()
        return cls(
            version=config.require("version"),
            ready=config.require_bool("ready"),
            disk=config.get("disk") or "",
            selector=config.require("selector"),
            privileged=config.require_bool("privileged"),
            port=config.require_int("port"),
            peers=config.require("peers"),
            headless=config.require_bool("headless"),
            migration=config.require("migration"),
            password=config.require_secret("password"),
        )
