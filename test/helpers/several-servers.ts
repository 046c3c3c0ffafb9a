/** Finds ids whose clients choose a certain server first, if several servers are given. */

import { ChosenServer } from '../../actors/client/chosen-server.js';
import { parseId, type UserId } from '../../protocol/id.js';

/** An id whose client tries this host of a list first. @param list The hosts, with commas between them. */
export function idAt(host: string, list: string, prefix = 'user'): UserId {
  for (let count = 0; ; count++) {
    const id = parseId(`${prefix}${count}`) as UserId;
    const chosen = new ChosenServer({ host: list, tcpPort: 1 });
    chosen.beginWith(id);
    if (chosen.endpoint.host === host) return id;
  }
}
