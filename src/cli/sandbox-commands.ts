import { FAULT_KINDS } from '../sandbox/core/fault-kinds.ts';
import { PLATFORMS, type Platform, startStandalone } from '../standalone-sandbox.ts';
import { CliError, type Client, createClient } from './client.ts';
import type { Command, Context } from './commands.ts';
import { conformanceCommand } from './conformance-command.ts';
import { channelsIn, flag, number, optional, seconds, urlFlag, word } from './given.ts';
import { loadCommand } from './load/load-command.ts';
import { clean, table } from './print.ts';

function platformOf(c: Context): Platform {
  const name = flag(c, 'only');
  const found = PLATFORMS.find((p) => p === name);
  if (!found) throw new CliError(2, `--only is one of ${PLATFORMS.join(', ')}.`);
  return found;
}
/** /sandbox of a running gateway, or of a simulator that stands alone at --at. */
export function sandboxClient(c: Context): Client {
  const at = optional(c, 'at');
  return at === undefined ? c.client : createClient({ url: at.replace(/\/$/, ''), token: 'none' });
}
const FAULT_COLUMNS = ['id', 'kind', 'channel', 'share', 'seconds', 'seed', 'endsAt', 'struck'];
type Rows = readonly Record<string, unknown>[];

export const SANDBOX_COMMANDS: Readonly<Record<string, Command>> = {
  sandbox: {
    usage: 'sandbox --only whatsapp|messenger|sms --channels FILE --webhook URL [--port N] [--limits off]',
    about: 'one simulated platform alone, for any gateway; FILE in the form of CHANNELS_FILE, URL is signed exactly as given',
    async run(c) {
      const only = platformOf(c);
      const port = number(c, 'port', { otherwise: 0, least: 0, most: 65_535 });
      const limits = optional(c, 'limits') ?? 'on';
      if (limits !== 'on' && limits !== 'off') throw new CliError(2, '--limits is on or off.');
      const options = { only, port, limits: limits === 'on', channels: channelsIn(flag(c, 'channels')), webhook: urlFlag(c, 'webhook') };
      const running = await startStandalone({ ...options, log: (line) => void process.stderr.write(`${clean(line)}\n`) }).catch((error: Error) => {
        throw new CliError(2, clean(error.message));
      });
      c.out(`${only} is simulated at ${running.url}; write with POST ${running.url}/sandbox/${only}/messages`, { url: running.url });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
    },
  },
  faults: {
    usage: 'faults [KIND [--share 0.1] [--for 60s] [--seed N] [--channel whatsapp] | end [ID]] [--at URL]',
    about: `let something go wrong in the sandbox; kinds: ${Object.keys(FAULT_KINDS).join(', ')}`,
    async run(c) {
      const client = sandboxClient(c);
      const [what] = c.given.words;
      if (what === undefined) {
        const { faults } = (await client.request('GET', '/sandbox/faults')) as { faults: Rows };
        return c.out(table(faults, FAULT_COLUMNS), faults);
      }
      if (what === 'end') {
        const id = c.given.words[1];
        const done = (await client.request('DELETE', `/sandbox/faults${id === undefined ? '' : `?id=${encodeURIComponent(id)}`}`)) as { ended: number };
        return c.out(`${done.ended} ended`, done);
      }
      const channel = optional(c, 'channel');
      const body = {
        kind: word(c, 0, 'the kind of fault'),
        share: number(c, 'share', { otherwise: 1, least: 0, most: 1 }),
        seconds: seconds(c, '60s'),
        seed: number(c, 'seed', { otherwise: 1, least: 0, most: 2 ** 32 }),
        ...(channel === undefined ? {} : { channel }),
      };
      const done = (await client.request('POST', '/sandbox/faults', { body })) as Record<string, unknown>;
      c.out(table([done], FAULT_COLUMNS), done);
    },
  },
  load: loadCommand,
  conformance: conformanceCommand,
  clock: {
    usage: 'clock [--for 24h] [--at URL]',
    about: 'let time pass for the simulated platforms: windows, links and retries go by it',
    async run(c) {
      const client = sandboxClient(c);
      const done = (
        optional(c, 'for') === undefined
          ? await client.request('GET', '/sandbox/clock')
          : await client.request('POST', '/sandbox/clock', { body: { advanceSeconds: seconds(c, '0s') } })
      ) as { now: string };
      c.out(`it is ${done.now}`, done);
    },
  },
};
