"""Helpers of the tests in Python: programs in the background, temporary folders, waiting."""
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LOTS_BUILD", ROOT / ".build")).resolve()
SECONDS_MAX = 60


def program(name):
    """The path of a program; ends the test where the program is missing."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"{name} is missing: deploy/install-packages --tests installs it")
    return found


def wait_until(condition, what, seconds=SECONDS_MAX):
    """Calls condition() until it returns a true value, and returns that value. Ends the test after
    the timeout."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def run(*command, **options):
    """Runs a command, which must succeed, and returns its output."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def get(url):
    with urllib.request.urlopen(url, timeout=SECONDS_MAX) as answer:
        return answer.read().decode()


def free_port():
    """A port on which no program listens, and that no connection gets by chance: for servers that
    listen on a given port, or listen on it again."""
    given_by_chance = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    while True:
        port = random.randrange(10_000, max(20_000, int(given_by_chance[0])))
        with socket.socket() as asked:
            try:
                asked.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


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
        """Waits until the output matches, and returns the match."""
        def look():
            if self.child.poll() is not None:
                raise AssertionError(f"it ended with {self.child.returncode}:\n{self.output()}")
            return re.search(pattern, self.output())
        try:
            return wait_until(look, f"it to say {pattern}")
        except AssertionError:
            self.stop()
            raise


class Lotd(Process):
    """The lotd that was built, with a PostgreSQL of its own unless LOTS_DATABASE is in `env`."""

    def __init__(self, folder, name="lotd", arguments=(), env=None, address=""):
        self.folder = pathlib.Path(folder)
        self.address = address or f"unix:{self.folder}/{name}.sock"
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
        """Loads the data of a small factory. A repetition changes nothing."""
        return run(ROOT / "deploy" / "sample", env=self.client_environment())


def scratch():
    """A temporary folder to which the user of PostgreSQL has access. It is removed at the end of
    the with."""
    folder = tempfile.TemporaryDirectory(prefix="lots-observe.", dir="/tmp",
                                         ignore_cleanup_errors=True)
    os.chmod(folder.name, 0o755)
    return folder


def postgres_program(name):
    """The path of a program of the newest PostgreSQL that is installed; PATH does not have it."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
                   key=lambda path: int(path.parts[-3]))
    if not found:
        sys.exit(f"{name} is missing: deploy/install-packages installs it")
    return str(found[-1])


def as_postgres(*command):
    """The command line that runs a command as a user other than root, which PostgreSQL needs."""
    return ("runuser", "-u", "postgres", "--", *command) if os.geteuid() == 0 else command


class Postgres:
    """A PostgreSQL on a socket in its folder, with the roles of deploy/roles.sql. It stops at the
    end of the with."""

    def __init__(self, folder, settings=()):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.folder.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        run(*as_postgres(postgres_program("initdb"), "-D", self.data, "-U", "postgres",
                         "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            cwd=self.folder)
        self.configure("listen_addresses = ''", f"unix_socket_directories = '{self.folder}'",
                       *settings)

    def configure(self, *lines):
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\n".join(lines) + "\n")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop("immediate")

    def start(self):
        self.control("-l", self.folder / "log", "-t", "60", "start")
        return self

    def stop(self, how="fast"):
        if (self.data / "postmaster.pid").exists():
            self.control("-m", how, "stop")

    def control(self, *arguments):
        # The output is not captured, because the server would keep the pipe open.
        subprocess.run(as_postgres(postgres_program("pg_ctl"), "-D", self.data, "-w", *arguments),
                       cwd=self.folder, check=True, timeout=120, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)

    def conninfo(self, user, database="lots"):
        return f"host={self.folder} user={user} dbname={database}"

    def sql(self, text, user="postgres", database="lots"):
        """The rows of the answer; | separates columns."""
        return run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo(user, database),
                   "-c", text).strip()

    def make_lots(self):
        """Makes the database, the roles and the schema, as an operator does."""
        self.sql("CREATE DATABASE lots", database="postgres")
        run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", self.conninfo("postgres"),
            "-f", ROOT / "deploy" / "roles.sql")
        run(BUILD / "bin" / "lotd", "migrate", "--database", self.conninfo("lots_owner"))
