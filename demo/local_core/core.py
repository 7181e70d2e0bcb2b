"""What every part of the core needs: the database, the time and the settings."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from demo.local_core.config import Config, effective_config
from demo.local_core.errors import FeatureNotEnabled
from demo.local_core.scope import TenantRef
from demo.local_core.settings import DEFAULTS
from demo.local_core.storage import Database, Transaction


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


#: What a licence can allow.
FEATURES = ("account_linking", "multi_tenancy", "mfa")


@dataclass(frozen=True)
class Core:
    """One running core."""

    database: Database
    # Milliseconds since the epoch.
    now: Callable[[], int] = _wall_clock
    defaults: Mapping[str, float] = field(default_factory=lambda: DEFAULTS)
    # Those of FEATURES that the licence allows.
    features: Sequence[str] = FEATURES

    def config(self, tx: Transaction, ref: TenantRef) -> Config:
        """The settings in force for a tenant at this moment."""
        return effective_config(tx, self.defaults, ref)

    def require_feature(self, *features: str) -> None:
        """Refuse a request unless the licence allows one of these."""
        if not set(features).intersection(self.features):
            raise FeatureNotEnabled(features[0])
