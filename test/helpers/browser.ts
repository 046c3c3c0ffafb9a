/**
 * Debian's Chromium, as a real browser that looks at the inspector's pages.
 */

import type { ExecutionContext } from 'ava';
import { type Browser, chromium, type Page } from 'playwright-core';
import { isInstalled } from './installed.js';

/** Where Debian has it; another place can be given in the environment. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Longest wait of a test for something on a page, in milliseconds. */
const PAGE_TIMEOUT_MS = 60_000;

let browser: Promise<Browser> | undefined;

/** Closes the browser, when a file's tests are over. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

/** Whether there is a browser, as {@link isInstalled} tells it. */
export function hasBrowser(t: ExecutionContext): boolean {
  return isInstalled(t, CHROMIUM);
}

/** Opens a page, until the test is over; `undefined` where there is no browser. */
export async function openPage(t: ExecutionContext): Promise<Page | undefined> {
  if (!hasBrowser(t)) return undefined;
  // Its sandbox is not for root, which it would be run by here.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  browser ??= chromium.launch({ executablePath: CHROMIUM, args });
  const context = await (await browser).newContext({ viewport: { width: 1_500, height: 950 } });
  context.setDefaultTimeout(PAGE_TIMEOUT_MS);
  t.teardown(() => context.close());
  return context.newPage();
}
