/**
 * What it costs, measured: `npm run bench`, or `npm run bench -- --json`. docs/performance.md says how to read it.
 */
export {};
