/** Runs test/bin/storage-faults.test.ts with more rounds of random faults. */

process.env['ROUNDS'] ??= '10';
await import('../bin/storage-faults.test.js');

export {};
