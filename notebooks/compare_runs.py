# %% [markdown]
# # Compare two runs
#
# A run is a revision (commit, branch or tag, as recorded by git and DVC), or a folder with results
# (`data`, `data/smoke`). Set `RUN_A` and `RUN_B`; the default compares the last commit with the working folder.

# %%
import io
import json
import os
from pathlib import Path

import dvc.api
import matplotlib.pyplot as plt
import pandas as pd

TASK = os.environ.get("TASK", "mortgage")
RUN_A = os.environ.get("RUN_A", "HEAD")
RUN_B = os.environ.get("RUN_B", "data")

project = Path.cwd() if (Path.cwd() / "conf").is_dir() else Path.cwd().parent


def read(run: str, name: str) -> str:
    """Return a result of a run as text."""
    if (project / run).is_dir():
        return (project / run / "08_reporting" / TASK / name).read_text()
    return dvc.api.read(f"data/08_reporting/{TASK}/{name}", repo=str(project), rev=run)


# %% [markdown]
# ## Numbers


# %%
def numbers(run: str) -> pd.Series:
    """Return the metrics of a run as one row of numbers."""
    return pd.json_normalize(json.loads(read(run, "metrics.json"))).iloc[0].rename(run)


compared = pd.concat([numbers(RUN_A).rename("A"), numbers(RUN_B).rename("B")], axis=1)
compared.assign(difference=compared["B"] - compared["A"])

# %% [markdown]
# ## Leaderboards: why did the winner change?


# %%
def leaderboard(run: str) -> pd.DataFrame:
    """Return the leaderboard of a run."""
    return pd.read_csv(io.StringIO(read(run, "leaderboard.csv"))).set_index("model")


columns = ["search_score", "holdout_score", "weight"]
leaderboard(RUN_A)[columns].add_suffix(" A").join(leaderboard(RUN_B)[columns].add_suffix(" B"), how="outer")

# %% [markdown]
# ## Searches

# %%
figure, axis = plt.subplots(figsize=(7, 3))
for name, run, style in (("A", RUN_A, "-"), ("B", RUN_B, "--")):
    for search, trials in pd.read_csv(io.StringIO(read(run, "trajectory.csv"))).groupby("search"):
        axis.step(trials["trial"], trials["best"], style, where="post", label=f"{name}: {search}")
axis.set(xlabel="trial", ylabel="best score so far")
axis.legend()
