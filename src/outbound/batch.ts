import { FAILURES, type FailureCode } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { type AdmitArgs, admit, type OutboundEnvironment, parseSendCommand } from './admit.ts';

export interface BatchItem {
  readonly key: string | null;
  /** Not parsed yet: one bad message costs no other. */
  readonly command: unknown;
}
export type BatchResult =
  | { readonly status: 202; readonly id: string; readonly state: string; readonly eta: string }
  | { readonly status: number; readonly code: FailureCode; readonly title: string; readonly detail: string; readonly advice: string; readonly pointer?: string };

function refused(error: GatewayError): BatchResult {
  const { status, title, advice } = FAILURES[error.code];
  return { status, code: error.code, title, detail: error.message, advice, ...(error.pointer === undefined ? {} : { pointer: error.pointer }) };
}

/** Each message admitted by itself: its result, in order. */
export async function admitBatch(
  tx: Tx,
  args: Omit<AdmitArgs, 'key' | 'command' | 'fallbackOf'> & { readonly items: readonly BatchItem[] },
  env: OutboundEnvironment,
): Promise<BatchResult[]> {
  const { items, ...common } = args;
  const results: BatchResult[] = [];
  for (const { key, command } of items) {
    try {
      const { id, status, eta } = await tx.savepoint(() => admit(tx, { ...common, key, command: parseSendCommand(command) }, env));
      results.push({ status: 202, id, state: status, eta });
    } catch (error) {
      if (!(error instanceof GatewayError) || FAILURES[error.code].status >= 500) throw error;
      results.push(refused(error));
    }
  }
  return results;
}
