"""A minimal Debian 12 in a folder, made and booted with the tools of Debian. Tests install packages
there as on an operator's machine, and do not change the machine on which they run. Needs root or
sudo."""
import os
import pathlib
import re
import subprocess
import tempfile

from programs import Process, program, run, wait_until

AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")
# After this time the machine stops, even if the test was killed.
MACHINE_SECONDS_MAX = 600
# The settings of apt that may be needed to reach a mirror from here.
APT_SETTINGS = re.compile(r'Acquire::(?:Check-\w|https?::Proxy)[\w:-]* ".*";')
# This policy starts no services while packages are installed; the boot starts them.
POLICY = "#!/bin/sh\nexit 101\n"
# systemd needs cgroup v2 and a control group for itself. Only the booted machine gets them.
BOOT = """
set -e
mount --make-rprivate /
[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || mount -t cgroup2 cgroup2 /sys/fs/cgroup
group=/sys/fs/cgroup/lots-test-$$
mkdir "$group"
echo $$ >"$group/cgroup.procs"
timeout --kill-after=10 "$2" systemd-nspawn --directory="$1" --boot --private-network \
  --register=no --keep-unit --console=pipe --resolv-conf=off --timezone=off --link-journal=no || :
echo $$ >/sys/fs/cgroup/cgroup.procs
find "$group" -depth -type d -exec rmdir {} +
"""


def mirrors():
    """The lines of a sources.list for Debian 12 as this machine gets it."""
    lines = run("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages", "Origin: Debian")
    return [line for line in lines.splitlines()
            if re.search(r" bookworm(-updates|-security)? main$", line)]


def succeeds(*command):
    return subprocess.run(command, capture_output=True, timeout=120).returncode == 0


def why_not():
    """The reason why no Debian can be made on this machine; None if it can."""
    if AS_ROOT and not succeeds(*AS_ROOT, "true"):
        return "only root may make a Debian of its own, and sudo wants a password"
    if not succeeds(*AS_ROOT, "unshare", "--mount", "true"):
        return "nobody may mount anything on this machine"
    sources = mirrors()
    if not sources:
        return "no mirror of Debian 12 is set up on this machine (apt-get update?)"
    uri, suite = sources[0].split()[1:3]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)  # apt writes the file as another user
        if not succeeds("/usr/lib/apt/apt-helper", "download-file", f"{uri}dists/{suite}/InRelease",
                        f"{folder}/InRelease"):
            return "the mirror of Debian 12 does not answer"
    return None


class Debian:
    def __init__(self, folder, packages):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "debian"
        settings = APT_SETTINGS.findall(run("apt-config", "dump"))
        self.as_root(program("mmdebstrap"), "--quiet", "--variant=minbase",
                     f"--include={','.join(packages)}", "--dpkgopt=force-unsafe-io",
                     *(f"--aptopt={setting}" for setting in settings),
                     "bookworm", self.root, *mirrors())
        self.machine = None

    def as_root(self, *command):
        return run(*AS_ROOT, *command, stdin=subprocess.DEVNULL)

    def change(self, *command):
        """Runs a command in the folder before the boot. The command can start no services."""
        policy = self.folder / "policy-rc.d"
        policy.write_text(POLICY)
        place = self.root / "usr" / "sbin" / policy.name
        self.as_root("install", "-m", "755", policy, place)
        try:
            return self.as_root("chroot", self.root, "env", "DEBIAN_FRONTEND=noninteractive",
                                *command)
        finally:
            self.as_root("rm", place)

    def copy(self, file, to):
        self.as_root("install", "-m", "644", file, f"{self.root}{to}")

    def __enter__(self):
        """Boots the machine. Its network has no connection to other machines."""
        self.machine = Process(self.folder / "machine.log", *AS_ROOT, "unshare", "--mount", "sh",
                               "-c", BOOT, "sh", self.root, str(MACHINE_SECONDS_MAX))
        self.leader = wait_until(self.find_leader, "a machine to boot")
        wait_until(lambda: self.ask("systemctl", "is-system-running") in ("running", "degraded"),
                   "systemd to run")
        return self

    def __exit__(self, *_):
        self.ask("systemctl", "poweroff")
        try:
            self.machine.child.wait(timeout=60)
        finally:
            self.machine.stop()

    def find_leader(self):
        """The process id of its systemd, which is the first child of systemd-nspawn."""
        if self.machine.child.poll() is not None:
            raise AssertionError(f"it did not boot:\n{self.machine.output()}")
        found = subprocess.run(["pgrep", "--full", f"^systemd-nspawn --directory={self.root} "],
                               capture_output=True, text=True).stdout.split()
        children = subprocess.run(["pgrep", "--parent", ",".join(found or ["0"])],
                                  capture_output=True, text=True).stdout.split()
        return children[0] if found and children else None

    def inside(self, *command):
        """The command line that runs a command in the booted machine."""
        return (*AS_ROOT, "nsenter", f"--target={self.leader}", "--all", "--root", "--wd", "env",
                "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive",
                *command)

    def run(self, *command):
        """Runs a command, which must succeed, in the booted machine. Returns its output."""
        return run(*self.inside(*command), stdin=subprocess.DEVNULL)

    def ask(self, *command):
        """Runs a command, which may fail, in the booted machine. Returns its output."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)
        return done.stdout.strip()

    def remove(self):
        self.as_root("rm", "-rf", "--one-file-system", self.root)
