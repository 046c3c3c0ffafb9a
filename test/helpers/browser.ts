/**
 * Debian's Chromium, a real browser for the inspector's pages.
 */

import type { ExecutionContext } from 'ava';
import { type Browser, chromium, type Page } from 'playwright-core';
import { isInstalled } from './installed.js';

/** The path of Chromium: Debian's path, unless the environment variable `CHROMIUM` is set. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Longest wait for something on a page, in milliseconds. */
const PAGE_TIMEOUT_MS = 60_000;

let browser: Promise<Browser> | undefined;

/** Closes the browser. A test file must call this function after its last test. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Whether the browser is installed; see {@link isInstalled}. */
export function hasBrowser(t: ExecutionContext): boolean {
  return isInstalled(t, CHROMIUM);
}

/** Opens a page until the test ends. @returns `undefined` if no browser is installed. */
export async function openPage(t: ExecutionContext): Promise<Page | undefined> {
  if (!hasBrowser(t)) return undefined;
  // Chromium refuses to run as root with its sandbox.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ executablePath: CHROMIUM, args });
  const context = await (await browser).newContext({ viewport: { width: 1_500, height: 950 } });
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  t.teardown(() => context.close());
  return context.newPage();
}
