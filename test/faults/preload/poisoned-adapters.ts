import type { Adapters } from '../../../adapters/contract.ts';
import { createAdapters as createReal } from '../../../adapters/index.ts';

/** The real adapters, whose normaliser fails for a body that carries the mark. */
export function createAdapters(): Adapters {
  const real = createReal();
  return {
    of: real.of,
    webhooks(provider) {
      const adapter = real.webhooks(provider);
      return (
        adapter && {
          ...adapter,
          normalize(request) {
            if (Buffer.from(request.body).includes('poison-normalise')) throw new Error('the normaliser failed');
            return adapter.normalize(request);
          },
        }
      );
    },
  };
}
