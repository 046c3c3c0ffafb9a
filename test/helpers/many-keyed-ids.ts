/** Fills the stores of test servers with ids that have keys. A test must import this file first. */

process.env['KEYED_IDS'] = '3000';

export {};
