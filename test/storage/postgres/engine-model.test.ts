import { testEngineContract } from './engine-contract.js';
import { ModelEngine } from './engine-model.js';
import { ModelClient } from './model-session.js';
import { VirtualTime } from './virtual-time.js';

const TWO_DAYS_MS = 2 * 86_400_000;

testEngineContract('model', async () => {
  const time = new VirtualTime();
  const model = new ModelEngine(time, 3);
  const { primary } = model;
  const untilWaiting = async () => {
    while (!primary.isWaiting) await time.wait(1);
  };
  return {
    engine: new ModelClient(model),
    maxRows: model.maxRows,
    async breaking(when) {
      // The first message connects, the second gets the lock, and the third commits.
      const steps = [{ ms: 0 }, { ms: 0 }, { ms: 0, fault: `cut ${when}` as const }];
      return new ModelClient(model, { takeStep: () => steps.shift() ?? { ms: 0 } });
    },
    stopStandby: async () => primary.standby.shut(),
    continueStandby: async () => primary.reconnectStandby(),
    untilWaiting,
    async endWait(how) {
      await untilWaiting();
      primary.endWait(how === 'cancel' ? 'cancelled' : 'terminated');
    },
    crash: async () => primary.crash(),
    age: () => time.wait(TWO_DAYS_MS),
  };
});
