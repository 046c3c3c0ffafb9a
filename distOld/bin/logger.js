/**
 * The server's log: pino on standard error, for people on a terminal, as JSON lines elsewhere.
 */
import { constants, fstatSync, openSync } from 'node:fs';
import { pino } from 'pino';
import sonicBoom from 'sonic-boom';
import { toDisplayText } from '../protocol/display-text.js';
/** Most bytes of log that wait for a slow reader; beyond it lines are lost, never the server's time. */
export const MAX_LOG_BUFFER_BYTES = 1024 * 1024;
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
/** Longest wait for a slow reader to take the rest when the process ends, in milliseconds. */
export const LOG_CLOSE_TIMEOUT_MS = 500;
/** Opens the log of this process. */
export async function createLog(level, format) {
    const stderr = openStderr();
    const destination = format === 'json' ? stderr : await prettyStream(stderr);
    const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: errorFields } }, destination);
    return {
        log,
        close: () => new Promise((resolve) => {
            stderr.once('close', resolve);
            setTimeout(resolve, LOG_CLOSE_TIMEOUT_MS);
            stderr.end();
        }),
    };
}
/**
 * Standard error, written to beside the server's work. Not pino's own destination: that one waits, when the
 * process ends, until all is written, which a full disk or a reader that stands still makes for ever.
 */
function openStderr() {
    const stream = new sonicBoom.SonicBoom({
        fd: stderrDescriptor(),
        sync: false,
        maxLength: MAX_LOG_BUFFER_BYTES,
    });
    // A full disk, a reader that is gone: lines are lost, never the server's time.
    stream.on('error', () => { });
    return stream;
}
/** Where a reader may stand still, a descriptor of its own that never makes a writing thread wait. */
function stderrDescriptor() {
    const status = fstatSync(2);
    if (!status.isFIFO() && !status.isCharacterDevice())
        return 2;
    try {
        return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
    }
    catch {
        return 2; // not Linux, or nobody reads
    }
}
/** Loaded only where it is wanted: it takes a third of the start-up time. */
async function prettyStream(destination) {
    const { default: pretty } = await import('pino-pretty');
    const format = pretty.prettyFactory({
        colorize: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
        translateTime: 'SYS:HH:MM:ss.l',
    });
    return { write: (line) => destination.write(format(JSON.parse(line)) ?? '') };
}
/** Errors may quote what came from outside: gated, line by line. */
function errorFields(error) {
    if (!(error instanceof Error))
        return { message: toDisplayText(String(error)) };
    const { code } = error;
    return {
        type: error.name,
        message: toDisplayText(error.message),
        ...(code !== undefined && { code }),
        stack: (error.stack ?? '').split('\n').map(toDisplayText).join('\n'),
        ...(error.cause !== undefined && { cause: errorFields(error.cause) }),
    };
}
