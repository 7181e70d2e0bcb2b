"""Whom a request is about: an app, and a tenant in it."""

from dataclasses import dataclass, replace

PUBLIC = "public"


@dataclass(frozen=True)
class TenantRef:
    """One tenant; every app has at least the public one."""

    app: str = PUBLIC
    tenant: str = PUBLIC

    @property
    def is_public(self) -> bool:
        """Whether this is the tenant that speaks for its app."""
        return self.tenant == PUBLIC

    def public(self) -> "TenantRef":
        """The public tenant of the same app."""
        return replace(self, tenant=PUBLIC)

    def sibling(self, tenant: str) -> "TenantRef":
        """Another tenant of the same app."""
        return replace(self, tenant=tenant)
