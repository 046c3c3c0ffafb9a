/** The tests of test/bin/, with a kill at every step. */

process.env['ROUNDS'] ??= '1';
await import('../bin/client-kills.test.js');

export {};
