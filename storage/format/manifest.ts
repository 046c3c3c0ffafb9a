/**
 * The manifest: lists the files of the database, in their order.
 *
 *     im-manifest 1
 *     snapshot snapshot-3.txt 5 101
 *     journal journal-2.txt 6 9 116
 *     journal journal-4.txt 10
 *     checksum d157c94b
 *
 * A snapshot's entry gives the last record in it, and its length in bytes. The entry of a closed journal
 * gives its first record, its last record, and its length. The active journal, to which the store appends,
 * comes last; its entry gives only its first record. The number in a file name only makes the name unique.
 * The last line has the checksum of all lines before it.
 *
 * The manifest is never modified, only replaced as a whole, by renaming: at any moment it lists a complete
 * database.
 */

import type { DataDirectory } from '../files/data-directory.js';
import { isDataFile, MANIFEST_FILE } from '../files/file-names.js';
import { type OpenFile, withFile } from '../files/files.js';
import { StoreError } from '../store.js';
import { checksumOf } from './checksum.js';

const HEADER = 'im-manifest 1';

/** How many bytes of a manifest are read at a time. */
const READ_BYTES = 64 * 1024;

export interface SnapshotEntry {
  readonly name: string;
  /** The last record whose change is in the snapshot. */
  readonly last: number;
  readonly bytes: number;
}

export interface SealedEntry {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

export interface ActiveEntry {
  readonly name: string;
  readonly first: number;
}

export interface Manifest {
  readonly snapshot?: SnapshotEntry | undefined;
  readonly sealed: readonly SealedEntry[];
  readonly active: ActiveEntry;
}

/** The names of all files in a manifest. */
export function namesIn({ snapshot, sealed, active }: Manifest): string[] {
  return [...(snapshot === undefined ? [] : [snapshot]), ...sealed, active].map(({ name }) => name);
}

/** The text of a manifest's file. */
export function encodeManifest({ snapshot, sealed, active }: Manifest): string {
  const lines = [HEADER];
  if (snapshot !== undefined) lines.push(`snapshot ${snapshot.name} ${snapshot.last} ${snapshot.bytes}`);
  for (const { name, first, last, bytes } of sealed) lines.push(`journal ${name} ${first} ${last} ${bytes}`);
  lines.push(`journal ${active.name} ${active.first}`);
  const body = `${lines.join('\n')}\n`;
  return `${body}checksum ${checksumOf(body)}\n`;
}

const ENTRY = /^(snapshot|journal) (\S+)((?: (?:0|[1-9][0-9]{0,15})){1,3})$/;

/**
 * Parses the text of a manifest.
 *
 * @returns `undefined` for a text that {@link encodeManifest} would not write.
 */
export function parseManifest(text: string): Manifest | undefined {
  let snapshot: SnapshotEntry | undefined;
  let active: ActiveEntry | undefined;
  const sealed: SealedEntry[] = [];
  for (const line of text.split('\n').slice(1, -2)) {
    const [, kind, name = '', numbers = ''] = ENTRY.exec(line) ?? [];
    if (!isDataFile(name)) return undefined;
    const [first = 0, second = 0, third = 0] = numbers.trim().split(' ').map(Number);
    if (kind === 'snapshot') snapshot = { name, last: first, bytes: second };
    else if (third > 0) sealed.push({ name, first, last: second, bytes: third });
    else active = { name, first };
  }
  if (active === undefined) return undefined;
  const manifest = { snapshot, sealed, active };
  // A manifest has exactly one encoding. Any other text, such as one with another order of lines, is damaged.
  return encodeManifest(manifest) === text && isGapless(manifest) ? manifest : undefined;
}

function isGapless({ snapshot, sealed, active }: Manifest): boolean {
  let next = (snapshot?.last ?? 0) + 1;
  for (const { first, last } of sealed) {
    if (first !== next || last < first) return false;
    next = last + 1;
  }
  return active.first === next;
}

/**
 * Reads the manifest of a directory.
 *
 * @returns `undefined` when the directory has no manifest.
 * @throws StoreError `store.corrupt` when the manifest is damaged, `store.unusable` when a newer version
 * wrote it.
 */
export async function readManifest(directory: DataDirectory): Promise<Manifest | undefined> {
  const file = await directory.find(MANIFEST_FILE);
  if (file === undefined) return undefined;
  const path = directory.pathOf(MANIFEST_FILE);
  const text = await withFile(file, readText);
  const [header = ''] = text.split('\n', 1);
  if (header !== HEADER && /^im-manifest [1-9][0-9]*$/.test(header) && hasChecksum(text)) {
    throw newerFormat(path, header);
  }
  const manifest = parseManifest(text);
  if (manifest === undefined) throw damagedFile(path, 'is damaged');
  return manifest;
}

/** True when the last line is the checksum of all lines before it, as in every version of the format. */
function hasChecksum(text: string): boolean {
  const [, body = '', checksum] = /^(.*\n)checksum ([0-9a-f]{8})\n$/s.exec(text) ?? [];
  return checksum === checksumOf(body);
}

async function readText(file: OpenFile): Promise<string> {
  const buffer = Buffer.alloc(READ_BYTES);
  let text = '';
  for (let more = -1; more !== 0; text += buffer.toString('latin1', 0, more)) {
    more = await file.read(buffer, text.length);
  }
  return text;
}

/**
 * The error of a damaged file.
 *
 * @param predicate The rest of a sentence that begins with the path, such as `is missing`.
 */
export function damagedFile(path: string, predicate: string): StoreError {
  const message = `${path} ${predicate}: restore it from a backup, or save what can be saved with --repair`;
  return new StoreError('store.corrupt', message);
}

/**
 * Returns the format in the first line of a snapshot, journal or identity that a newer version wrote. Such a
 * line must end with its checksum. Without this rule, a damaged digit of the version would look like a newer
 * version.
 *
 * @returns `undefined` for any other line.
 */
export function newerFormatIn(
  header: string,
  kind: 'im-snapshot' | 'im-journal' | 'im-identity',
): string | undefined {
  const [, format = '', name, checksum] = /^((\S+) [1-9][0-9]*) ([0-9a-f]{8})$/.exec(header) ?? [];
  return name === kind && checksum === checksumOf(format) ? format : undefined;
}

/** The error of a file written by a newer version. */
export function newerFormat(path: string, header: string): StoreError {
  return new StoreError(
    'store.unusable',
    `${path} was written by a newer im-server (its format is '${header}'): start that version`,
  );
}

/**
 * Replaces the manifest. The contents of the files that it lists must be durable; their names need not be.
 *
 * @throws FileError `file.uncertain` when it is unknown whether the manifest was replaced: the caller must
 * keep the files of both the old and the new manifest. After any other error, the manifest was not replaced.
 */
export function swapManifest(directory: DataDirectory, manifest: Manifest): Promise<void> {
  return directory.replace(MANIFEST_FILE, Buffer.from(encodeManifest(manifest), 'latin1'));
}
