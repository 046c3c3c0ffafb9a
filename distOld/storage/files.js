/**
 * What the text store asks of a file system. The store takes one as a parameter, so that tests can fail any operation,
 * and cut the power at any moment.
 */
/** The database is its owner's alone. */
export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;
/** A directory is in use by another process. */
export class LockedError extends Error {
    holder;
    name = 'LockedError';
    /** @param holder Who has it, as it says of itself. */
    constructor(holder) {
        super(`locked by ${holder}`);
        this.holder = holder;
    }
}
/** A directory cannot be locked at all; the message says why. */
export class LockingError extends Error {
    name = 'LockingError';
}
/** Writes all bytes. */
export async function writeAll(file, bytes, position) {
    for (let written = 0; written < bytes.length;) {
        written += await file.write(bytes.subarray(written), position + written);
    }
}
/** How much is copied at a time, in bytes. */
const COPY_BYTES = 1024 * 1024;
/** Copies what is from one place up to another, `Infinity` for the end, to the beginning of a file. */
export async function copyRange(from, start, end, to) {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let at = start; at < end;) {
        const bytesRead = await from.read(buffer.subarray(0, end - at), at);
        if (bytesRead === 0 && end === Number.POSITIVE_INFINITY)
            return;
        if (bytesRead === 0)
            throw new Error(`a file ended at byte ${at}, before byte ${end}`);
        await writeAll(to, buffer.subarray(0, bytesRead), at - start);
        at += bytesRead;
    }
}
/** Makes a file of these bytes, durable but for its name. */
export function createFile(files, path, bytes) {
    return fillFile(files, path, (file) => writeAll(file, bytes, 0));
}
/** Makes a file and has it filled, durable but for its name. */
export async function fillFile(files, path, fill) {
    const file = await files.create(path);
    try {
        await fill(file);
        await file.datasync();
        return file;
    }
    catch (error) {
        await file.close().catch(() => { }); // the first error is the one to tell of
        throw error;
    }
}
/** Opens a file, hands it on, and closes it whatever happens. */
export async function withFile(opened, use) {
    const file = await opened;
    try {
        return await use(file);
    }
    finally {
        await file.close().catch(() => { }); // nothing is lost with it: what matters was synced before
    }
}
