"""A local AWS that runs the pipeline: the emulator, a stack applied to it, and the demonstration."""
