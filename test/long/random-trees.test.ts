/** The same test as in supervision/, with so many trees that rare ones occur. */

process.env['TREES'] ??= '20000';
await import('../supervision/random-trees.test.js');

export {};
