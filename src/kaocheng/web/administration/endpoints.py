"""The addresses of these pages."""

from kaocheng.access.endpoints import Endpoint
from kaocheng.access.permissions import Permission
from kaocheng.web.administration import accounts, settings

SYSTEM, SECURITY = Permission.ADMINISTER_SYSTEM, Permission.ADMINISTER_ACCOUNTS
POST = ("POST",)

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "administration-accounts", "administration/accounts", accounts.list_accounts, SECURITY
    ),
    Endpoint(
        "administration-account-make",
        "administration/accounts/make",
        accounts.make_account,
        SECURITY,
        ("GET", "POST"),
    ),
    Endpoint(
        "administration-account",
        "administration/accounts/<int:account_id>",
        accounts.show_account,
        SECURITY,
    ),
    Endpoint(
        "administration-account-change",
        "administration/accounts/<int:account_id>/change",
        accounts.change_account,
        SECURITY,
        POST,
    ),
    Endpoint(
        "administration-security", "administration/security", settings.security_settings, SECURITY
    ),
    Endpoint(
        "administration-security-change",
        "administration/security/change",
        settings.change_security,
        SECURITY,
        POST,
    ),
    Endpoint("administration-system", "administration/system", settings.system_settings, SYSTEM),
    Endpoint(
        "administration-system-change",
        "administration/system/change",
        settings.change_system,
        SYSTEM,
        POST,
    ),
)
