"""Which work of the planners needs a solver? What-ifs, reasons and years solved anew, each in a process of its own."""
