"""What the tests of metrics, rules and pictures share: a real lotd, a real Prometheus, patience."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LOTS_BUILD", ROOT / ".build")).resolve()
PROMETHEUS = ROOT / "deploy" / "prometheus"
SECONDS_MAX = 60


def program(name):
    """The path of a program; the test fails where it is not installed."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"no {name}: deploy/install-packages --tests installs it")
    return found


def wait_until(condition, what, seconds=SECONDS_MAX):
    """The first true value of condition(); ends the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def run(*command, **options):
    """Runs a command that must succeed; its output."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


class Process:
    """A program in the background, whose output goes to a file; killed at the end of the with."""

    def __init__(self, log, *command, **options):
        self.log = pathlib.Path(log)
        with self.log.open("ab") as output:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                          stderr=subprocess.STDOUT, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.child.kill()
        return self.child.wait()

    def output(self):
        return self.log.read_text(errors="replace")

    def said(self, pattern):
        """What its output says, once it does."""
        def look():
            if self.child.poll() is not None:
                raise AssertionError(f"it ended with {self.child.returncode}:\n{self.output()}")
            return re.search(pattern, self.output())
        return wait_until(look, f"{pattern} in {self.output()[-2000:]}")


class Lotd(Process):
    """The lotd that was built, with a PostgreSQL of its own unless LOTS_DATABASE is in `env`."""

    def __init__(self, folder, name="lotd", arguments=(), env=None):
        self.folder = pathlib.Path(folder)
        self.address = f"unix:{self.folder}/{name}.sock"
        super().__init__(self.folder / f"{name}.log", BUILD / "bin" / "lotd",
                         "--data", self.folder / f"{name}-data", "--listen", self.address,
                         "--metrics-listen", "127.0.0.1:0", *arguments,
                         env={**os.environ, **(env or {})})
        self.metrics = self.said(r"metrics on (http://([^/]+)/metrics)")

    @property
    def metrics_url(self):
        return self.metrics.group(1)

    @property
    def metrics_target(self):
        return self.metrics.group(2)

    def client_environment(self):
        path = f"{BUILD / 'bin'}:{os.environ['PATH']}"
        return {**os.environ, "LOTS_ADDRESS": self.address, "PATH": path}

    def sample(self):
        """A small factory's data; repeated, every write is a replay."""
        return run(ROOT / "deploy" / "sample", env=self.client_environment())


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
                         f"--web.console.templates={folder / 'prometheus' / 'consoles'}")
        self.said("Server is ready to receive web requests")

    def query(self, expression):
        """The result vector; a refused expression ends the test."""
        parameters = urllib.parse.urlencode({"query": expression})
        answer = json.loads(get(f"{self.url}/api/v1/query?{parameters}"))
        return answer["data"]["result"]


def scratch():
    """A folder that PostgreSQL's user may pass through; gone at the end of the with."""
    folder = tempfile.TemporaryDirectory(prefix="lots-observe.", dir="/tmp",
                                         ignore_cleanup_errors=True)
    os.chmod(folder.name, 0o755)
    return folder
