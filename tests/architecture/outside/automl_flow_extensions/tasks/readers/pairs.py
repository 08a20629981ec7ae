import pandas as pd
from automl_flow_extensions.used import used

from automl_flow.tasks.readers import Reader


def read(path):
    used("reader of tables")
    rows = [dict(pair.split("=") for pair in line.split()) for line in path.read_text().splitlines()]
    return pd.DataFrame(rows).apply(lambda column: column if column.name == "label" else pd.to_numeric(column))


ENTRY = Reader("Rows of name=value", (".pairs",), read)
