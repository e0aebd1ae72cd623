"""The realm's authenticated proxy (squid with Negotiate) and the page of the outside world behind it."""

from __future__ import annotations

import shutil
import sys

from installer.realm import processes
from installer.realm.directory import answers
from installer.realm.layout import INTERNET, INTERNET_PORT, PROXY, PROXY_PORT, REALM, Layout

PAGE = "<!DOCTYPE html><meta charset=utf-8><title>外の世界</title><h1>インターネットが開きました</h1>\n"
ARRIVED = PAGE + "<p id=address></p><script>address.textContent = location.search</script>\n"
"""Where the identity provider sends a browser: the page shows what it came with."""
_CONFIG = """\
http_port {address}:{port}
visible_hostname {proxy}
pid_filename {folder}/squid.pid
coredump_dir {folder}
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
cache_store_log none
cache deny all
cache_mem 8 MB
memory_pools off
pinger_enable off
netdb_filename none
hosts_file {hosts}
shutdown_lifetime 0 seconds
auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -k {keytab} -s HTTP/{proxy}@{realm}
auth_param negotiate children 8 startup=1 idle=1
auth_param negotiate keep_alive on
acl staff proxy_auth REQUIRED
http_access allow staff
http_access deny all
"""


def start(layout: Layout) -> None:
    """Until both listen."""
    folder, keytab = layout.folder / "squid", layout.folder / "proxy.keytab"
    folder.mkdir(exist_ok=True)
    for path in (folder, keytab):
        shutil.chown(path, "proxy", "proxy")
    config = layout.folder / "squid.conf"
    config.write_text(
        _CONFIG.format(
            address=layout.address,
            port=PROXY_PORT,
            proxy=PROXY,
            folder=folder,
            hosts=layout.hosts,
            keytab=keytab,
            realm=REALM,
        ),
        "ascii",
    )
    name = "realm" + layout.address.replace(".", "")  # squid's shared memory is named by it
    processes.start(layout, "squid", ["squid", "-N", "-n", name, "-f", str(config)])
    site = layout.folder / "site"
    site.mkdir(exist_ok=True)
    (site / "index.html").write_text(PAGE, "utf-8")
    (site / "callback.html").write_text(ARRIVED, "utf-8")
    command = [sys.executable, "-m", "http.server", str(INTERNET_PORT), "--bind", layout.address]
    processes.start(layout, "internet", [*command, "--directory", str(site)])
    processes.wait_for(INTERNET, layout, lambda: answers(layout.address, INTERNET_PORT))
    processes.wait_for("squid", layout, lambda: answers(layout.address, PROXY_PORT))
