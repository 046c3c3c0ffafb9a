/**
 * The negative controls: settings of PostgreSQL with which acknowledged changes are lost. If the ledgers do
 * not find losses in the controls, then a run without losses proves nothing.
 */

import { ANY_OF_TWO, type NamesOf, NONE } from './database.js';
import { type DatabaseFault, killPrimaryWithoutStandby, promoteBesidePair } from './database-faults.js';

export interface Control {
  readonly name: string;
  readonly namesOf: NamesOf;
  readonly faultName: string;
  readonly fault: DatabaseFault;
}

export const CONTROLS: readonly Control[] = [
  {
    name: 'asynchronous replication',
    namesOf: NONE,
    faultName: 'primary killed without its standby',
    fault: killPrimaryWithoutStandby,
  },
  {
    name: 'ANY 1 of two standbys',
    namesOf: ANY_OF_TWO,
    faultName: 'standby promoted beside two others',
    fault: promoteBesidePair,
  },
];
