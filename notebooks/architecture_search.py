# %% [markdown]
# # Inspect an architecture search
#
# Which networks were tried, what did they cost, and what do the best have in common?

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import SVG
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

TASK = os.environ.get("TASK", "digits")

project = Path.cwd() if (Path.cwd() / "conf").is_dir() else Path.cwd().parent
bootstrap_project(project)
with KedroSession.create(project, env=os.environ.get("KEDRO_ENV")) as session:
    catalog = session.load_context().catalog
task = catalog.load(f"params:{TASK}.task")

# %% [markdown]
# ## Trials

# %%
history = catalog.load(f"{TASK}.nas_trials")
trials = pd.json_normalize(history.to_document()["trials"]).set_index("number")
trials["score"] = trials["values"].str[0].astype(float).map(task.scorer().from_loss)
shown = [c for c in ("state", "score", "attrs.epochs", "attrs.parameters", "attrs.flops", "cause") if c in trials]
trials[shown].sort_values("score", ascending=False)

# %% [markdown]
# ## Score against size

# %%
figure, axis = plt.subplots(figsize=(6, 3.5))
axis.semilogx(trials["attrs.parameters"], trials["score"], "o")
for number, trial in trials.iterrows():
    axis.annotate(str(number), (trial["attrs.parameters"], trial["score"]), textcoords="offset points", xytext=(4, 4))
axis.set(xlabel="parameters", ylabel=task.metric_name)

# %% [markdown]
# ## What do the best networks have in common?
#
# Mean score of the trials with each choice; with few trials this is a hint, not a result.

# %%
choices = trials.filter(like="params.").astype(str)
means = pd.concat({name.removeprefix("params."): trials["score"].groupby(choices[name]).mean() for name in choices})
counts = pd.concat({name.removeprefix("params."): choices[name].value_counts() for name in choices})
pd.DataFrame({"mean score": means, "trials": counts}).rename_axis(["parameter", "choice"]).head(30)

# %% [markdown]
# ## The winner

# %%
architecture = catalog.load(f"{TASK}.architecture")
print(f"trial {architecture.trial} by {architecture.strategy}: {architecture.why}")
network = catalog.load(f"{TASK}.network")
print(network.summary())

# %%
SVG(network.drawing())

# %% [markdown]
# ## Learning curves

# %%
epochs = pd.DataFrame(history.records[architecture.trial].attrs["history"])
epochs.plot(figsize=(6, 3), xlabel="epoch")
