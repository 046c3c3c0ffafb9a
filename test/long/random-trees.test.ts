/** The test of test/supervision/, with enough trees for rare ones to occur. */

process.env['TREES'] ??= '20000';
await import('../supervision/random-trees.test.js');

export {};
