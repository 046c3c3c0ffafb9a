/** All statecharts and their files. */

import type { AnyStateMachine } from 'xstate';
import { callControlMachine } from '../../machines/client/call-control.js';
import { chatMachine } from '../../machines/client/chat.js';
import { clientMachine } from '../../machines/client/client.js';
import { keyDialogMachine } from '../../machines/client/key-dialog.js';
import { serverConnectivityMachine } from '../../machines/client/server-connectivity.js';
import { sessionLoginMachine } from '../../machines/client/session-login.js';
import { trustMachine } from '../../machines/client/trust.js';
import { connectionMachine } from '../../machines/server/connection.js';
import { consoleMachine } from '../../machines/terminal/console-chart.js';

export interface Chart {
  readonly machine: AnyStateMachine;
  readonly file: string;
}

export const CHARTS: readonly Chart[] = [
  { machine: connectionMachine, file: 'machines/server/connection.ts' },
  { machine: chatMachine, file: 'machines/client/chat.ts' },
  { machine: callControlMachine, file: 'machines/client/call-control.ts' },
  { machine: serverConnectivityMachine, file: 'machines/client/server-connectivity.ts' },
  { machine: keyDialogMachine, file: 'machines/client/key-dialog.ts' },
  { machine: sessionLoginMachine, file: 'machines/client/session-login.ts' },
  { machine: trustMachine, file: 'machines/client/trust.ts' },
  { machine: clientMachine, file: 'machines/client/client.ts' },
  { machine: consoleMachine, file: 'machines/terminal/console-chart.ts' },
];
