/**
 * Reading a data directory into memory.
 */
import { join } from 'node:path';
import { withFile } from './files.js';
import { scanJournal } from './journal-reader.js';
import { JOURNAL_HEADER, MAX_RECORD_BYTES } from './journal-record.js';
import { readLines } from './lines.js';
import { damagedFile, MANIFEST_FILE, readManifest } from './manifest.js';
import { damaged, readSnapshot } from './snapshot.js';
import { UserTable } from './user-table.js';
/** The one file of a database from before there were manifests. */
export const EARLIEST_JOURNAL = 'journal.txt';
/** What the names of the database's files are like. */
const DATA_FILE = /^(?:snapshot|journal)-([1-9][0-9]{0,14})\.txt$/;
export function journalName(number) {
    return `journal-${number}.txt`;
}
export function snapshotName(number) {
    return `snapshot-${number}.txt`;
}
/** The number in the name of a file of the database; `undefined` for any other name. */
export function fileNumberOf(name) {
    const [, number] = DATA_FILE.exec(name) ?? [];
    return number === undefined ? undefined : Number(number);
}
/**
 * Finds out what a directory has.
 *
 * @returns `undefined` for a directory that has no database yet.
 * @throws StoreError `store.corrupt` or `store.unusable`.
 */
export async function findManifest(files, directory) {
    const manifest = await readManifest(files, directory);
    if (manifest !== undefined)
        return manifest;
    const names = await files.list(directory);
    // A start that was interrupted leaves one journal: an empty one, or what it had copied of the earliest one.
    const earliest = names.includes(EARLIEST_JOURNAL)
        ? await lengthOf(files, join(directory, EARLIEST_JOURNAL))
        : 0;
    const most = Math.max(earliest, JOURNAL_HEADER.length + 1);
    for (const name of names.filter((name) => fileNumberOf(name) !== undefined)) {
        const isLost = name !== journalName(1) || (await lengthOf(files, join(directory, name))) > most;
        if (isLost)
            throw damagedFile(join(directory, MANIFEST_FILE), 'is missing');
    }
    return earliest === 0 ? undefined : { sealed: [], active: { name: EARLIEST_JOURNAL, first: 1 } };
}
function lengthOf(files, path) {
    return withFile(files.open(path), (file) => readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, () => { }));
}
/**
 * Reads everything that a manifest lists.
 *
 * @throws StoreError `store.corrupt`, which says where, or `store.unusable`.
 */
export async function recover(files, directory, manifest) {
    const table = new UserTable();
    const { snapshot, sealed, active } = manifest;
    if (snapshot !== undefined) {
        const path = join(directory, snapshot.name);
        const last = await withFile(open(files, path), (file) => readSnapshot(file, path, table, (line, byte, reason) => {
            throw damaged(path, line, byte, reason);
        }));
        if (last !== snapshot.last)
            throw damagedFile(path, `is not the one that ${MANIFEST_FILE} lists`);
    }
    const replay = ({ change }) => table.apply(change).effect !== undefined;
    for (const { name, first, bytes } of sealed) {
        const path = join(directory, name);
        await withFile(open(files, path), (file) => scanJournal({ file, path, first, sealedBytes: bytes }, replay));
    }
    const path = join(directory, active.name);
    const scan = await withFile(open(files, path), (file) => scanJournal({ file, path, first: active.first }, replay));
    return { manifest, table, scan };
}
async function open(files, path) {
    try {
        return await files.open(path);
    }
    catch (error) {
        if (error.code !== 'ENOENT')
            throw error;
        throw damagedFile(path, 'is missing');
    }
}
