"""What do processes share that are forked to carry a year? Imports: they take longer than the days between kills."""

from carried import set_up

set_up()

import ecluse.edge.world.read  # noqa: E402
import ecluse.office.carry.progress  # noqa: E402
import ecluse.office.carry.year  # noqa: E402, F401
