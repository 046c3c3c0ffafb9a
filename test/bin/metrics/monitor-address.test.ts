import test from 'ava';
import { metricsOption, parseMonitorAddress } from '../../../bin/metrics/monitor-address.js';

test('an address of the monitor is a port, or a host and a port', (t) => {
  t.deepEqual(parseMonitorAddress('9464'), { host: '127.0.0.1', port: 9464 });
  t.deepEqual(parseMonitorAddress('0.0.0.0:9464'), { host: '0.0.0.0', port: 9464 });
  t.deepEqual(parseMonitorAddress('im.example.org:0'), { host: 'im.example.org', port: 0 });
  t.deepEqual(parseMonitorAddress('[::1]:9464'), { host: '::1', port: 9464 });
});

test('any other text is refused', (t) => {
  for (const text of [
    '',
    ':9464',
    '::1',
    '::1:9464',
    'host',
    'host:',
    'host:99999',
    'a b:1',
    '[]:1',
    '-1',
    '1 ',
  ]) {
    t.is(parseMonitorAddress(text), undefined, text);
    t.throws(() => metricsOption(text), { message: /HOST:PORT, such as 127\.0\.0\.1:9464/ });
  }
  t.is(metricsOption('9464'), '9464');
});
