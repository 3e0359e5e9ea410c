"""What do processes share that are forked to carry a year? The imports, which take longer than the days between kills."""

from carried import set_up

set_up()

import ecluse.edge.world.read
import ecluse.office.carry.progress
import ecluse.office.carry.year  # noqa: F401
