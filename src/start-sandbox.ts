import type { Router } from 'express';
import type { ChannelConfig, Config } from './config/config.ts';
import type { Store } from './store/port.ts';

export interface RunningSandbox { readonly router: Router; readonly channels: readonly ChannelConfig[]; begin(at: { store: Store; operatorPort: number }): Promise<void>; stop(): Promise<void> }
export async function startSandbox(_options: { config: Config; port: number; log(level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>): void }): Promise<RunningSandbox> {
  throw new Error('being written');
}
