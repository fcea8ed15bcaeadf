"""Program rules, as an import runs them: what is loaded, what a rule sees, what runs, and what comes of it."""
