/** The same tests as in bin/, with more rounds of what happens by chance. */

process.env['ROUNDS'] ??= '10';
await import('../bin/storage-faults.test.js');

export {};
