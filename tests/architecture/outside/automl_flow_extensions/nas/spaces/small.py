from automl_flow_extensions.used import used

from automl_flow.nas.spaces.recurrent import RecurrentSpace
from automl_flow.nas.spaces.tabular import TabularSpace


class SmallTables(TabularSpace):
    name = "small_tables"

    def build(self, architecture, shape, *given, **named):
        used("search space")
        return super().build(architecture, shape, *given, **named)


class SmallSequences(RecurrentSpace):
    name = "small_sequences"

    def build(self, architecture, shape, *given, **named):
        used("search space")
        return super().build(architecture, shape, *given, **named)


ENTRIES = {space.name: space for space in (SmallTables, SmallSequences)}
