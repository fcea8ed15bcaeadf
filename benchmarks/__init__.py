"""What imports and exports cost beside PostgreSQL's own speed: `make bench`. Figures go to docs/performance.md."""
