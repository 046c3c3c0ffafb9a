/** Runs test/supervision/random-trees.test.ts with many more trees, so that rare shapes of trees occur. */

process.env['TREES'] ??= '20000';
await import('../supervision/random-trees.test.js');

export {};
