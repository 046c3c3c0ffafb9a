/** Runs test/bin/client-kills.test.ts with a kill at every step. */

process.env['ROUNDS'] ??= '1';
await import('../bin/client-kills.test.js');

export {};
