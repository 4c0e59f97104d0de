"""Demo life: plausible people and sales with a fixed seed, run through the real code."""
