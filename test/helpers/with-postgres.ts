/**
 * Declares tests that use PostgreSQL. Only tests can import this file.
 */

import test from 'ava';
import { type Teardown, Teardowns } from './guarded-directory.js';
import { isInstalled, isThere } from './installed.js';
import { POSTGRES_SERVER } from './postgres.js';

/** Declares tests that need PostgreSQL. Without PostgreSQL, declares one test, which fails in CI. */
export function withPostgres(declare: () => void): void {
  if (isThere(POSTGRES_SERVER)) declare();
  else test('PostgreSQL 15 is installed', (t) => void isInstalled(t, POSTGRES_SERVER));
}

/**
 * Returns a teardown for servers that all tests of a file share. The servers end after the last test of the
 * file, in reverse order.
 */
export function teardownOfFile(): Teardown {
  const teardowns = new Teardowns();
  test.after.always(() => teardowns.run());
  return teardowns;
}
