"""Help: what can be typed, on one screen."""

import textwrap

from sim.inputs.reading import names_in
from sim.policy.choosing import mix_names

HELP = """\
python -m sim [-m] [key=value ...]     How likely is a plan to meet its targets?

  plan=NAME|FILE       {plans}
  policy=NAME|FILE     {mixes}
  policy=MIX~ID  +ID  +ID.FIELD=V  +scale=F  +budget=F  +cost=MIX  +from=PLAN
  targets.ID.value=V   targets.ID.variant=NAME   start.FIGURE=V
  parameters.PROCESS.NAME=V  or .range=[A,B]  kinds.KIND.NAME=V  parameters=FILE
  replicates=100       seed=1   population.scale=1   workers=auto (all cores)
  uncertainty=both     or noise (parameters at defaults), or parameters
  precision=0.05       adds replicates until every 95 % interval is that narrow
  cluster=tcp://HOST:PORT   of Dask      plugins=[NAME|FILE]  rules of your own
  quarters=N  after=N  end before the plan does, or go on after it
  baseline=NAME        also run this mix and compare with it (sweeps: none)
  output=DIR           else outputs/<experiment or plan>/<hash>/
  experiment=NAME|FILE {experiments}
  micro=true           also firms, contracts ... of micro.replicates=3 futures
  -m                   a sweep: any KEY=A,B  range(A,B)  design=grid|zip|lhs
  --cfg job            print the composed configuration and stop

The same command goes on where it stopped; with more replicates= it grows.
Exit status: 0 all right, 1 a replicate failed, 2 wrong input, 130/143 stopped.
"""
_INDENT = "\n" + 23 * " "


def help_text() -> str:
    """Return the help, with the plans, mixes and experiments that there are."""
    listed = {
        "plans": names_in("plan"),
        "mixes": mix_names(),
        "experiments": names_in("experiment"),
    }
    return HELP.format_map(
        {what: _INDENT.join(textwrap.wrap(", ".join(names), 57)) for what, names in listed.items()}
    )
