"""The npm packages of tests: those that a package-lock.json names, in the build folder."""
import fcntl
import shutil

from programs import BUILD, program, run


def node_packages(source):
    """The node_modules of source/package-lock.json. They are installed once for each such file."""
    lock = (source / "package-lock.json").read_bytes()
    folder = BUILD / f"node-{source.name}"
    folder.mkdir(exist_ok=True)
    with (folder / "mutex").open("w") as mutex:
        # Several tests may run at the same time.
        fcntl.flock(mutex, fcntl.LOCK_EX)
        installed = folder / "installed.json"
        if not installed.exists() or installed.read_bytes() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder)
            run(program("npm"), "ci", "--prefix", folder, "--ignore-scripts", "--no-audit",
                "--no-fund", "--loglevel=error")
            installed.write_bytes(lock)
    return folder / "node_modules"
