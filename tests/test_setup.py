"""Which Python sets up ``.venv``, and what is said where none can."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAKE = shutil.which("make")
# The interpreter of these tests, as if it were another.
OTHER = """#!/bin/sh
exec {python} - "$2" <<'END'
import sys, sysconfig
sys.version_info, free = ({version}, 0), {free}
known = sysconfig.get_config_var
sysconfig.get_config_var = lambda name: free if name == "Py_GIL_DISABLED" else known(name)
exec(sys.argv[1])
END
"""


def interpreter(path, version, *, free=0):
    """Write something that answers as an interpreter of a version would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    words = OTHER.format(python=sys.executable, version=version.replace(".", ", "), free=free)
    path.write_text(words, "utf-8")
    path.chmod(0o755)
    return path


def chosen(folder, *arguments):
    """Return what make takes where only a folder is searched, and what it says."""
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}
    command = [MAKE, "-s", "-C", str(ROOT), "python", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip(), done.stderr.splitlines()[:1]


@pytest.fixture
def here(tmp_path):
    (tmp_path / "bin").mkdir()
    return tmp_path


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
def test_each_version_is_taken_by_its_name_or_as_python3(here, version):
    interpreter(here / "bin" / f"python{version}", version)
    assert chosen(here) == (0, f"python{version}", [])
    (here / "bin" / f"python{version}").rename(here / "bin" / "python3")
    assert chosen(here) == (0, "python3", [])


@pytest.mark.parametrize(
    "place",
    [
        ".pyenv/versions/3.13.0/bin/python",
        ".local/share/uv/python/cpython-3.13.2-linux-x86_64-gnu/bin/python3.13",
        ".asdf/installs/python/3.13.1/bin/python",
        ".local/share/mise/installs/python/3.13.1/bin/python",
    ],
)
def test_one_that_a_manager_keeps_is_found(here, place):
    path = interpreter(here / place, "3.13")
    assert chosen(here) == (0, str(path), [])


def test_one_that_does_not_fit_is_passed_over(here):
    interpreter(here / "bin" / "python3.12", "3.11")
    interpreter(here / "bin" / "python3.13", "3.13", free=1)
    interpreter(here / "bin" / "python3.14", "3.14")
    assert chosen(here) == (0, "python3.14", [])


def test_where_there_is_none_it_is_said_what_to_install(here):
    interpreter(here / "bin" / "python3", "3.15")
    status, found, (said,) = chosen(here)
    assert (status, found) == (2, "")
    assert said.startswith("One of Python 3.12 3.13 3.14 is needed")
    for words in ("apt-get install python3 python3-venv", "brew install", "uv python install"):
        assert words in said


def test_the_one_that_was_said_is_taken_or_refused(here):
    interpreter(here / "bin" / "python3.12", "3.12")
    own = interpreter(here / "own", "3.13")
    assert chosen(here, f"PYTHON={own}") == (0, str(own), [])
    interpreter(own, "3.11")
    status, found, (said,) = chosen(here, f"PYTHON={own}")
    assert (status, found) == (2, "")
    assert said.startswith(f"PYTHON={own} does not fit. One of Python 3.12 ")


def test_the_metadata_name_the_same_versions():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [line.split()[-1] for line in project["classifiers"] if ":: Python ::" in line]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"PYTHONS := {' '.join(named)}\n" in makefile
    last = int(named[-1].split(".")[1])
    assert project["requires-python"] == f">={named[0]},<3.{last + 1}"
