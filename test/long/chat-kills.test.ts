/** Runs test/bin/chat-kills.test.ts with more kills. */

process.env['ROUNDS'] ??= '60';
await import('../bin/chat-kills.test.js');

export {};
