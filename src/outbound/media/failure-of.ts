import type { ChannelAdapter } from '../../../adapters/contract.ts';
import type { Failure } from '../../../schemas/index.ts';
import { GatewayError } from '../../gateway-error.ts';
import { ConversionFault } from '../../media/convert/conversion-fault.ts';
import { MediaFault } from '../../media/media-fault.ts';

const failure = (code: Failure['code'], retryable: boolean, platformMessage: string): Failure => ({ code, outcome: 'not_sent', retryable, scope: 'message', platformMessage });

/** What kept a file from being got ready, as the failure of its message. Total. */
export function failureOf(error: unknown, adapter: Pick<ChannelAdapter, 'classify'>): Failure {
  if (error instanceof MediaFault) return error.kind === 'later' ? failure('platform_unavailable', true, error.message) : failure('media_unusable', false, error.message);
  if (error instanceof ConversionFault) return failure('platform_unavailable', true, error.message);
  if (error instanceof GatewayError) return failure('store_unavailable', true, error.message);
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && /^E(NOSPC|IO|MFILE|NFILE|ROFS|DQUOT)$/.test(code)) return failure('store_unavailable', true, `the disk of the media store: ${code}`);
  return adapter.classify(error);
}
