/** The tests of test/bin/, with more kills. */

process.env['ROUNDS'] ??= '10';
await import('../bin/server-kills.test.js');

export {};
