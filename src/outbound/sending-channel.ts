import type { Credentials, Provider } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';

/** A connected channel with what a call to its platform needs: unsealed, never logged. */
export interface SendingChannel {
  readonly id: string;
  readonly type: ChannelType;
  readonly provider: Provider;
  readonly account: string;
  readonly businessAccount: string | null;
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly settings: Readonly<Record<string, unknown>>;
}
