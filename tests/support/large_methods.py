"""The methods that may take minutes, as the server's table of methods says."""
import re

from programs import ROOT


def large_methods():
    """lots.v1.Service/Method of every method with .is_large = true."""
    table = (ROOT / "service" / "handlers" / "services.cc").read_text()
    return {f"lots.v1.{service}/{method}" for service, method in
            re.findall(r"LOTS_\w+\((\w+), (\w+),[^;]*\.is_large = true", table)}
