import test, { type ExecutionContext } from 'ava';
import { ChosenServer } from '../../../actors/client/chosen-server.js';
import { ServerIdentification } from '../../../actors/client/server-identification.js';
import { Identity } from '../../../keys/identity.js';
import { Servers } from '../../../user-files/servers.js';
import { RecordingServer } from '../../helpers/directory.js';
import { temporaryDirectory } from '../../helpers/programs.js';
import { serve } from '../../helpers/server.js';
import { idAt } from '../../helpers/several-servers.js';

const FIRST = '127.0.0.1';
const SECOND = '127.0.0.2';
const LIST = `${FIRST},${SECOND}`;

/** Finds out whether the two servers of `LIST` keep keys. The client uses the server `current`. */
function identificationAt(current: string, servers: Servers, tcpPort = 1) {
  const server = new ChosenServer({ host: LIST, tcpPort });
  server.beginWith(idAt(current, LIST));
  const identification = new ServerIdentification({ server, servers, end: new AbortController().signal });
  return { server, identification };
}

async function known(current: string, servers: Servers) {
  return (await identificationAt(current, servers).identification.known())?.keeps;
}

async function stored(t: ExecutionContext): Promise<Servers> {
  const servers = new Servers(await temporaryDirectory(t));
  t.is(await servers.add({ host: FIRST, port: 1 }, 'none'), undefined);
  return servers;
}

test('a stored note that one server keeps no keys does not count for the rest of the list', async (t) => {
  const servers = await stored(t);
  t.is(await known(FIRST, servers), 'no-keys');
  t.is(await known(SECOND, servers), undefined);
});

test('a stored key of one server counts for the whole list, even for a server without keys', async (t) => {
  const servers = await stored(t);
  t.is(await servers.add({ host: SECOND, port: 1 }, Identity.create().key), undefined);
  for (const current of [FIRST, SECOND]) t.is(await known(current, servers), 'keys');
});

test('a client that leaves a server without keys asks the next server whether it keeps keys', async (t) => {
  for (const root of [undefined, await temporaryDirectory(t)]) {
    const keyless = await RecordingServer.start(t, () => '201 INVALID\r\n');
    await serve(t, { host: SECOND, tcpPort: keyless.tcp });
    const { server, identification } = identificationAt(FIRST, new Servers(root), keyless.tcp);
    t.is((await identification.identify()).keeps, 'no-keys');
    t.is((await identification.known())?.keeps, 'no-keys');
    server.leave({ host: FIRST });
    t.is(await identification.known(), undefined);
    t.is((await identification.identify()).keeps, 'keys');
  }
});
