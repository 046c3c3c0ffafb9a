/**
 * Random trees, random mishaps at random places, and after each step all that must always hold.
 *
 * `TREES=10000 npx ava test/actors/supervision/random-trees.test.ts` tries more of them. What really happened is
 * kept by an {@link Account}, which hears of actors from XState, of work from the workers, and holds the
 * supervisors' own words against it.
 */
export {};
