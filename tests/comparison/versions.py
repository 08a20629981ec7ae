"""A small project with results, in git, in which versions are made by changing a few values."""

import hashlib
import json
import subprocess

import yaml

PARAMETERS = "conf/base/parameters/wine.yml"
REPORTS = "data/08_reporting/wine"
LEADERS = "model,kind,search_score,holdout_score,weight\nmodel,ensemble,{score},{score},1.0\n"
TRIALS = "search,trial,state,label,score,best\n"


class Project:
    """A repository whose results are in git (metrics) and in DVC's cache (everything else)."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q")
        (folder / ".dvc").mkdir()
        (folder / ".dvc/config").write_text("")
        (folder / ".gitignore").write_text("/.dvc/cache\n/data/08_reporting/wine/*.csv\n")
        (folder / "data/01_raw").mkdir(parents=True)
        (folder / "src").mkdir()
        (folder / REPORTS).mkdir(parents=True)
        (folder / PARAMETERS).parent.mkdir(parents=True)

    def git(self, *arguments):
        who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, path, text):
        """Write a file of the working tree."""
        (self.folder / path).write_text(text)

    def metrics(self, score, **more):
        """The document of metrics of a version that scores so."""
        interval = {"low": score - 0.05, "high": score + 0.05}
        holdout = {"roc_auc": score, "log_loss": 1 - score}
        return json.dumps({"holdout": holdout, "interval": interval, "rows": {"holdout": 9}, **more})

    def keep(self, path, text):
        """Write a file, put it into the cache, and return its line of dvc.lock."""
        self.write(path, text)
        md5 = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        place = self.folder / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        return {"path": path, "md5": md5, "size": len(text)}

    def version(
        self, tag, *, score=0.8, members="", trials="", raw="a\n1\n", params=None, groups=None, code="1", networks=""
    ):
        """Commit a version under a tag."""
        sections = {
            "wine.task": {"problem": "binary", "target": "good"},
            "wine.model_search": {"max_trials": 2, **(params or {})},
        }
        written = {"wine": {key.partition(".")[2]: value for key, value in sections.items()}}
        (self.folder / PARAMETERS).write_text(yaml.safe_dump(written))
        made = [
            self.keep(f"{REPORTS}/metrics.json", self.metrics(score, **({"groups": groups} if groups else {}))),
            self.keep(f"{REPORTS}/leaderboard.csv", LEADERS.format(score=score) + members),
            self.keep(f"{REPORTS}/trajectory.csv", TRIALS + trials),
            self.keep(f"{REPORTS}/pareto.csv", "trial,parameters,score,on_front\n" + networks),
        ]
        read = [self.keep("data/01_raw/wine.csv", raw), self.keep("src/models.py", code)]
        stage = {"cmd": "x", "deps": read, "params": {PARAMETERS: sections}, "outs": made}
        (self.folder / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": {"wine-evaluation": stage}}))
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", f"version {tag}")
        self.git("tag", tag)
        return self
