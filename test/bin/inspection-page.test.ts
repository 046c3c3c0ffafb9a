import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { startInspection } from '../../inspector/server/start-inspection.js';
import { closeBrowser, openPage } from '../helpers/browser.js';
import { at, inspectedFriends } from '../helpers/inspector.js';
import { ask, dial } from '../helpers/network.js';
import { crash, current, serve, TestLog, type TestServer } from '../helpers/server.js';

test.after.always(closeBrowser);

interface Inspected extends TestServer {
  readonly address: string;
}

/** Starts a server with an inspector in this process, so that a test can crash its actors. */
async function inspected(t: ExecutionContext): Promise<Inspected> {
  const inspection = await startInspection({
    program: 'im-server',
    port: 0,
    showsContent: false,
    pages: new URL('dist/page/', pathToFileURL(`${process.cwd()}/`)),
    drawings: new URL('docs/machines/', pathToFileURL(`${process.cwd()}/`)),
    log: new TestLog(),
  });
  t.teardown(() => inspection.close());
  const server = await serve(t, { onEmitted: inspection.record });
  inspection.show(server.server);
  return { ...server, address: inspection.address };
}

const row = (page: Page, path: string) => page.locator(`[data-path="${path}"]`).first();
const CONNECTION = 'im-server/tcp/connections/connection';

test('the tree appears, and the page loads nothing from other origins', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address } = await inspected(t);
  const asked: string[] = [];
  const problems: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).origin));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(address);
  for (const path of ['store', 'presence', 'udp', 'tcp', 'tcp/connections', 'tcp/listener'])
    await page.waitForSelector(`[data-path="im-server/${path}"][data-status="up"]`);
  await page.waitForSelector('#connection[data-state="live"]');
  t.deepEqual([...new Set(asked)], [new URL(address).origin]);
  t.deepEqual(problems, []);
});

test('a registration shows as a connection that starts and ends', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  await page.goto(address);
  await row(page, 'im-server/store').waitFor();
  t.is(await ask(tcp, 'REG alice\r\n'), '200 OK\r\n');
  await page.waitForSelector(`[data-path="${CONNECTION}"][data-live="0"][data-started="1"]`);
  await page.getByLabel('show short-lived actors').check();
  await page.waitForSelector(`#lifecycle-log [data-what="started"][data-path="${CONNECTION}"]`);
  await page.waitForSelector(`#lifecycle-log [data-what="ended"][data-path="${CONNECTION}"]`);
  await row(page, CONNECTION).click();
  await page.waitForSelector(
    `#messages [data-type="change.commit"][data-from="${CONNECTION}"][data-to="im-server/store"]`,
  );
  await page.waitForSelector(`#messages [data-type="change.answered"][data-from="im-server/store"]`);
  t.notRegex(await page.innerText('body'), /alice/);
});

test("a waiting connection's state is marked in the chart, and the URL has the selected actor", async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  const socket = await dial(tcp);
  await row(page, CONNECTION).click();
  await page.waitForSelector('#chart[data-machine="connection"]');
  await page.waitForSelector('#chart [id="connection.receiving"].active');
  // The page has its own colours for charts, light and dark, so it removes the drawing's style element.
  t.is(await page.locator('#chart svg style').count(), 0);
  t.deepEqual(problems, []);
  socket.destroy();
  await page.waitForSelector(
    '#transitions [data-event="input.ended"], #transitions [data-event="socket.closed"]',
  );
  // A slow page may skip a short flash. Connections start and end until the page has shown a flash.
  await page.evaluate(`new MutationObserver((changes) => {
    if (changes.some(({ target }) => target.matches('[id^="connection.receiving>"].flash')))
      document.body.dataset.flashed = 'yes';
  }).observe(document.body, { subtree: true, attributeFilter: ['class'] })`);
  let isOver = false;
  const flashed = page.waitForSelector('body[data-flashed]').finally(() => {
    isOver = true;
  });
  for (let user = 0; !isOver; user++) await ask(tcp, `REG user${user}\r\n`);
  await flashed;
  t.regex(page.url(), /#actor=.*connection/);
  const again = await openPage(t);
  await again?.goto(page.url());
  await again?.waitForSelector('#chart[data-machine="connection"]');
});

test('the search and the filter find rows in the tree, the lifecycle log and the messages', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  await page.goto(address);
  await page.waitForSelector('#connection[data-state="live"]');
  await ask(tcp, 'REG alice\r\n');
  await row(page, CONNECTION).click();
  await page.waitForSelector('#messages [data-type="change.answered"]');
  await page.fill('#filter', 'answered');
  await page.waitForSelector('#messages [data-type="change.commit"]', { state: 'detached' });
  t.is(await page.locator('#messages [data-type="change.answered"]').count(), 1);
  await page.fill('#search', 'listener');
  await page.waitForSelector('[data-path="im-server/store"]', { state: 'detached' });
  t.true(await row(page, 'im-server/tcp/listener').isVisible());
  await page.waitForSelector('#lifecycle-log [data-path="im-server/tcp/listener"]');
});

test('many connections are shown as one row', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  await page.goto(address);
  await Promise.all(Array.from({ length: 500 }, () => dial(tcp)));
  // Counts started connections: on a slow machine, the first ones close before the last ones are drawn.
  await page.waitForSelector(`[data-path="${CONNECTION}"][data-started="500"]`);
  t.true((await page.locator('[data-path]:visible, [data-member]:visible').count()) < 60);
});

test('a crash shows as a restart', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const server = await inspected(t);
  await page.goto(server.address);
  await row(page, 'im-server/presence').waitFor();
  crash(current(server, 'presence'));
  await page.waitForSelector('[data-path="im-server/presence"][data-restarts="1"][data-status="up"]');
  await page.waitForSelector('#lifecycle-log [data-what="ended"][data-path="im-server/presence"]');
  await page.waitForSelector('#lifecycle-log [data-what="restarting"][data-path="im-server/presence"]');
  t.pass();
});

test('pause freezes the page, and resume updates it', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  await page.goto(address);
  await page.waitForSelector('#connection[data-state="live"]');
  await page.click('#pause');
  await page.waitForSelector('#connection[data-state="paused"]');
  await ask(tcp, 'REG alice\r\n');
  const other = await openPage(t);
  await other?.goto(address);
  await other?.waitForSelector(`[data-path="${CONNECTION}"][data-started="1"]`);
  // The paused page got the same event. After two frames, it must still not show the connection.
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  t.is(await page.locator(`[data-path="${CONNECTION}"]`).count(), 0);
  await page.click('#pause');
  await page.waitForSelector(`[data-path="${CONNECTION}"][data-started="1"]`);
});

test("a client's chart moves from the menu to a chat", async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const [alice, bob] = await inspectedFriends(t);
  await page.goto(bob.address);
  await row(page, 'im-client/conversation/client').click();
  await page.waitForSelector('#chart [id="client.free.menu"].active');
  alice.program.write('M\nbob\n');
  await page.waitForSelector('#chart [id="client.busy.ringing"].active');
  bob.program.write('y\n');
  await page.waitForSelector('#chart [id="client.busy.chatting"].active');
  t.is(await page.locator('#chart [id="client.free.menu"].active').count(), 0);
  await page.waitForSelector('#transitions [data-event="prompt.answered"]');
});

test('a foreign page gets nothing, with the token or without', async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address } = await inspected(t);
  const foreign = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<p>another page');
  });
  foreign.listen(0, '127.0.0.1');
  await once(foreign, 'listening');
  t.teardown(() => foreign.close());
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`);
  const events = at(address, '/events');
  for (const url of [events, events.replace(/token=.*/, '')]) {
    const fetched = page.evaluate((target) => fetch(target).then(({ status }) => status), url);
    await t.throwsAsync(fetched, { message: /Failed to fetch/ });
  }
  const response = await page.goto(new URL('/', address).href);
  t.is(response?.status(), 403);
  t.regex(await page.innerText('body'), /open the address that the program printed/);
});

test("Stately's inspector gets the tree, its machines and its events", async (t) => {
  const page = await openPage(t);
  if (page === undefined) return;
  const { address, tcp } = await inspected(t);
  // The hosted page needs the internet. The test replaces it with a page that has Stately's own receiver.
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createBrowserReceiver } from '@statelyai/inspect';
        window.events = [];
        createBrowserReceiver().subscribe((event) => window.events.push(event));`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  const body = `<script>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`;
  await page.route('https://stately.ai/**', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(at(address, '/stately'));
  await page.waitForSelector('#note', { state: 'hidden' });
  const stately = page.frame({ url: /stately\.ai/ });
  await stately?.waitForFunction('events.some(({ name }) => name === "store")');
  await ask(tcp, 'REG alice\r\n');
  await stately?.waitForFunction('events.some(({ snapshot }) => snapshot?.value === "closed")');
  const events = (await stately?.evaluate('events')) as {
    readonly type: string;
    readonly name?: string;
    readonly sessionId: string;
    readonly sourceId?: string;
    readonly definition?: string;
    readonly event?: { readonly type: string };
    readonly _version: string;
  }[];
  t.true(
    events.every(
      ({ type, _version }) => /^@xstate\.(actor|event|snapshot)$/.test(type) && _version !== undefined,
    ),
  );
  const machine = events.find(({ name }) => name === 'connection')?.definition ?? '{}';
  const states = ['receiving', 'securing', 'committing', 'asking', 'replied', 'closed'];
  t.deepEqual(Object.keys(JSON.parse(machine).states), states);
  t.like(
    events.find(({ event }) => event?.type === 'change.commit'),
    { type: '@xstate.event', sessionId: 'im-server/store', sourceId: CONNECTION },
  );
  t.notRegex(JSON.stringify(events), /alice/);
});
