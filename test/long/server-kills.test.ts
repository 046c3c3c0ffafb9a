/** Runs test/bin/server-kills.test.ts with more kills. */

process.env['ROUNDS'] ??= '10';
await import('../bin/server-kills.test.js');

export {};
