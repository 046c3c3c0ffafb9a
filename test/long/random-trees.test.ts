/** Runs test/supervision/random-trees.test.ts with so many trees that rare trees occur. */

process.env['TREES'] ??= '20000';
await import('../supervision/random-trees.test.js');

export {};
