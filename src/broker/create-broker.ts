import type { SendCommand } from '../../schemas/index.ts';
import type { KafkaConfig } from '../config/config.ts';
import type { Store } from '../store/port.ts';

export interface BrokerOptions { readonly config: KafkaConfig; readonly store: Store; readonly installation: string; parseSendCommand(body: unknown): SendCommand; wake(): void; log(level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>): void }
export interface Broker { start(): void; stop(): Promise<void>; health(): Readonly<Record<string, unknown>>; lag(): Promise<number>; republish(from: number): Promise<number> }
export function createBroker(_options: BrokerOptions): Broker {
  throw new Error('being written');
}
