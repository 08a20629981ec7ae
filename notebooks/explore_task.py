# %% [markdown]
# # Explore a task's results
#
# Everything comes from the Kedro catalog, so this works for every table. `KEDRO_ENV=smoke` shows a smoke run.

# %%
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

TASK = os.environ.get("TASK", "mortgage")

project = Path.cwd() if (Path.cwd() / "conf").is_dir() else Path.cwd().parent
bootstrap_project(project)
with KedroSession.create(project, env=os.environ.get("KEDRO_ENV")) as session:
    catalog = session.load_context().catalog
task = catalog.load(f"params:{TASK}.task")
task

# %% [markdown]
# ## Scores on the holdout

# %%
metrics = catalog.load(f"{TASK}.metrics")
beside = {"model": metrics["holdout"][task.metric_name], **metrics["baselines"]}
pd.Series(beside, name=task.metric_name).to_frame()

# %%
leaderboard = catalog.load(f"{TASK}.leaderboard")
leaderboard.head(10)

# %% [markdown]
# ## Search history

# %%
trajectory = catalog.load(f"{TASK}.trajectory")
figure, axis = plt.subplots(figsize=(7, 3))
for search, trials in trajectory.groupby("search"):
    axis.plot(trials["trial"], trials["score"], "o", label=search)
    axis.step(trials["trial"], trials["best"], where="post")
axis.set(xlabel="trial", ylabel=task.metric_name)
axis.legend()

# %% [markdown]
# ## Findings in the data

# %%
findings = catalog.load(f"{TASK}.findings")
pd.DataFrame(findings["checks"], columns=["code", "level", "columns", "message"])

# %% [markdown]
# ## Permutation importance

# %%
importance = catalog.load(f"{TASK}.importance").head(12).iloc[::-1]
figure, axis = plt.subplots(figsize=(7, 3.5))
axis.barh(importance["feature"], importance["loss"], xerr=importance["deviation"])
axis.set_xlabel(f"loss of {task.metric_name} when the column is shuffled")

# %% [markdown]
# ## Holdout rows with the largest errors

# %%
table, split = catalog.load(f"{TASK}.table"), catalog.load(f"{TASK}.split")
model = catalog.load(f"{TASK}.model")
holdout = table.iloc[split.holdout]
if model.classes is None:
    error = (model.predict(holdout) - holdout[task.target]).abs()
else:
    probabilities = pd.DataFrame(model.predict_proba(holdout), columns=model.classes, index=holdout.index)
    error = 1 - pd.Series([probabilities.loc[i, label] for i, label in holdout[task.target].items()], holdout.index)
holdout.assign(error=error).nlargest(10, "error")
