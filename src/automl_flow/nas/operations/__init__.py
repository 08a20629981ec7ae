"""Operations that stand at one place of a network: one per file, the file's stem is the name in YAML.

A file exports ``ENTRY``, an :class:`automl_flow.nas.place.Operation`. :data:`OPERATIONS` finds it by walking this
package.
"""

from automl_flow.core.registry import Registry
from automl_flow.nas.place import Operation

OPERATIONS: Registry[Operation] = Registry("automl_flow.nas.operations", "operation")
