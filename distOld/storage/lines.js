/**
 * Reading a text file line by line, as bytes. Node's `readline` is slow, and takes a lone CR for a line's end.
 */
const LF = 0x0a;
const CR = 0x0d;
/** How much is read at a time, in bytes: parsing so much takes a few milliseconds. */
const READ_BYTES = 256 * 1024;
/**
 * Hands out every line.
 *
 * @returns How many bytes were read.
 */
export async function readLines(file, { maxLineBytes, until = Number.POSITIVE_INFINITY, mayLackLastEnd = false, pause }, take) {
    const buffer = Buffer.allocUnsafe(maxLineBytes + 1 + READ_BYTES);
    let position = 0;
    let held = 0;
    let byte = 0;
    while (position < until) {
        const wanted = Math.min(READ_BYTES, until - position);
        const bytesRead = await file.read(buffer.subarray(held, held + wanted), position);
        if (bytesRead === 0)
            break;
        position += bytesRead;
        const data = buffer.subarray(0, held + bytesRead);
        let start = 0;
        for (let end = data.indexOf(LF, held); end !== -1; end = data.indexOf(LF, start)) {
            take(data, start, Math.min(end, start + maxLineBytes + 1), byte);
            start = end + 1;
            byte = position - (data.length - start);
        }
        // Of a line that is too long already, its beginning is enough.
        held = Math.min(data.length - start, maxLineBytes + 1);
        buffer.copyWithin(0, start, start + held);
        await pause?.();
    }
    if (mayLackLastEnd && held > 0) {
        take(buffer, 0, held, byte);
        await pause?.();
    }
    return position;
}
/** Where a line ends without the CR that an editor may have put there. */
export function withoutCr(data, end) {
    return data[end - 1] === CR ? end - 1 : end;
}
