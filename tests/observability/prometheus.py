"""Debian's Prometheus, as deploy/prometheus sets it up."""
import json
import pathlib
import shutil
import urllib.parse

from programs import ROOT, Process, free_port, get, program

PROMETHEUS = ROOT / "deploy" / "prometheus"


class Prometheus(Process):
    """Debian's Prometheus with the rules and consoles of deploy/, asking quickly."""

    def __init__(self, folder, targets):
        folder = pathlib.Path(folder)
        shutil.copytree(PROMETHEUS, folder / "prometheus")
        config = folder / "prometheus" / "prometheus.yml"
        text = config.read_text()
        assert text.count("15s") == 2 and "targets/*.yml" in text
        config.write_text(text.replace("15s", "500ms"))
        (folder / "prometheus" / "targets" / "lotd.yml").write_text(
            json.dumps([{"targets": targets}]))
        self.url = f"http://127.0.0.1:{free_port()}"
        super().__init__(folder / "prometheus.log", program("prometheus"),
                         f"--config.file={config}", f"--storage.tsdb.path={folder / 'tsdb'}",
                         f"--web.listen-address={self.url.removeprefix('http://')}",
                         f"--web.external-url={self.url}",
                         f"--web.console.templates={folder / 'prometheus' / 'consoles'}")
        self.said("Server is ready to receive web requests")

    def query(self, expression):
        """The result vector; a refused expression ends the test."""
        parameters = urllib.parse.urlencode({"query": expression})
        return self.ask(f"query?{parameters}")["result"]

    def alert(self, name):
        """The alert, pending at least; None while it is calm."""
        alerts = self.ask("alerts")["alerts"]
        return next((one for one in alerts if one["labels"]["alertname"] == name), None)

    def ask(self, path):
        return json.loads(get(f"{self.url}/api/v1/{path}"))["data"]
