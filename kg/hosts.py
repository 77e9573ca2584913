"""Which hosts are this machine."""

import ipaddress


def is_local(host: str) -> bool:
    """Whether a name or an address of a host is that of this machine alone, which no other machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
