import { GatewayError } from '../gateway-error.ts';
import type { Store } from './port.ts';
import type { OperationRequest, OperationResult } from './worker-protocol.ts';

export interface PendingOptions {
  post(request: OperationRequest): void;
  onFault(stack: string): void;
  /** Ms after which an operation is given up, and why; null while the store takes work. */
  patience(): { readonly ms: number; readonly reason: string } | null;
}

/** Operations that were sent to the store's thread and wait for their result. */
export function createPendingOperations(options: PendingOptions) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  let ended: string | null = null;
  const write = ((name: string, args: unknown) =>
    new Promise((resolve, reject) => {
      if (ended !== null) return reject(new GatewayError('store_unavailable', ended));
      const id = ++next;
      const patience = options.patience();
      const timer = patience && setTimeout(() => waiting.delete(id) && reject(new GatewayError('store_unavailable', patience.reason)), patience.ms);
      const done =
        <A>(settle: (a: A) => void) =>
        (a: A) => {
          if (timer) clearTimeout(timer);
          settle(a);
        };
      waiting.set(id, { resolve: done(resolve as (v: unknown) => void), reject: done(reject) });
      options.post({ type: 'operation', id, name, args });
    })) as Store['write'];
  return {
    write,
    settle({ id, value, error }: OperationResult): void {
      const w = waiting.get(id);
      waiting.delete(id);
      if (error?.stack) options.onFault(error.stack);
      if (error) w?.reject(new GatewayError(error.code, error.message, error.pointer === undefined ? {} : { pointer: error.pointer }));
      else w?.resolve(value);
    },
    /** From now on nothing is taken. */
    refuse(reason: string): void {
      ended ??= reason;
    },
    /** No result will come any more. */
    fail(reason: string): void {
      ended ??= reason;
      for (const w of waiting.values()) w.reject(new GatewayError('store_unavailable', reason));
      waiting.clear();
    },
  };
}
