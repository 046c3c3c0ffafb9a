/** Import this first: fills the stores of test servers with ids that have keys. */

process.env['KEYED_IDS'] = '3000';

export {};
