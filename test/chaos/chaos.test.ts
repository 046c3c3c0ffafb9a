import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import test from 'ava';
import type { UserId } from '../../protocol/id.js';
import { Ledger } from './ledger.js';

/** All kinds of actors. */
const KINDS = [
  ...['store', 'presence', 'sessions', 'udp', 'tcp', 'connections', 'listener', 'connection'],
  ...['monitor', 'admin', 'admin-connections', 'admin-listener', 'admin-connection'],
  ...['terminal', 'archive', 'trust', 'heartbeat', 'calls'],
  ...['conversation', 'chats', 'call-control', 'client', 'chat'],
];

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function chaos(...args: readonly string[]): Promise<Result> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [resolve('dist/test/chaos/chaos.js'), ...args],
      (_error, stdout, stderr) => done({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** The first number in the row of the printed table that has this label. */
function counted({ stdout }: Result, label: string): number {
  const [, number] = stdout.match(new RegExp(`^${label} +([\\d,]+)`, 'm')) ?? [];
  return Number(number?.replaceAll(',', ''));
}

test('a short run crashes actors of every kind and loses nothing', async (t) => {
  const result = await chaos('--seconds', '8');
  t.is(result.code, 0, result.stdout + result.stderr);
  t.is(result.stderr, '');
  t.is(counted(result, 'changes and lines lost'), 0);
  for (const kind of KINDS) t.true(counted(result, kind) > 0, `${kind}\n${result.stdout}`);
  for (const label of [
    'requests answered',
    'changes acknowledged',
    'logins with a key',
    'chats held',
    'lines delivered',
  ]) {
    t.true(counted(result, label) > 0, `${label}\n${result.stdout}`);
  }
});

test('with invalid options, the program prints one line and exits with 2; --help exits with 0', async (t) => {
  for (const args of [
    ['--seconds', 'soon'],
    ['--seconds', '0'],
    ['--seed', '-1'],
    ['--sceond', '1'],
    ['now'],
    ['--cluster', '--inspect'],
  ]) {
    const { code, stdout, stderr } = await chaos(...args);
    t.is(code, 2, args.join(' '));
    t.regex(stderr, /^chaos: .+\n$/);
    t.is(stdout, '');
  }
  const help = await chaos('--help');
  t.is(help.code, 0);
  t.regex(help.stdout, /--seconds[\s\S]*--seed[\s\S]*--cluster/);
});

const [me, bob, cat] = ['me', 'bob', 'cat'] as UserId[] as [UserId, UserId, UserId];

/** A ledger of a registered user who has added buddies. */
function ledgerWith(...buddies: readonly UserId[]): Ledger {
  const ledger = new Ledger(me);
  ledger.begin({ op: 'REG', id: me });
  ledger.recordReply(200);
  for (const buddy of buddies) {
    ledger.begin({ op: 'ADD', id: me, buddy });
    ledger.recordReply(200);
  }
  return ledger;
}

test('a ledger reports each acknowledged change that is missing', (t) => {
  const ledger = ledgerWith(bob, cat);
  const found = (list: UserId[] | undefined) => ledger.differences(list).map(({ what }) => what);
  t.deepEqual(found([bob, cat]), []);
  t.deepEqual(found([cat]), ['ADD me bob was acknowledged, and is not on the list']);
  t.deepEqual(found([cat, bob]), ['the list of me is in another order']);
  t.deepEqual(found(undefined), ['REG me was acknowledged, and is not registered']);
  ledger.begin({ op: 'DEL', id: me, buddy: bob });
  ledger.recordReply(200);
  t.deepEqual(found([bob, cat]), ['DEL me bob was acknowledged, and is on the list']);
});

test('for an unanswered change, a ledger allows both outcomes, and no third outcome', (t) => {
  const ledger = ledgerWith(bob);
  ledger.begin({ op: 'ADD', id: me, buddy: cat });
  t.deepEqual(ledger.differences([bob]), []);
  t.deepEqual(ledger.differences([bob, cat]), []);
  t.is(ledger.differences([cat]).length, 1);
  ledger.begin({ op: 'ADD', id: me, buddy: cat });
  t.is(ledger.recordReply(201), undefined);
  t.is(ledger.differences([bob]).length, 1);
});

test('a ledger reports a reply that contradicts earlier replies', (t) => {
  const ledger = ledgerWith(bob);
  ledger.begin({ op: 'ADD', id: me, buddy: bob });
  t.is(ledger.recordReply(200), 'ADD me bob was answered 200, where 201 is due');
  ledger.begin({ op: 'REG', id: me });
  t.is(ledger.recordReply(200), 'REG me was answered 200, where 203 is due');
});

test('a server that lags may answer with an earlier list, but with no other list', (t) => {
  const ledger = ledgerWith(bob, cat);
  ledger.begin({ op: 'DEL', id: me, buddy: bob });
  ledger.recordReply(200);
  for (const list of [[], [bob], [bob, cat], [cat]]) t.deepEqual(ledger.strayFrom(list), []);
  for (const list of [[cat, bob], [me]]) t.is(ledger.strayFrom(list)[0]?.fault, 'stray');
});

test('the effects of a ledger have each effective change exactly once', (t) => {
  const ledger = ledgerWith(bob);
  const settle = (op: 'REG' | 'ADD' | 'DEL', buddy: UserId, code: 200 | 201 | 203) => {
    ledger.begin(op === 'REG' ? { op, id: buddy } : { op, id: me, buddy });
    t.is(ledger.recordReply(code), undefined);
  };
  settle('ADD', bob, 201);
  settle('DEL', cat, 200);
  settle('DEL', bob, 200);
  ledger.begin({ op: 'REG', id: cat });
  settle('REG', cat, 203);
  settle('REG', cat, 203);
  t.deepEqual(ledger.effects, ['REG me', 'ADD me bob', 'DEL me bob', 'REG cat']);
});
