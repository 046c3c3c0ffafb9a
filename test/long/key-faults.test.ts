/** Runs test/bin/key-faults.test.ts with more rounds. */

process.env['ROUNDS'] ??= '60';
await import('../bin/key-faults.test.js');

export {};
