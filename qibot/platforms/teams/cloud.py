"""Where Microsoft's services are. A stand-in is somewhere else, and only code can say so: no setting does."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Cloud:
    """Addresses of the public cloud.

    `keys`: the Bot Framework's OpenID metadata; `login`: where the bot gets its own token; `services`: origins that
    activities may come from and replies may go to; `hosts`: endings of host names, over https, that may too.
    Source: Microsoft, "Authentication with the Bot Connector API"; the issuer is that of its tokens.
    """

    keys: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    issuer: str = "https://api.botframework.com"
    login: str = "https://login.microsoftonline.com"
    scope: str = "https://api.botframework.com/.default"
    services: tuple[str, ...] = ("https://smba.trafficmanager.net",)
    hosts: tuple[str, ...] = (".botframework.com", ".teams.microsoft.com")

    @classmethod
    def stand_in(cls, base: str, *services: str) -> "Cloud":
        """Everything at `base`; activities may also come from `services` (origins, such as http://127.0.0.1:56150)."""
        metadata = f"{base}/v1/.well-known/openidconfiguration"
        return cls(keys=metadata, login=base, services=(base, *services), hosts=())

    def token_url(self, tenant: str) -> str:
        """Where a token for the bot itself is given."""
        return f"{self.login}/{tenant}/oauth2/v2.0/token"

    def trusts(self, service_url: str) -> bool:
        """Whether the bot's token may be shown to this address."""
        try:
            parts = urlsplit(service_url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if "@" in parts.netloc or parts.query or parts.fragment:
            return False
        if f"{parts.scheme}://{parts.netloc}" in self.services:
            return True
        return parts.scheme == "https" and port is None and host.endswith(self.hosts or ("/",))
