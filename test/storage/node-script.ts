/**
 * Small scripts in processes of their own, for what ends with a process, or is measured of one.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';

/** The address of a module as it was built, such as `storage/store`. */
export function builtModule(name: string): string {
  return pathToFileURL(resolve('dist', `${name}.js`)).href;
}

export interface NodeScript {
  readonly process: ChildProcess;
  /** The first line that it prints. Rejects when it ends before. */
  readonly firstLine: Promise<string>;
  /** Settles when it has ended. */
  readonly ended: Promise<unknown>;
}

/** Starts a script, as a module; it is killed after the test if it has not ended. */
export function startScript(
  t: ExecutionContext,
  source: string,
  ...nodeOptions: readonly string[]
): NodeScript {
  const child = spawn(process.execPath, [...nodeOptions, '--input-type=module', '--eval', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // What ava's own processes are started with is not for this one.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let printed = '';
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      if (printed.includes('\n')) resolve(printed.slice(0, printed.indexOf('\n')));
    });
    child.once('close', () => reject(new Error(`it ended and printed '${printed}'`)));
  });
  return { process: child, firstLine, ended };
}
