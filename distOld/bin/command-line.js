/**
 * What both command lines share: exit codes, and errors of one line that say what to do.
 */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { parsePort } from '../protocol/address.js';
import { toDisplayText } from '../protocol/display-text.js';
/** Exit codes of both programs. */
export const EXIT = { done: 0, failed: 1, usage: 2 };
/** A command whose mistakes end in one line on standard error and exit code 2. */
export function createCommand(name, description) {
    const command = new Command(name).description(description).version(packageVersion(), '-v, --version');
    command.helpOption('-h, --help', 'show this help').allowExcessArguments(false);
    command.configureOutput({
        outputError: (text, write) => {
            const [reason, ...more] = text
                .replace(/^error: /, '')
                .trim()
                .split('\n');
            write(`${name}: ${toDisplayText([reason, ...more].join(' '))} (see ${name} --help)\n`);
        },
    });
    return command.exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage));
}
/** Reads a port from the command line. */
export function portOption(value) {
    const port = parsePort(value);
    if (port === undefined)
        throw new InvalidArgumentError('a port is a number from 0 to 65535.');
    return port;
}
/** Reads a number of things, at least one. */
export function countOption(value) {
    if (!/^[1-9]\d{0,8}$/.test(value))
        throw new InvalidArgumentError('it is a number from 1 on.');
    return Number(value);
}
/** Reads a text from the command line; an empty one is most often a variable that is not set. */
export function textOption(value) {
    if (value.trim() === '')
        throw new InvalidArgumentError('it is empty.');
    return value;
}
/** Says why a program stops, in one line on standard error. */
export function complain(name, message) {
    process.stderr.write(`${name}: ${toDisplayText(message)}\n`);
}
function packageVersion() {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    return JSON.parse(manifest).version;
}
