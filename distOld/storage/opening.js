/**
 * Opening a database: what is on disk becomes a table in memory and a journal to write to.
 */
import { join } from 'node:path';
import { copyRange, fillFile, withFile } from './files.js';
import { Journal } from './journal.js';
import { lastInJournal, lastInSnapshot } from './last-record.js';
import { damagedFile, MANIFEST_FILE, namesIn, swapManifest } from './manifest.js';
import { EARLIEST_JOURNAL, fileNumberOf, findManifest, journalName, recover, } from './recovery.js';
import { UserTable } from './user-table.js';
/**
 * Reads what there is, and begins to write: always in a new file. What was read back of the last journal is written
 * anew, and synced: it may have come from memory, and not be on disk, after a sync that failed.
 *
 * @throws StoreError `store.unusable` or `store.corrupt`, or what the file system throws.
 */
export async function openDatabase(files, directory) {
    const found = await findManifest(files, directory);
    const opened = found === undefined
        ? await createDatabase(files, directory)
        : await goOn(files, directory, await recoverLatest(files, directory, found));
    await closeIfFails(opened.journal, removeLeftovers(files, directory, opened.manifest));
    return opened;
}
async function recoverLatest(files, directory, manifest) {
    const recovered = await recover(files, directory, manifest);
    const [newer] = await newerThan(files, directory, manifest, recovered.scan.last);
    if (newer !== undefined)
        throw damagedFile(join(directory, MANIFEST_FILE), `is older than ${newer}`);
    return recovered;
}
async function createDatabase(files, directory) {
    const active = { name: journalName(1), first: 1 };
    const journal = await Journal.create(files, join(directory, active.name), active.first);
    const manifest = { sealed: [], active };
    await closeIfFails(journal, swapManifest(files, directory, manifest));
    return { manifest, table: new UserTable(), journal, tornTail: undefined };
}
async function goOn(files, directory, recovered) {
    const { table, scan } = recovered;
    const { active: old } = recovered.manifest;
    const active = { name: journalName(nextNumber(recovered.manifest)), first: old.first };
    const path = join(directory, old.name);
    return withFile(files.open(path), async (from) => {
        const { goodBytes, totalBytes } = scan;
        let tornTail;
        if (totalBytes > goodBytes) {
            tornTail = { bytes: totalBytes - goodBytes, keptIn: `${path}.${goodBytes}.broken` };
            const kept = await fillFile(files, tornTail.keptIn, (to) => copyRange(from, goodBytes, totalBytes, to));
            await kept.close();
        }
        const file = await fillFile(files, join(directory, active.name), (to) => copyRange(from, 0, goodBytes, to));
        const journal = Journal.of(file, scan.last, goodBytes);
        const manifest = { ...recovered.manifest, active };
        await closeIfFails(journal, swapManifest(files, directory, manifest));
        return { manifest, table, journal, tornTail };
    });
}
/** Awaits what must be done before a journal can be used. */
async function closeIfFails(journal, done) {
    try {
        await done;
    }
    catch (error) {
        await journal.close().catch(() => { }); // the first error is the one to tell of
        throw error;
    }
}
/**
 * Removes files of the database that are not listed: something was interrupted before they were, or after. What only
 * has such a name is left alone.
 */
export async function removeLeftovers(files, directory, manifest) {
    for (const name of await leftoversIn(files, directory, manifest))
        await files.remove(join(directory, name));
}
async function leftoversIn(files, directory, manifest) {
    const listed = new Set(namesIn(manifest));
    const leftovers = [];
    for (const name of await files.list(directory)) {
        // The earliest journal was taken over: were it left, it would be the database again without a manifest.
        const mayBe = !listed.has(name) && (name === EARLIEST_JOURNAL || fileNumberOf(name) !== undefined);
        if (mayBe && (await hasHeader(files, join(directory, name))))
            leftovers.push(name);
    }
    return leftovers;
}
function hasHeader(files, path) {
    return withFile(files.open(path), async (file) => {
        const buffer = Buffer.alloc(OUR_HEADERS[0].length);
        const length = await file.read(buffer, 0);
        return OUR_HEADERS.some((header) => buffer.toString('latin1', 0, length).startsWith(header));
    });
}
const OUR_HEADERS = ['im-snapshot ', 'im-journal '];
/**
 * Files that were begun after the manifest, and have more than what it lists: it is from another time than they.
 *
 * @param known The last record in what it lists; as good as can be told, by default.
 */
export async function newerThan(files, directory, manifest, known) {
    const { active } = manifest;
    const last = known ?? Math.max(active.first - 1, await lastInJournal(files, join(directory, active.name)));
    const newer = [];
    for (const name of await leftoversIn(files, directory, manifest)) {
        if ((fileNumberOf(name) ?? 0) < nextNumber(manifest))
            continue;
        const path = join(directory, name);
        const lastIn = name.startsWith('snapshot') ? lastInSnapshot : lastInJournal;
        if ((await lastIn(files, path)) > last)
            newer.push(name);
    }
    return newer;
}
/** A number that no file has which a manifest lists. */
export function nextNumber(manifest) {
    return 1 + Math.max(0, ...namesIn(manifest).map((name) => fileNumberOf(name) ?? 0));
}
