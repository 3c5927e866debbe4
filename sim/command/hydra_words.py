"""What Hydra's own command lines take, and what is typed here instead."""

from sim.core.errors import ConfigError

_FILES = "a plan, mix, study or set of numbers of one's own is named by its file: plan=my_city.yaml"
_STUDY = "keys, sweeps and designs in a file of one's own are experiment=my_study.yaml"
_SHOWN = "--cfg job shows the composed configuration, all values resolved"
_HELP = "--help tells what can be typed"
_FLAGS = {
    ("--config-dir", "-cd"): _FILES,
    ("--config-path", "-cp"): _FILES,
    ("--config-name", "-cn"): _STUDY,
    ("--info", "-i"): "--version says which code it is; " + _SHOWN,
    ("--package", "-p"): _SHOWN,
    ("--resolve",): _SHOWN,
    ("--run", "-r"): "a job runs without a flag",
    ("--hydra-help",): _HELP,
    ("--shell-completion", "-sc"): _HELP,
    ("--experimental-rerun",): "the same command goes on where it stopped",
}
_KEYS = {
    "hydra/launcher": "workers=N runs on this machine, cluster=tcp://HOST:PORT on a Dask cluster",
    "hydra.launcher": "workers=N runs on this machine, cluster=tcp://HOST:PORT on a Dask cluster",
    "hydra/sweeper": "design=grid, zip or lhs says which combinations are run",
    "hydra.sweeper": "keys are swept where they are typed: -m seed=1,2",
    "hydra.sweep": "output=DIR says where the files go",
    "hydra.run": "output=DIR says where the files go",
    "hydra.verbose": "what is to be known is told",
}
_ANY_KEY = "the rest of Hydra's own configuration is not read"


def no_flag_of_hydra(flag: str) -> ConfigError | None:
    """Return the error for a flag of Hydra's, with what is typed instead; None for another."""
    word = flag.partition("=")[0]
    for names, instead in _FLAGS.items():
        if word in names:
            return ConfigError(f"{flag}: this flag of Hydra's is not taken: {instead}")
    return None


def no_key_of_hydra(argument: str) -> ConfigError | None:
    """Return the error for a key of Hydra's, with what is typed instead; None for another."""
    key = argument.lstrip("+~").partition("=")[0]
    if key.partition("/")[0].partition(".")[0] != "hydra":
        return None
    for name, instead in _KEYS.items():
        if key == name or key.startswith(f"{name}."):
            return ConfigError(f"{argument}: this key of Hydra's is not taken: {instead}")
    return ConfigError(f"{argument}: this key of Hydra's is not taken: {_ANY_KEY}")
