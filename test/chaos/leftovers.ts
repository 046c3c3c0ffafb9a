/**
 * What a run must not leave behind: handles that keep a process alive, and open files.
 */

import { readdir, readlink } from 'node:fs/promises';
import { until } from './pause.js';

/** How long handles may take to close when everything has ended, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** What comes and goes with the waiting itself, and with the output. */
const PASSING = ['Immediate', 'TickObject', 'PipeWrap', 'TTYWrap'];

/** Resources that keep the process alive, by type. */
export type Resources = ReadonlyMap<string, number>;

/** What keeps the process alive now. */
export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** @returns What is there and was not there `before`, in words, after a while to close. */
export async function leftovers(before: Resources, directory: string): Promise<string[]> {
  const more = () =>
    [...resources()].filter(([type, count]) => {
      return !PASSING.includes(type) && count > (before.get(type) ?? 0);
    });
  await until(() => more().length === 0, CLOSE_TIMEOUT_MS);
  const handles = more().map(([type, count]) => `${count - (before.get(type) ?? 0)} ${type}`);
  return [...handles, ...(await openFiles(directory))];
}

/** The files of a directory that this process has open, where the system can tell. */
async function openFiles(directory: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(directory)).map((target) => `open file ${target}`);
}
