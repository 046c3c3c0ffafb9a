import test from 'ava';
import { configDirectory, dataDirectory, stateDirectory } from '../../user-files/directories.js';

test('the XDG variables name the base directories; the defaults are in the home', (t) => {
  t.is(stateDirectory({ XDG_STATE_HOME: '/state', HOME: '/home/alice' }), '/state/im');
  t.is(configDirectory({ XDG_CONFIG_HOME: '/config', HOME: '/home/alice' }), '/config/im');
  t.is(dataDirectory({ XDG_DATA_HOME: '/data', HOME: '/home/alice' }), '/data/im');
  t.is(stateDirectory({ HOME: '/home/alice' }), '/home/alice/.local/state/im');
  t.is(dataDirectory({ HOME: '/home/alice' }), '/home/alice/.local/share/im');
  t.is(configDirectory({ HOME: '/home/alice' }), '/home/alice/.config/im');
});

test('empty and relative paths are ignored', (t) => {
  for (const XDG_STATE_HOME of ['', '.', 'state', '../state', '~/state']) {
    t.is(stateDirectory({ XDG_STATE_HOME, HOME: '/home/alice' }), '/home/alice/.local/state/im');
  }
  for (const HOME of [undefined, '', 'alice']) t.is(stateDirectory({ HOME }), undefined);
});
