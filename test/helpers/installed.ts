/**
 * The programs of the operating system that some tests need.
 */

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ExecutionContext } from 'ava';

/**
 * Whether a program is installed. If it is not, the test passes with a log line. In CI (`CI` is set) the test
 * fails, because everything must be tested there.
 *
 * @param program Its path, or its name to be found in `PATH`.
 */
export function isInstalled(t: ExecutionContext, program: string): boolean {
  if (isThere(program)) return true;
  if (process.env['CI']) {
    t.fail(`${program} is not installed`);
  } else {
    t.log(`skipped: ${program} is not installed`);
    t.pass();
  }
  return false;
}

/** Whether a program is installed. */
export function isThere(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
